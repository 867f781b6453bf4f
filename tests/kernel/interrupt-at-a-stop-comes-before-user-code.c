/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A PTRACE_INTERRUPT sent to a tracee that stands at a seccomp stop or a signal-delivery stop
 * waits: resumed, the tracee reports PTRACE_EVENT_STOP before it executes another instruction of
 * its own, not even a signal handler's first. So a filter can be put in before anything happens.
 */
#include "harness.h"

static volatile int *steps;

static void on_signal(int signal)
{
        (void) signal;
        *steps = 2;
}

static void child(void *unused)
{
        (void) unused;
        signal(SIGUSR1, on_signal);
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        syscall(SYS_getppid);
        *steps = 1;
        raise(SIGUSR1);
        *steps = 3;
}

/* At a stop: interrupted and resumed, it stops again with `*steps` as it was. */
static void expect_no_step(pid_t pid, int signal)
{
        int before = *steps;

        CHECK_EQUAL(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
        fact_resume(pid, PTRACE_CONT, signal);
        fact_expect_event(pid, PTRACE_EVENT_STOP);
        CHECK_EQUAL(*steps, before);
        fact_resume(pid, PTRACE_CONT, 0);
}

int main(void)
{
        pid_t pid;
        int status;

        steps = mmap(NULL, sizeof(*steps), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                     0);
        CHECK(steps != MAP_FAILED);
        pid = fact_start(child, NULL);
        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK_EQUAL(*steps, 0);
        expect_no_step(pid, 0);
        status = fact_wait(pid);
        CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1);
        CHECK_EQUAL(*steps, 1);
        expect_no_step(pid, SIGUSR1);
        fact_expect_exit(pid, 0);
        CHECK_EQUAL(*steps, 3);
        return 0;
}
