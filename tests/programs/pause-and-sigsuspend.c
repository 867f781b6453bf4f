/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pause and sigsuspend wake for every signal, none is lost. */
#include "program.h"

#define ROUNDS 100

static volatile sig_atomic_t handled;

static void on_signal(int signal)
{
        (void) signal;
        handled++;
}

int main(void)
{
        sigset_t block, old;
        pid_t self = getpid();
        pid_t pid;
        int wakes = 0;
        int result;

        handle(SIGUSR1, on_signal, 0);
        pid = fork();
        if (pid == 0) {
                wait_until_asleep(self);
                kill(self, SIGUSR1);
                _exit(0);
        }
        result = pause();
        SAY("pause %d %s\n", result, strerror(errno));
        say_end_of("sender", pid);

        sigemptyset(&block);
        sigaddset(&block, SIGUSR1);
        MUST(sigprocmask(SIG_BLOCK, &block, &old) == 0);
        handled = 0;
        pid = fork();
        if (pid == 0) {
                for (int i = 0; i < ROUNDS; i++) {
                        kill(self, SIGUSR1);
                        MUST(kill(getpid(), SIGSTOP) == 0);
                }
                _exit(0);
        }
        while (wakes < ROUNDS) {
                MUST(sigsuspend(&old) == -1 && errno == EINTR);
                wakes++;
                MUST(waitpid(pid, NULL, WUNTRACED) == pid);
                MUST(kill(pid, SIGCONT) == 0);
        }
        SAY("wakes %d handled %d\n", wakes, handled);
        say_end_of("sender", pid);
        return 0;
}
