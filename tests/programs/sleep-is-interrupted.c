/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nanosleep ended by a handler tells what is left, and the rest is slept. */
#include "program.h"

static void on_signal(int signal)
{
        (void) signal;
}

int main(void)
{
        struct timespec length = {.tv_nsec = 500000000};
        struct timespec left = {0};
        long before = now_ms();
        pid_t self = getpid();
        pid_t pid;
        int result;

        handle(SIGUSR1, on_signal, 0);
        pid = fork();
        if (pid == 0) {
                sleep_ms(100);
                kill(self, SIGUSR1);
                _exit(0);
        }
        result = nanosleep(&length, &left);
        SAY("nanosleep %d %s\n", result, strerror(errno));
        SAY("left: %s\n", left.tv_nsec > 0 && left.tv_nsec < 405000000 ? "plausible" : "wrong");
        MUST(nanosleep(&left, NULL) == 0);
        SAY("together %s\n", took(before, 499));
        say_end_of("sender", pid);
        return 0;
}
