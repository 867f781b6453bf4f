/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SIGKILL for a thread whose call is held: the call is not executed, every request answers ESRCH,
 * and waitpid reports the death.
 */
#include "harness.h"

static void child(void *path)
{
        fact_filter(SYS_mkdir, SECCOMP_RET_TRACE);
        syscall(SYS_mkdir, path, 0700);
}

int main(void)
{
        char path[] = "/tmp/kernel-fact-XXXXXX";
        struct user_regs_struct registers;
        pid_t pid;
        int status;

        CHECK(mkdtemp(path) != NULL);
        CHECK_EQUAL(rmdir(path), 0);
        pid = fact_start(child, path);
        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK_EQUAL(kill(pid, SIGKILL), 0);
        CHECK(fact_reaches_state(pid, 'Z'));
        CHECK_EQUAL(ptrace(PTRACE_GETREGS, pid, NULL, &registers), -1);
        CHECK_EQUAL(errno, ESRCH);
        CHECK_EQUAL(ptrace(PTRACE_CONT, pid, NULL, NULL), -1);
        CHECK_EQUAL(errno, ESRCH);
        status = fact_wait(pid);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        CHECK_EQUAL(access(path, F_OK), -1);
        return 0;
}
