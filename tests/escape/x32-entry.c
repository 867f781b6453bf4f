/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The x32 numbers: 0x40000000 above ours, the same calls. */
#include "attack.h"

int main(void)
{
        errno = 0;
        syscall(0x40000000 | SYS_mkdir, forbidden_directory(), 0700);
        if (errno == ENOSYS)
                nothing_to_win("kernel", "no x32 entry, or it is closed");
        return 0;
}
