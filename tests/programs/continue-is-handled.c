/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A SIGCONT handler runs once after a stop. */
#include "program.h"

static volatile sig_atomic_t count;

static void on_signal(int signal)
{
        (void) signal;
        count++;
}

int main(void)
{
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                handle(SIGCONT, on_signal, 0);
                raise(SIGSTOP);
                SAY("handled %d\n", count);
                _exit(0);
        }
        MUST(waitpid(pid, &status, WUNTRACED) == pid);
        say_status("child", status);
        MUST(kill(pid, SIGCONT) == 0);
        say_end_of("child", pid);
        return 0;
}
