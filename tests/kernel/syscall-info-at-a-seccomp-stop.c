/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PTRACE_GET_SYSCALL_INFO at a seccomp stop: architecture, number and six arguments in one request.
 */
#include "harness.h"

static void child(void *unused)
{
        (void) unused;
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE | 42);
        syscall(SYS_getppid, 1l, 2l, 3l, 4l, 5l, 6l);
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        struct __ptrace_syscall_info info = {0};

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) >= 80);
        CHECK_EQUAL(info.op, PTRACE_SYSCALL_INFO_SECCOMP);
        CHECK_EQUAL(info.arch, AUDIT_ARCH_X86_64);
        CHECK_EQUAL(info.seccomp.nr, SYS_getppid);
        for (unsigned int i = 0; i < 6; i++)
                CHECK_EQUAL(info.seccomp.args[i], i + 1);
        CHECK_EQUAL(info.seccomp.ret_data, 42);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_exit(pid, 0);
        return 0;
}
