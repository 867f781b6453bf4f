/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PTRACE_SET_SYSCALL_INFO (Linux 6.16): number and arguments changed in one request, the fallback
 * being SETREGS. nr = -1 skips the call.
 */
#include "harness.h"

#ifndef PTRACE_SET_SYSCALL_INFO
#define PTRACE_SET_SYSCALL_INFO 0x4212
#endif

static void child(void *unused)
{
        (void) unused;
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        CHECK_EQUAL(syscall(SYS_getppid), getpid());
        CHECK_EQUAL(syscall(SYS_getppid), 777);
}

static struct __ptrace_syscall_info next_stop(pid_t pid)
{
        struct __ptrace_syscall_info info = {0};

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) >= 80);
        return info;
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        struct __ptrace_syscall_info info = next_stop(pid);

        info.seccomp.nr = SYS_getpid;
        if (ptrace((enum __ptrace_request) PTRACE_SET_SYSCALL_INFO, pid, sizeof(info), &info) < 0 &&
            (errno == EIO || errno == EINVAL)) {
                fact_end(pid);
                fact_skip("PTRACE_SET_SYSCALL_INFO came with Linux 6.16");
        }
        fact_resume(pid, PTRACE_CONT, 0);

        info = next_stop(pid);
        info.seccomp.nr = (uint64_t) -1;
        CHECK_EQUAL(
                ptrace((enum __ptrace_request) PTRACE_SET_SYSCALL_INFO, pid, sizeof(info), &info),
                0);
        CHECK_EQUAL(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), 777L), 0);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_exit(pid, 0);
        return 0;
}
