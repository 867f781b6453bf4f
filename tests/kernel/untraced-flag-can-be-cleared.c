/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CLONE_UNTRACED keeps a child from being attached; cleared from the first argument at the seccomp
 * stop, the child is attached like any other. So the guard stops such a clone and clears the flag.
 */
#include "harness.h"

#include <sched.h>

static void child(void *unused)
{
        (void) unused;
        /* No exit signal: a pending one would restart the second clone. */
        fact_filter(SYS_clone, SECCOMP_RET_TRACE);
        for (int i = 0; i < 2; i++)
                if (syscall(SYS_clone, CLONE_UNTRACED, 0, 0, 0, 0) == 0)
                        _exit(0);
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        struct user_regs_struct registers;
        unsigned long born = 0;

        /* As it is: the parent ends up at its next clone; no child was announced. */
        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);

        registers = fact_registers(pid);
        registers.rdi &= ~(unsigned long) CLONE_UNTRACED;
        fact_set_registers(pid, &registers);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_event(pid, PTRACE_EVENT_CLONE);
        CHECK_EQUAL(ptrace(PTRACE_GETEVENTMSG, pid, NULL, &born), 0);
        CHECK(fact_is_event(fact_wait((pid_t) born), PTRACE_EVENT_STOP));
        fact_end((pid_t) born);
        fact_end(pid);
        return 0;
}
