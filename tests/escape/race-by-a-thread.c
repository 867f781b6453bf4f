/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread flips the path in memory. */
#include "race.h"

static void *flip(void *unused)
{
        for (bool secret = true; !race_over; secret = !secret)
                race_flip(race_path, secret);
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
