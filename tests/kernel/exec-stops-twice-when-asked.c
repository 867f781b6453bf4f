/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * After EVENT_EXEC, PTRACE_SYSCALL leads to execve's exit stop, still before the program's first
 * instruction: there the landing page and the filter go in. A filter put in there judges the
 * program's first call.
 */
#include "harness.h"

#include <elf.h>
#include <sys/auxv.h>

static void child(void *unused)
{
        (void) unused;
        execl("/bin/true", "true", NULL);
        _exit(9);
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        struct __ptrace_syscall_info info = {0};
        int status;

        fact_expect_event(pid, PTRACE_EVENT_EXEC);
        fact_resume(pid, PTRACE_SYSCALL, 0);
        status = fact_wait(pid);
        CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80));
        CHECK(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0);
        CHECK_EQUAL(info.op, PTRACE_SYSCALL_INFO_EXIT);
        CHECK_EQUAL(info.exit.rval, 0);
        CHECK_EQUAL(fact_registers(pid).rax, 0);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_exit(pid, 0);
        return 0;
}
