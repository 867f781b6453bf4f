/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks for the lowest addresses and gets pages there or a plain refusal; then calls go on. */
#include <sys/mman.h>

#include "program.h"

int main(void)
{
        void *low = mmap((void *) 0x7fff0000, 4096, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

        SAY("32-bit page: %d\n", low != MAP_FAILED && (uintptr_t) low < 1ul << 32);
        MUST(munmap(low, 4096) == 0);
        MUST(access("/", F_OK) == 0);
        return 0;
}
