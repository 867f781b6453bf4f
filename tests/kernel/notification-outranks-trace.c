/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of what filters answer: KILL, TRAP, ERRNO, USER_NOTIF, TRACE, LOG, ALLOW. A filter that
 * the program installs itself can only make a call stricter, except through a listener of its own.
 */
#include "harness.h"

static void child(void *unused)
{
        (void) unused;
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        fact_filter(SYS_getppid, SECCOMP_RET_ALLOW);
        syscall(SYS_getppid);
        fact_filter(SYS_getppid, SECCOMP_RET_ERRNO | 33);
        CHECK_EQUAL(syscall(SYS_getppid), -1);
        CHECK_EQUAL(errno, 33);
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);

        CHECK(SECCOMP_RET_USER_NOTIF < SECCOMP_RET_TRACE);
        /* The later ALLOW does not hide the stop; the later ERRNO does. */
        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_exit(pid, 0);
        return 0;
}
