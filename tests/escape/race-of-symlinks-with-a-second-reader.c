/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A symlink is swapped while it is opened, and another thread takes whatever descriptor appears
 * before anybody can look at it. */
#include "race.h"

static char link_path[PATH_MAX], other[PATH_MAX];

static void *swap(void *unused)
{
        for (bool secret = true; !race_over; secret = !secret) {
                unlink(other);
                if (symlink(secret ? secret_path() : allowed_path(), other) == 0)
                        rename(other, link_path);
        }
        return unused;
}

int main(void)
{
        snprintf(link_path, sizeof(link_path), "%s/link-%d", setting("ATTACK_WORK"), getpid());
        snprintf(other, sizeof(other), "%s/other-%d", setting("ATTACK_WORK"), getpid());
        if (symlink(allowed_path(), link_path) < 0)
                return 1;
        start_thread(swap, NULL);
        start_second_reader();
        race_open(link_path, ROUNDS);
        race_over = true;
        return 0;
}
