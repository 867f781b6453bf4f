/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A path that lies across two pages, and one whose end is the last byte that is mapped. */
#include "attack.h"

int main(void)
{
        char *pages =
                mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        size_t size = strlen(secret_path()) + 1;

        if (munmap(pages + 2 * 4096, 4096) < 0)
                return 1;
        for (size_t before = 1; before < size; before++) {
                memcpy(pages + 4096 - before, secret_path(), size);
                deed_open(pages + 4096 - before);
        }
        memcpy(pages + 2 * 4096 - size, secret_path(), size);
        deed_open(pages + 2 * 4096 - size);
        return 0;
}
