/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * At a seccomp stop, orig_rax = -1 skips the call and rax is what the program gets, with no exit
 * stop in between.
 */
#include "harness.h"

static void child(void *unused)
{
        (void) unused;
        fact_filter(SYS_mkdir, SECCOMP_RET_TRACE);
        CHECK_EQUAL(syscall(SYS_mkdir, "/proc/no-such-place/x", 0), 0x1234);
        CHECK_EQUAL(syscall(SYS_mkdir, "/proc/no-such-place/x", 0), -1);
        CHECK_EQUAL(errno, EXDEV);
}

static void answer(pid_t pid, long value)
{
        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK_EQUAL(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1L),
                    0);
        CHECK_EQUAL(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), value), 0);
        fact_resume(pid, PTRACE_CONT, 0);
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);

        answer(pid, 0x1234);
        answer(pid, -EXDEV);
        fact_expect_exit(pid, 0);
        return 0;
}
