/* SPDX-License-Identifier: GPL-3.0-or-later */
/* openat2's struct and path change while they are looked at. */
#include <linux/openat2.h>

#include "race.h"

static volatile struct open_how how = {.flags = O_RDONLY | O_CLOEXEC};

static void *flip(void *unused)
{
        for (bool secret = true; !race_over; secret = !secret) {
                race_flip(race_path, secret);
                how.resolve = secret ? 0 : RESOLVE_NO_SYMLINKS;
        }
        return unused;
}

int main(void)
{
        int wins = 0, opened = 0;

        race_begin(race_path);
        start_thread(flip, NULL);
        for (int i = 0; i < ROUNDS; i++) {
                int fd = (int) syscall(SYS_openat2, AT_FDCWD, race_path, &how, sizeof(how));

                opened += fd >= 0;
                if (is_secret(fd) && wins++ == 0)
                        deed_show(dup(fd));
                if (fd >= 0)
                        close(fd);
        }
        race_over = true;
        SAY("wins: %d of %d (%d opened)\n", wins, ROUNDS, opened);
        return 0;
}
