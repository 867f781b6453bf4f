/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control: the file by its own name, by open, openat and openat2. */
#include <linux/openat2.h>

#include "attack.h"

int main(void)
{
        struct open_how how = {.flags = O_RDONLY | O_CLOEXEC};

        deed_show((int) syscall(SYS_open, secret_path(), O_RDONLY | O_CLOEXEC, 0));
        deed_open(secret_path());
        deed_show((int) syscall(SYS_openat2, AT_FDCWD, secret_path(), &how, sizeof(how)));
        return 0;
}
