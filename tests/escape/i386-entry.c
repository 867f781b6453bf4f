/* SPDX-License-Identifier: GPL-3.0-or-later */
/* int $0x80: mkdir is 39 in the i386 table, which is getpid in ours. */
#include "attack.h"

int main(void)
{
        char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
        long result;

        if (path == MAP_FAILED)
                return 0;
        strcpy(path, forbidden_directory());
        __asm__ volatile("int $0x80"
                         : "=a"(result)
                         : "a"(39), "b"(path), "c"(0700)
                         : "memory", "r8", "r9", "r10", "r11");
        if (result == -ENOSYS)
                nothing_to_win("kernel", "no i386 entry");
        return 0;
}
