/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A signal for a thread whose call is held raises no stop: it is pending until the call was
 * answered, and then it is delivered once. Only SIGKILL acts at once.
 */
#include "harness.h"

#include <time.h>

static volatile sig_atomic_t handled;

static void on_signal(int signal)
{
        (void) signal;
        handled++;
}

static void child(void *unused)
{
        (void) unused;
        signal(SIGINT, on_signal);
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        CHECK_EQUAL(syscall(SYS_getppid), 0x1234);
        CHECK_EQUAL(handled, 1);
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        struct timespec moment = {.tv_nsec = 50000000};
        int status;

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        CHECK_EQUAL(kill(pid, SIGINT), 0);
        nanosleep(&moment, NULL);
        CHECK_EQUAL(waitpid(pid, &status, __WALL | WNOHANG), 0);
        CHECK_EQUAL(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1L),
                    0);
        CHECK_EQUAL(ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), 0x1234L),
                    0);
        fact_resume(pid, PTRACE_CONT, 0);
        status = fact_wait(pid);
        CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGINT);
        fact_resume(pid, PTRACE_CONT, SIGINT);
        fact_expect_exit(pid, 0);
        return 0;
}
