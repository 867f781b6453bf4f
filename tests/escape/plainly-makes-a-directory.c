/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control: the deed itself, by mkdir and by mkdirat. */
#include "attack.h"

int main(void)
{
        deed_mkdir();
        syscall(SYS_mkdirat, AT_FDCWD, forbidden_directory(), 0700);
        return 0;
}
