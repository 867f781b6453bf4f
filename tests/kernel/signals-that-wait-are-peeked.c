/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PTRACE_PEEKSIGINFO tells at a stop which signals wait for a thread, and which for its process,
 * and takes none of them away.
 */
#include "harness.h"

static void child(void *unused)
{
        sigset_t all;

        (void) unused;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        kill(getpid(), SIGUSR1);
        kill(getpid(), SIGRTMIN + 2);
        syscall(SYS_tgkill, getpid(), gettid(), SIGTERM);
        syscall(SYS_getppid);
}

static uint64_t peek(pid_t pid, uint32_t flags)
{
        struct __ptrace_peeksiginfo_args from = {.flags = flags, .nr = 8};
        siginfo_t list[8];
        uint64_t set = 0;
        long count = ptrace(PTRACE_PEEKSIGINFO, pid, &from, list);

        CHECK(count >= 0);
        for (long i = 0; i < count; i++)
                set |= UINT64_C(1) << (list[i].si_signo - 1);
        return set;
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        uint64_t own = UINT64_C(1) << (SIGTERM - 1);
        uint64_t shared = UINT64_C(1) << (SIGUSR1 - 1) | UINT64_C(1) << (SIGRTMIN + 2 - 1);

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        for (int i = 0; i < 2; i++) {
                CHECK_EQUAL(peek(pid, 0), own);
                CHECK_EQUAL(peek(pid, PTRACE_PEEKSIGINFO_SHARED), shared);
        }
        fact_end(pid);
        return 0;
}
