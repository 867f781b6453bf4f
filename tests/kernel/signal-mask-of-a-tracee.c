/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PTRACE_SETSIGMASK holds signals off a stopped thread while it does something for us; with the old
 * mask back they arrive, none lost.
 */
#include "harness.h"

static volatile sig_atomic_t handled;

static void on_signal(int signal)
{
        (void) signal;
        handled = 1;
}

static void child(void *unused)
{
        (void) unused;
        signal(SIGUSR1, on_signal);
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        syscall(SYS_getppid);
        /* The signal waits behind the mask: the second call is reached without it. */
        CHECK_EQUAL(handled, 0);
        syscall(SYS_getppid);
        CHECK_EQUAL(handled, 1);
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        uint64_t saved = 0;
        uint64_t full = ~0ull;
        int status;

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK_EQUAL(ptrace(PTRACE_GETSIGMASK, pid, (void *) 8L, &saved), 0);
        CHECK_EQUAL(ptrace(PTRACE_SETSIGMASK, pid, (void *) 8L, &full), 0);
        CHECK_EQUAL(kill(pid, SIGUSR1), 0);
        fact_resume(pid, PTRACE_CONT, 0);

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK_EQUAL(ptrace(PTRACE_SETSIGMASK, pid, (void *) 8L, &saved), 0);
        fact_resume(pid, PTRACE_CONT, 0);
        status = fact_wait(pid);
        CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1 && status >> 16 == 0);
        fact_resume(pid, PTRACE_CONT, SIGUSR1);
        fact_expect_exit(pid, 0);
        return 0;
}
