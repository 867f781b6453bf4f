/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals pour onto a process while it execs. */
#include "set-up.h"

int main(void)
{
        for (int i = 0; i < 60; i++) {
                pid_t pid = fork();

                if (pid == 0) {
                        signal(SIGUSR1, SIG_IGN);
                        signal(SIGALRM, SIG_IGN);
                        execl(setting("ATTACK_DEED"), "deed", "deed", (char *) NULL);
                        _exit(1);
                }
                for (int j = 0; j < 40; j++) {
                        signal_process(pid, SIGUSR1);
                        signal_process(pid, j % 2 ? SIGCONT : SIGSTOP);
                        signal_process(pid, SIGALRM);
                        if (j % 8 == 0)
                                sched_yield();
                }
                signal_process(pid, SIGCONT);
                waitpid(pid, NULL, 0);
        }
        exec_deed();
        return 0;
}
