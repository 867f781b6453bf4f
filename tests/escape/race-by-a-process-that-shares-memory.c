/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process with the same memory (CLONE_VM) flips the path. */
#include "race.h"

static int flip(void *unused)
{
        (void) unused;
        for (bool secret = true; !race_over; secret = !secret)
                race_flip(race_path, secret);
        return 0;
}

int main(void)
{
        static char stack[1 << 16] __attribute__((aligned(16)));

        race_begin(race_path);
        if (clone(flip, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL) < 0)
                return 1;
        race_open(race_path, ROUNDS);
        race_over = true;
        wait_all();
        return 0;
}
