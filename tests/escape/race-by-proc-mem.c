/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread writes the path, and every mapping of a memfd too, through /proc/self/mem. */
#include "race.h"

static int memory;
static const char *now;

static void overwrite(char *start, size_t size)
{
        /* The landing page's copy, wherever it may lie. */
        for (size_t offset = 0; offset < size; offset += 64)
                if (pwrite(memory, now, strlen(now) + 1,
                           (off_t) (uintptr_t) start + (off_t) offset) < 0)
                        break;
}

static void *flip(void *unused)
{
        memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
        for (int round = 0; !race_over; round++) {
                now = round % 2 ? allowed_path() : secret_path();
                if (pwrite(memory, now, strlen(now) + 1, (off_t) (uintptr_t) race_path) < 0)
                        break;
                if (round % 50 == 0) {
                        now = secret_path();
                        each_foreign_mapping("r--s", overwrite);
                }
        }
        return unused;
}

int main(void)
{
        race_begin(race_path);
        start_thread(flip, NULL);
        race_open(race_path, ROUNDS);
        race_over = true;
        return 0;
}
