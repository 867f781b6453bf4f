/* SPDX-License-Identifier: GPL-3.0-or-later */
/* siginfo_t as the sender made it: sigqueue's value, kill's pid, a fault's address, a timer. */
#include <sys/mman.h>

#include "program.h"

static void on_signal(int signal, siginfo_t *info, void *context)
{
        (void) context;
        SAY("signal %d code %d from self %d value %d\n", signal, info->si_code,
            info->si_code == SI_TIMER || info->si_pid == getpid(), info->si_value.sival_int);
}

int main(void)
{
        struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
        struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 2};
        struct itimerspec soon = {.it_value.tv_nsec = 20000000};
        timer_t timer;
        sigset_t set;

        MUST(sigaction(SIGRTMIN, &action, NULL) == 0);
        MUST(sigaction(SIGRTMIN + 1, &action, NULL) == 0);
        MUST(sigaction(SIGRTMIN + 2, &action, NULL) == 0);
        for (int i = 0; i < 3; i++)
                MUST(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = 100 + i}) == 0);
        MUST(syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGRTMIN) == 0);
        /* Real-time signals queue: three sent, three delivered. */
        sigemptyset(&set);
        sigaddset(&set, SIGRTMIN + 1);
        MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
        for (int i = 0; i < 3; i++)
                MUST(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = i}) == 0);
        MUST(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
        event.sigev_value.sival_int = 9;
        MUST(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
        MUST(timer_settime(timer, 0, &soon, NULL) == 0);
        pause();
        return 0;
}
