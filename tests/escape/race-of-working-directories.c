/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A relative path, while a thread changes the directory it is relative to. */
#include "race.h"

static char directories[2][PATH_MAX];

static void *change(void *unused)
{
        for (int i = 0; !race_over; i = !i)
                if (chdir(directories[i]) < 0)
                        break;
        return unused;
}

int main(void)
{
        const char *name = strrchr(secret_path(), '/') + 1;

        strcpy(directories[0], secret_path());
        *strrchr(directories[0], '/') = '\0';
        strcpy(directories[1], setting("ATTACK_WORK"));
        race_make_namesake();
        start_thread(change, NULL);
        race_open(name, ROUNDS);
        race_over = true;
        return 0;
}
