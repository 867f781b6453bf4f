/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A symlink is swapped while it is opened, and another thread takes whatever descriptor appears
 * before anybody can look at it. */
#include "race.h"

int main(void)
{
        if (!race_start_swapping_links())
                return 1;
        start_second_reader();
        race_open(race_link, ROUNDS);
        race_over = true;
        return 0;
}
