/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * /proc/PID/status says how many filters a thread has (Seccomp_filters, Linux 5.9) and who traces
 * it (TracerPid): by the first a tightening finds who still has the old rules, by the second anyone
 * can see that a program is held.
 */
#include "harness.h"

static void child(void *unused)
{
        (void) unused;
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        syscall(SYS_getppid);
        fact_filter(SYS_getuid, SECCOMP_RET_ERRNO | 1);
        syscall(SYS_getppid);
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        long before;

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK_EQUAL(fact_status_number(pid, "TracerPid"), getpid());
        before = fact_status_number(pid, "Seccomp_filters");
        if (before < 0) {
                fact_end(pid);
                fact_skip("Seccomp_filters came with Linux 5.9");
        }
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK_EQUAL(fact_status_number(pid, "Seccomp_filters"), before + 1);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_exit(pid, 0);
        return 0;
}
