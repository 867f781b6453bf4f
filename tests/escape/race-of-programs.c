/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A symlink is swapped between a program that may run and one that a rule refuses. */
#include "race.h"

static char link_path[PATH_MAX], other[PATH_MAX];

static void *swap(void *unused)
{
        for (bool refused = true; !race_over; refused = !refused) {
                unlink(other);
                if (symlink(refused ? setting("ATTACK_REFUSED") : "/bin/true", other) == 0)
                        rename(other, link_path);
        }
        return unused;
}

int main(void)
{
        int rounds = ROUNDS / 20;

        snprintf(link_path, sizeof(link_path), "%s/link-%d", setting("ATTACK_WORK"), getpid());
        snprintf(other, sizeof(other), "%s/other-%d", setting("ATTACK_WORK"), getpid());
        if (symlink("/bin/true", link_path) < 0)
                return 1;
        start_thread(swap, NULL);
        for (int i = 0; i < rounds; i++) {
                pid_t pid = vfork();

                if (pid == 0) {
                        execl(link_path, "refused", "deed", (char *) NULL);
                        _exit(1);
                }
                waitpid(pid, NULL, 0);
        }
        race_over = true;
        SAY("rounds: %d\n", rounds);
        return 0;
}
