/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stops and continuations as a shell's waitpid and SIGCHLD see them. */
#include "program.h"

static volatile sig_atomic_t stopped, continued, ended;

static void on_child(int signal, siginfo_t *info, void *context)
{
        (void) signal;
        (void) context;
        stopped += info->si_code == CLD_STOPPED;
        continued += info->si_code == CLD_CONTINUED;
        ended += info->si_code == CLD_KILLED || info->si_code == CLD_EXITED;
}

static void next(const char *what, pid_t pid)
{
        int status;

        while (waitpid(pid, &status, WUNTRACED | WCONTINUED) < 0)
                MUST(errno == EINTR);
        say_status(what, status);
}

int main(void)
{
        struct sigaction action = {.sa_sigaction = on_child, .sa_flags = SA_SIGINFO | SA_RESTART};
        static const int signals[] = {SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
        pid_t pid;

        MUST(sigaction(SIGCHLD, &action, NULL) == 0);
        pid = fork();
        if (pid == 0) {
                setpgid(0, 0);
                for (;;)
                        pause();
        }
        wait_until_asleep(pid);
        for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
                /* Not an orphaned group: its parent is ours, of another group. */
                MUST(kill(-pid, signals[i]) == 0);
                next("after the stop", pid);
                MUST(kill(-pid, SIGCONT) == 0);
                next("after SIGCONT", pid);
        }
        MUST(kill(pid, SIGSTOP) == 0);
        next("after the stop", pid);
        MUST(kill(pid, SIGKILL) == 0);
        next("after SIGKILL", pid);
        /* Equal signals merge, so how many came is a matter of the moment. */
        SAY("SIGCHLD for a stop %d, a continuation %d, the end %d\n", stopped > 0, continued > 0,
            ended > 0);
        return 0;
}
