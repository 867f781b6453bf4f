/* SPDX-License-Identifier: GPL-3.0-or-later */
/* While the call is on its way, the page of the path is exchanged by mremap and MAP_FIXED. */
#include "race.h"

static char *pages;

static void *exchange(void *unused)
{
        char *spare = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        for (bool secret = true; !race_over; secret = !secret) {
                strcpy(spare, secret ? secret_path() : allowed_path());
                if (mremap(spare, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, pages) == MAP_FAILED)
                        break;
                spare = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                             0);
        }
        return unused;
}

int main(void)
{
        pages = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        race_begin(pages);
        start_thread(exchange, NULL);
        race_open(pages, ROUNDS);
        race_over = true;
        return 0;
}
