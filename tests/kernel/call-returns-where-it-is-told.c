/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call that is changed at its seccomp stop returns to the address that was set there: code of
 * ours that puts the program's registers back. Broken off by a signal, it is stopped with that
 * address and its own restart code; with the program's registers put back there, the kernel makes
 * the program's own call again, after the handler.
 */
#include "harness.h"

typedef struct Stage {
        unsigned char code[64];  /* syscall; mov own(%rip), %rsi; jmp *place(%rip) */
        uint64_t own_rsi, place; /* what the code puts back */
        char pinned[16];         /* what the kernel fills instead of the program's buffer */
        int pipe[2];
        volatile int handled;
} Stage;

static Stage *stage;

static void on_signal(int signal)
{
        (void) signal;
        stage->handled++;
}

/* read() into `buffer`: rsi as it is behind the call. */
static const char *read_into(char *buffer, long *ret_result)
{
        const char *behind = buffer;

        __asm__ volatile("syscall"
                         : "=a"(*ret_result), "+S"(behind)
                         : "a"(SYS_read), "D"(stage->pipe[0]), "d"(1)
                         : "rcx", "r11", "memory");
        return behind;
}

static void child(void *unused)
{
        struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
        char buffer[16];
        long result;

        (void) unused;
        sigaction(SIGUSR1, &action, NULL);
        fact_filter(SYS_read, SECCOMP_RET_TRACE);
        for (int i = 0; i < 2; i++) {
                CHECK(read_into(buffer, &result) == buffer);
                CHECK_EQUAL(result, 1);
        }
        CHECK_EQUAL(stage->handled, 1);
}

static void put_code(void)
{
        static const unsigned char code[] = {0x0f, 0x05, 0x48, 0x8b, 0x35, 0, 0, 0,
                                             0,    0xff, 0x25, 0,    0,    0, 0};
        int32_t to_rsi = (int32_t) offsetof(Stage, own_rsi) - 9;
        int32_t to_place = (int32_t) offsetof(Stage, place) - 15;

        memcpy(stage->code, code, sizeof(code));
        memcpy(stage->code + 5, &to_rsi, sizeof(to_rsi));
        memcpy(stage->code + 11, &to_place, sizeof(to_place));
}

/* At the stop of the call: it will fill our buffer and return to our code. The own registers. */
static struct user_regs_struct send_elsewhere(pid_t pid)
{
        struct user_regs_struct own, other;

        fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
        own = other = fact_registers(pid);
        stage->own_rsi = own.rsi;
        stage->place = own.rip;
        other.rsi = (uint64_t) (uintptr_t) stage->pinned;
        other.rip = other.rcx = (uint64_t) (uintptr_t) (stage->code + 2);
        fact_set_registers(pid, &other);
        fact_resume(pid, PTRACE_CONT, 0);
        return own;
}

static void break_off(pid_t pid, const struct user_regs_struct *own)
{
        struct user_regs_struct registers;
        int status;

        CHECK(fact_reaches_state(pid, 'S'));
        CHECK_EQUAL(kill(pid, SIGUSR1), 0);
        status = fact_wait(pid);
        CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1);
        registers = fact_registers(pid);
        CHECK_EQUAL(registers.rip, (uintptr_t) (stage->code + 2));
        CHECK_EQUAL(registers.rax, -512);
        CHECK_EQUAL(registers.orig_rax, SYS_read);
        registers.rip = own->rip;
        registers.rsi = own->rsi;
        fact_set_registers(pid, &registers);
        fact_resume(pid, PTRACE_CONT, SIGUSR1);
}

int main(void)
{
        struct user_regs_struct own, again;
        pid_t pid;

        stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE | PROT_EXEC,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        CHECK(stage != MAP_FAILED);
        CHECK_EQUAL(pipe2(stage->pipe, O_CLOEXEC), 0);
        put_code();
        pid = fact_start(child, NULL);

        own = send_elsewhere(pid);
        CHECK_EQUAL(write(stage->pipe[1], "1", 1), 1);
        own = send_elsewhere(pid);
        CHECK_EQUAL(stage->pinned[0], '1');
        break_off(pid, &own);
        again = send_elsewhere(pid);
        CHECK_EQUAL(again.rip, own.rip);
        CHECK_EQUAL(again.rsi, own.rsi);
        CHECK_EQUAL(write(stage->pipe[1], "2", 1), 1);
        fact_expect_exit(pid, 0);
        CHECK_EQUAL(stage->pinned[0], '2');
        return 0;
}
