/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel looks at the low half of the number's register: what is above must not confuse. */
#include "attack.h"

static long call(unsigned long number, const char *path, long mode)
{
        long result;

        __asm__ volatile("syscall"
                         : "=a"(result)
                         : "a"(number), "D"(path), "S"(mode)
                         : "rcx", "r11", "memory");
        return result;
}

int main(void)
{
        call(SYS_mkdir | 1ul << 32, forbidden_directory(), 0700);
        call(SYS_mkdir | 0xffffffff00000000ul, forbidden_directory(), 0700);
        call(SYS_mkdir | 1ul << 63, forbidden_directory(), 0700);
        return 0;
}
