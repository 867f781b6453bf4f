/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A symlink is swapped between the allowed file and the secret while it is opened. */
#include "race.h"

int main(void)
{
        if (!race_start_swapping_links())
                return 1;
        race_open(race_link, ROUNDS);
        race_over = true;
        return 0;
}
