/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A stop wakes epoll_wait with EINTR even though no handler runs (engine facts 0.3);
 * -ERESTARTNOHAND in rax instead lets the kernel start it again, and still gives EINTR when a
 * handler does run.
 */
#include "harness.h"

#include <sys/epoll.h>

typedef struct Expected {
        int result;
        int error;
        int pipe[2];
} Expected;

static void on_signal(int signal)
{
        (void) signal;
}

static void child(void *argument)
{
        Expected *expected = argument;
        struct epoll_event event = {.events = EPOLLIN};
        int queue = epoll_create1(EPOLL_CLOEXEC);

        signal(SIGUSR1, on_signal);
        CHECK_EQUAL(epoll_ctl(queue, EPOLL_CTL_ADD, expected->pipe[0], &event), 0);
        errno = 0;
        CHECK_EQUAL(epoll_wait(queue, &event, 1, -1), expected->result);
        CHECK_EQUAL(errno, expected->error);
}

/* Interrupts the wait, rewrites EINTR when asked to, and lets it go on. */
static void disturb(pid_t pid, bool rewrite)
{
        struct user_regs_struct registers;

        CHECK(fact_reaches_state(pid, 'S'));
        CHECK_EQUAL(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
        fact_expect_event(pid, PTRACE_EVENT_STOP);
        registers = fact_registers(pid);
        CHECK_EQUAL((long) registers.rax, -EINTR);
        if (rewrite)
                registers.rax = (unsigned long) -KERNEL_ERESTARTNOHAND;
        fact_set_registers(pid, &registers);
        fact_resume(pid, PTRACE_CONT, 0);
}

static pid_t start(Expected *expected, int result, int error)
{
        expected->result = result;
        expected->error = error;
        CHECK_EQUAL(pipe2(expected->pipe, O_CLOEXEC), 0);
        return fact_start(child, expected);
}

int main(void)
{
        Expected expected;
        pid_t pid = start(&expected, -1, EINTR);
        int status;

        disturb(pid, false);
        fact_expect_exit(pid, 0);

        pid = start(&expected, 1, 0);
        for (int i = 0; i < 3; i++)
                disturb(pid, true);
        CHECK(fact_reaches_state(pid, 'S'));
        CHECK_EQUAL(write(expected.pipe[1], "x", 1), 1);
        fact_expect_exit(pid, 0);

        pid = start(&expected, -1, EINTR);
        disturb(pid, true);
        CHECK(fact_reaches_state(pid, 'S'));
        CHECK_EQUAL(kill(pid, SIGUSR1), 0);
        status = fact_wait(pid);
        CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1);
        fact_resume(pid, PTRACE_CONT, SIGUSR1);
        fact_expect_exit(pid, 0);
        return 0;
}
