/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The deed again and again while a sibling stops and continues it. */
#include "race.h"

int main(void)
{
        int rounds = ROUNDS / 10;
        pid_t pid = fork();

        if (pid == 0)
                for (;;) {
                        deed_mkdir();
                        deed_open(secret_path());
                        syscall(SYS_getppid);
                }
        for (int i = 0; i < rounds; i++) {
                signal_process(pid, SIGSTOP);
                signal_process(pid, SIGCONT);
                sched_yield();
        }
        sleep_ms(20);
        signal_process(pid, SIGKILL);
        wait_all();
        SAY("rounds: %d\n", rounds);
        return 0;
}
