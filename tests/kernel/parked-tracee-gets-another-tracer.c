/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A tracee at a seccomp stop can be given to another thread without running an instruction of its
 * own: its call is skipped, every signal is held back, and it loops where it is put until the other
 * thread has seized it and puts its registers back. The call is made anew then, a signal that came
 * meanwhile arrives, and nobody was told of a stop.
 */
#include <pthread.h>

#include "harness.h"

#define EVERY_SIGNAL UINT64_MAX

extern const char park_loop[];
__asm__(".text\n.globl park_loop\npark_loop:\n\tpause\n\tjmp park_loop\n");

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
        (void) number;
        signals++;
}

static void child(void *argument)
{
        const pid_t *parent = argument;

        signal(SIGUSR2, on_signal);
        fact_filter(SYS_getppid, SECCOMP_RET_TRACE);
        if (syscall(SYS_getppid) != *parent)
                _exit(1);
        if (signals != 1)
                _exit(2);
}

typedef struct Parked {
        pid_t pid;
        struct user_regs_struct registers;
        uint64_t mask;
} Parked;

static void park(Parked *parked)
{
        struct user_regs_struct registers;
        uint64_t all = EVERY_SIGNAL;

        parked->registers = registers = fact_registers(parked->pid);
        CHECK(ptrace(PTRACE_GETSIGMASK, parked->pid, (void *) sizeof(uint64_t), &parked->mask) ==
              0);
        CHECK(ptrace(PTRACE_SETSIGMASK, parked->pid, (void *) sizeof(all), &all) == 0);
        registers.rip = (unsigned long long) park_loop;
        registers.orig_rax = (unsigned long long) -1;
        fact_set_registers(parked->pid, &registers);
        CHECK(ptrace(PTRACE_DETACH, parked->pid, NULL, NULL) == 0);
}

static void put_back(const Parked *parked)
{
        struct user_regs_struct registers = parked->registers, now = fact_registers(parked->pid);

        CHECK(now.rip >= (unsigned long long) park_loop &&
              now.rip < (unsigned long long) park_loop + 4);
        registers.rip -= 2;
        registers.rax = registers.orig_rax;
        registers.orig_rax = (unsigned long long) -1;
        fact_set_registers(parked->pid, &registers);
        CHECK(ptrace(PTRACE_SETSIGMASK, parked->pid, (void *) sizeof(uint64_t), &parked->mask) ==
              0);
}

static void *take_over(void *argument)
{
        Parked *parked = argument;
        siginfo_t info = {0};
        int status;

        /* To its parent it looks as before: no stop to be told of. */
        CHECK(waitid(P_PID, (id_t) parked->pid, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0);
        CHECK_EQUAL(info.si_pid, 0);
        CHECK_EQUAL(kill(parked->pid, SIGUSR2), 0);
        CHECK(ptrace(PTRACE_SEIZE, parked->pid, NULL, (void *) FACT_OPTIONS) == 0);
        CHECK(ptrace(PTRACE_INTERRUPT, parked->pid, NULL, NULL) == 0);
        fact_expect_event(parked->pid, PTRACE_EVENT_STOP);
        put_back(parked);
        fact_resume(parked->pid, PTRACE_CONT, 0);
        status = fact_wait(parked->pid);
        /* The signal and the call come in one order or the other. */
        for (int stops = 0; stops < 2; stops++) {
                bool call = fact_is_event(status, PTRACE_EVENT_SECCOMP);

                CHECK(call || WSTOPSIG(status) == SIGUSR2);
                fact_resume(parked->pid, PTRACE_CONT, call ? 0 : SIGUSR2);
                status = fact_wait(parked->pid);
        }
        CHECK(WIFEXITED(status));
        CHECK_EQUAL(WEXITSTATUS(status), 0);
        return NULL;
}

int main(void)
{
        pid_t self = getpid();
        Parked parked = {.pid = fact_start(child, &self)};
        pthread_t thread;

        fact_expect_event(parked.pid, PTRACE_EVENT_SECCOMP);
        park(&parked);
        CHECK(pthread_create(&thread, NULL, take_over, &parked) == 0);
        CHECK(pthread_join(thread, NULL) == 0);
        return 0;
}
