/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals, stops and deaths at a rate that should confuse whoever keeps the books. */
#include "attack.h"

static void *die(void *unused)
{
        deed_mkdir();
        syscall(SYS_exit, 0);
        return unused;
}

int main(int argc, char **argv)
{
        (void) argv;
        if (argc > 1)
                return 0;
        for (int i = 0; i < 60; i++) {
                pid_t pid = fork();

                if (pid == 0) {
                        for (int j = 0; j < 6; j++)
                                start_thread(die, NULL);
                        if (i % 3 == 0)
                                execl("/proc/self/exe", "x", "y", (char *) NULL);
                        deed_open(secret_path());
                        _exit(0);
                }
                if (i % 2)
                        signal_process(pid, SIGKILL);
                if (i % 5 == 0)
                        signal_process(pid, SIGSTOP), signal_process(pid, SIGCONT);
        }
        wait_all();
        return 0;
}
