/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps, unmaps, moves, protects, grows the heap, writes code and runs it. */
#include <sys/mman.h>

#include "program.h"

#define SIZE (1 << 20)

int main(void)
{
        static const unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3};
        char *first = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        char *moved;
        char *heap = sbrk(SIZE);
        int (*function)(void);

        MUST(first != MAP_FAILED && heap != (char *) -1);
        memset(first, 1, SIZE);
        memset(heap, 2, SIZE);
        moved = mremap(first, SIZE, 4 * SIZE, MREMAP_MAYMOVE);
        MUST(moved != MAP_FAILED);
        SAY("moved %d %d\n", moved[0], moved[4 * SIZE - 1]);
        MUST(mmap(moved, SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == moved);
        SAY("covered %d\n", moved[0]);
        MUST(madvise(moved + SIZE, SIZE, MADV_DONTNEED) == 0);
        SAY("dropped %d\n", moved[SIZE]);
        memcpy(moved + 2 * SIZE, code, sizeof(code));
        MUST(mprotect(moved + 2 * SIZE, 4096, PROT_READ | PROT_EXEC) == 0);
        function = (int (*)(void))(uintptr_t) (moved + 2 * SIZE);
        SAY("code says %d\n", function());
        MUST(munmap(moved, 4 * SIZE) == 0);
        MUST(brk(heap) == 0);
        return 0;
}
