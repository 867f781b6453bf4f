/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parent of a vfork is in state D until the child execs or ends: PTRACE_INTERRUPT stops it only
 * afterwards. So nothing may wait for it alone, and no call can be injected there.
 */
#include "harness.h"

#include <time.h>

static void child(void *unused)
{
        (void) unused;
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        if (syscall(SYS_vfork) == 0) {
                syscall(SYS_getppid);
                syscall(SYS_exit, 0);
        }
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        struct timespec moment = {.tv_nsec = 50000000};
        unsigned long born = 0;
        int status;

        fact_expect_event(pid, PTRACE_EVENT_VFORK);
        CHECK_EQUAL(ptrace(PTRACE_GETEVENTMSG, pid, NULL, &born), 0);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_event((pid_t) born, PTRACE_EVENT_STOP);
        fact_resume((pid_t) born, PTRACE_CONT, 0);
        fact_expect_event((pid_t) born, PTRACE_EVENT_SECCOMP);

        CHECK(fact_reaches_state(pid, 'D'));
        CHECK_EQUAL(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
        nanosleep(&moment, NULL);
        CHECK_EQUAL(waitpid(pid, &status, __WALL | WNOHANG), 0);

        fact_resume((pid_t) born, PTRACE_CONT, 0);
        fact_expect_exit((pid_t) born, 0);
        /* Now the queued interrupt stops the parent. */
        CHECK(fact_is_event(fact_wait(pid), PTRACE_EVENT_STOP));
        fact_end(pid);
        return 0;
}
