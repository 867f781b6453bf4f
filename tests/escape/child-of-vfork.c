/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vfork: the child acts while its parent cannot be stopped. */
#include "attack.h"

int main(void)
{
        const char *path = forbidden_directory();

        if (vfork() == 0) {
                syscall(SYS_mkdir, path, 0700);
                _exit(0);
        }
        return 0;
}
