/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread puts CLONE_UNTRACED into clone3's struct after it was looked at. */
#include <linux/sched.h>

#include "attack.h"

static volatile struct clone_args arguments = {.exit_signal = SIGCHLD};

static void *flip(void *unused)
{
        for (;;)
                arguments.flags ^= CLONE_UNTRACED;
        return unused;
}

int main(void)
{
        int rounds = ROUNDS / 10;

        start_thread(flip, NULL);
        for (int i = 0; i < rounds; i++) {
                long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

                if (pid == 0) {
                        deed_mkdir();
                        _exit(0);
                }
                if (pid > 0)
                        waitpid((pid_t) pid, NULL, 0);
        }
        wait_all();
        SAY("rounds: %d\n", rounds);
        return 0;
}
