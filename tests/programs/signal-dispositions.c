/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handled, ignored, default and blocked signals, each sent to itself. */
#include "program.h"

static volatile sig_atomic_t handled[65];

static void on_signal(int signal)
{
        handled[signal]++;
}

int main(void)
{
        sigset_t set, pending;
        pid_t pid;

        for (int i = 0; i < 3; i++) {
                handle(SIGUSR1, on_signal,
                       i == 0   ? SA_RESTART
                       : i == 1 ? SA_NODEFER
                                : SA_RESETHAND);
                raise(SIGUSR1);
        }
        SAY("handled %d\n", handled[SIGUSR1]);
        handle(SIGUSR2, SIG_IGN, 0);
        raise(SIGUSR2);
        SAY("ignored\n");
        handle(SIGHUP, on_signal, 0);
        sigemptyset(&set);
        sigaddset(&set, SIGHUP);
        MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
        raise(SIGHUP);
        raise(SIGHUP);
        MUST(sigpending(&pending) == 0);
        SAY("pending %d handled %d\n", sigismember(&pending, SIGHUP), handled[SIGHUP]);
        MUST(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
        SAY("handled %d\n", handled[SIGHUP]);
        for (int i = 0; i < 3; i++) {
                static const int deadly[] = {SIGTERM, SIGQUIT, SIGKILL};

                pid = fork();
                if (pid == 0) {
                        raise(deadly[i]);
                        _exit(0);
                }
                say_end_of("by default", pid);
        }
        return 0;
}
