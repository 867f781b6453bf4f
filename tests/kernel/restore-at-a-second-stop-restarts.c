/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call injected into a sleeping thread: registers put back at a second EVENT_STOP (an INTERRUPT
 * sent before the thread runs on) let the kernel itself restart the sleep, which keeps its length.
 */
#include "harness.h"

#include <sys/auxv.h>
#include <time.h>

static void child(void *unused)
{
        struct timespec length = {.tv_nsec = 300000000};
        struct timespec before, after;
        long elapsed;

        (void) unused;
        clock_gettime(CLOCK_MONOTONIC, &before);
        CHECK_EQUAL(nanosleep(&length, NULL), 0);
        clock_gettime(CLOCK_MONOTONIC, &after);
        elapsed =
                (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
        CHECK(elapsed >= 299);
}

/* A `syscall` instruction: the vDSO has one, at the same place in a child that did not exec. */
static unsigned long find_pad(void)
{
        const unsigned char *vdso = (const unsigned char *) getauxval(AT_SYSINFO_EHDR);

        CHECK(vdso != NULL);
        for (size_t i = 0; i < 8192 - 1; i++)
                if (vdso[i] == 0x0f && vdso[i + 1] == 0x05)
                        return (unsigned long) (vdso + i);
        CHECK(!"a syscall instruction in the vDSO");
        return 0;
}

static void inject_getpid(pid_t pid, unsigned long pad)
{
        struct user_regs_struct saved, call;
        uint64_t mask = 0;
        uint64_t full = ~0ull;
        int status;

        CHECK_EQUAL(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
        fact_expect_event(pid, PTRACE_EVENT_STOP);
        saved = fact_registers(pid);
        CHECK_EQUAL(ptrace(PTRACE_GETSIGMASK, pid, (void *) 8L, &mask), 0);
        CHECK_EQUAL(ptrace(PTRACE_SETSIGMASK, pid, (void *) 8L, &full), 0);
        call = saved;
        call.rip = pad;
        call.rax = SYS_getpid;
        call.orig_rax = (unsigned long) -1;
        fact_set_registers(pid, &call);
        fact_resume(pid, PTRACE_SINGLESTEP, 0);
        status = fact_wait(pid);
        CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP && status >> 16 == 0);
        CHECK_EQUAL(fact_registers(pid).rax, pid);

        CHECK_EQUAL(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_event(pid, PTRACE_EVENT_STOP);
        fact_set_registers(pid, &saved);
        CHECK_EQUAL(ptrace(PTRACE_SETSIGMASK, pid, (void *) 8L, &mask), 0);
        fact_resume(pid, PTRACE_CONT, 0);
}

int main(void)
{
        unsigned long pad = find_pad();
        pid_t pid = fact_start(child, NULL);

        for (int i = 0; i < 3; i++) {
                CHECK(fact_reaches_state(pid, 'S'));
                inject_getpid(pid, pad);
        }
        fact_expect_exit(pid, 0);
        return 0;
}
