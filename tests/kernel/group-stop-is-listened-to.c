/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A group-stop is an EVENT_STOP with the stop signal; PTRACE_LISTEN keeps the program stopped as
 * job control wants it, SIGCONT ends it with an EVENT_STOP of SIGTRAP and then SIGCONT's delivery.
 */
#include "harness.h"

static void child(void *unused)
{
        (void) unused;
        raise(SIGSTOP);
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        int status = fact_wait(pid);

        CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP && status >> 16 == 0);
        fact_resume(pid, PTRACE_CONT, SIGSTOP);
        status = fact_wait(pid);
        CHECK(fact_is_event(status, PTRACE_EVENT_STOP));
        CHECK_EQUAL(WSTOPSIG(status), SIGSTOP);
        CHECK_EQUAL(ptrace(PTRACE_LISTEN, pid, NULL, NULL), 0);

        CHECK_EQUAL(kill(pid, SIGCONT), 0);
        status = fact_wait(pid);
        CHECK(fact_is_event(status, PTRACE_EVENT_STOP));
        CHECK_EQUAL(WSTOPSIG(status), SIGTRAP);
        fact_resume(pid, PTRACE_CONT, 0);
        status = fact_wait(pid);
        CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGCONT);
        fact_resume(pid, PTRACE_CONT, SIGCONT);
        fact_expect_exit(pid, 0);
        return 0;
}
