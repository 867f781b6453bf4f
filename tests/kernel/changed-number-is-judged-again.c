/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call number that the tracer changes at a seccomp stop goes through the filters once more, so a
 * forever rule cannot be reached by editing; RET_TRACE of the second look raises no second stop.
 */
#include "harness.h"

static void child(void *unused)
{
        long result;

        (void) unused;
        fact_filter(SYS_getuid, SECCOMP_RET_ERRNO | 77);
        fact_filter(SYS_geteuid, SECCOMP_RET_TRACE);
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        CHECK_EQUAL(syscall(SYS_getppid), -1);
        CHECK_EQUAL(errno, 77);
        result = syscall(SYS_getppid);
        CHECK_EQUAL(result, geteuid());
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        struct user_regs_struct registers;

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        registers = fact_registers(pid);
        registers.orig_rax = SYS_getuid;
        fact_set_registers(pid, &registers);
        fact_resume(pid, PTRACE_CONT, 0);

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        registers = fact_registers(pid);
        CHECK_EQUAL(registers.orig_rax, SYS_getppid);
        registers.orig_rax = SYS_geteuid;
        fact_set_registers(pid, &registers);
        fact_resume(pid, PTRACE_CONT, 0);

        /* The child's own geteuid() for the comparison is the next stop. */
        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK_EQUAL(fact_registers(pid).orig_rax, SYS_geteuid);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_exit(pid, 0);
        return 0;
}
