/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dirfd is an int: rubbish above its 32 bits must not make a path look as if it were elsewhere. */
#include "attack.h"

int main(void)
{
        char copy[PATH_MAX];
        char *slash;

        strcpy(copy, secret_path());
        slash = strrchr(copy, '/');
        *slash = '\0';
        if (chdir(copy) < 0)
                return 1;
        deed_show((int) syscall(SYS_openat, 0x1234567800000000l | (uint32_t) AT_FDCWD, slash + 1,
                                0xabcdef0000000000l | O_RDONLY, 0));
        return 0;
}
