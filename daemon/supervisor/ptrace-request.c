/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/ptrace-request.h"

#include <stddef.h>
#include <sys/ptrace.h>

#include "base/cleanup.h"
#include "supervisor/tracer.h"

typedef struct Request {
        enum __ptrace_request what;
        pid_t tid;
        uintptr_t address, data;
        long answer;
        int error;
} Request;

static void make_request(void *argument)
{
        Request *request = argument;

        errno = 0;
        request->answer = ptrace(request->what, request->tid, (void *) request->address,
                                 (void *) request->data);
        request->error = errno;
}

/* ESRCH: it is gone, or another thread's to ask. */
static long request(enum __ptrace_request what, pid_t tid, uintptr_t address, uintptr_t data)
{
        Request request = {.what = what, .tid = tid, .address = address, .data = data};
        Tracer *another;

        make_request(&request);
        if (request.error == ESRCH && (another = tracer_of_another(tid)))
                tracer_run(another, make_request, &request);
        errno = request.error;
        return request.answer;
}

static int request_status(enum __ptrace_request what, pid_t tid, uintptr_t address, uintptr_t data)
{
        return request(what, tid, address, data) < 0 ? -errno : 0;
}

int tracee_seize(pid_t tid, bool exit_kill)
{
        uintptr_t options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC |
                            PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

        return request_status(PTRACE_SEIZE, tid, 0, options | (exit_kill ? PTRACE_O_EXITKILL : 0));
}

int tracee_detach(pid_t tid, int signal)
{
        return request_status(PTRACE_DETACH, tid, 0, (uintptr_t) signal);
}

int tracee_resume(pid_t tid, TraceeResume how, int signal)
{
        static const enum __ptrace_request requests[] = {
                [TRACEE_RUN] = PTRACE_CONT,
                [TRACEE_RUN_TO_SYSCALL] = PTRACE_SYSCALL,
                [TRACEE_STEP] = PTRACE_SINGLESTEP,
        };

        return request_status(requests[how], tid, 0, (uintptr_t) signal);
}

int tracee_listen(pid_t tid)
{
        return request_status(PTRACE_LISTEN, tid, 0, 0);
}

int tracee_interrupt(pid_t tid)
{
        return request_status(PTRACE_INTERRUPT, tid, 0, 0);
}

int tracee_get_call(pid_t tid, TraceeCall *ret)
{
        struct __ptrace_syscall_info info;
        TraceeCall call = {.stop = TRACEE_CALL_NONE};

        if (request(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), (uintptr_t) &info) < 0)
                return -errno;
        call.architecture = info.arch;
        call.instruction_pointer = info.instruction_pointer;
        call.stack_pointer = info.stack_pointer;
        switch (info.op) {
        case PTRACE_SYSCALL_INFO_ENTRY:
        case PTRACE_SYSCALL_INFO_SECCOMP:
                call.stop = info.op == PTRACE_SYSCALL_INFO_ENTRY ? TRACEE_CALL_ENTRY
                                                                 : TRACEE_CALL_SECCOMP;
                call.number = (int) info.entry.nr;
                for (unsigned i = 0; i < 6; i++)
                        call.arguments[i] = info.entry.args[i];
                break;
        case PTRACE_SYSCALL_INFO_EXIT:
                call.stop = TRACEE_CALL_EXIT;
                call.result = info.exit.rval;
                break;
        }
        *ret = call;
        return 0;
}

int tracee_get_registers(pid_t tid, Registers *ret)
{
        return request_status(PTRACE_GETREGS, tid, 0, (uintptr_t) &ret->raw);
}

int tracee_set_registers(pid_t tid, const Registers *registers)
{
        return request_status(PTRACE_SETREGS, tid, 0, (uintptr_t) &registers->raw);
}

int tracee_set_result(pid_t tid, int64_t result)
{
        return request_status(PTRACE_POKEUSER, tid, offsetof(struct user_regs_struct, rax),
                              (uintptr_t) result);
}

int tracee_get_sequence_area(pid_t tid, SequenceArea *ret)
{
        struct __ptrace_rseq_configuration configuration = {0};

        *ret = (SequenceArea){0};
        if (request(PTRACE_GET_RSEQ_CONFIGURATION, tid, sizeof(configuration),
                    (uintptr_t) &configuration) < 0)
                return errno == EIO ? 0 : -errno; /* a kernel without rseq */
        *ret = (SequenceArea){.address = configuration.rseq_abi_pointer,
                              .size = configuration.rseq_abi_size,
                              .signature = configuration.signature};
        return 0;
}

int tracee_skip_call(pid_t tid, int64_t result)
{
        int r = request_status(PTRACE_POKEUSER, tid, offsetof(struct user_regs_struct, orig_rax),
                               (uintptr_t) -1);

        return r < 0 ? r : tracee_set_result(tid, result);
}

/* PTRACE_POKEUSER is about a third of PTRACE_GETREGS and PTRACE_SETREGS together. */
#define POKES_MAX 2

static int poke_register(pid_t tid, size_t offset, uint64_t value)
{
        return request_status(PTRACE_POKEUSER, tid, offset, (uintptr_t) value);
}

static int change_all(pid_t tid, const CallRegisters *to)
{
        Registers registers;
        int r = tracee_get_registers(tid, &registers);

        if (r < 0)
                return r;
        registers_set_call(&registers, to);
        return tracee_set_registers(tid, &registers);
}

int tracee_change_call(pid_t tid, const CallRegisters *from, const CallRegisters *to)
{
        static const size_t places[] = {
                offsetof(struct user_regs_struct, rdi), offsetof(struct user_regs_struct, rsi),
                offsetof(struct user_regs_struct, rdx), offsetof(struct user_regs_struct, r10),
                offsetof(struct user_regs_struct, r8),  offsetof(struct user_regs_struct, r9),
        };
        unsigned different = from->number != to->number;
        int r = 0;

        for (unsigned i = 0; i < ELEMENTS_OF(places); i++)
                different += from->arguments[i] != to->arguments[i];
        if (different > POKES_MAX)
                return change_all(tid, to);
        if (from->number != to->number)
                r = poke_register(tid, offsetof(struct user_regs_struct, orig_rax),
                                  (uint64_t) to->number);
        for (unsigned i = 0; r == 0 && i < ELEMENTS_OF(places); i++)
                if (from->arguments[i] != to->arguments[i])
                        r = poke_register(tid, places[i], to->arguments[i]);
        return r;
}

int tracee_get_event_message(pid_t tid, unsigned long *ret)
{
        return request_status(PTRACE_GETEVENTMSG, tid, 0, (uintptr_t) ret);
}

int tracee_get_signal_info(pid_t tid, siginfo_t *ret)
{
        return request_status(PTRACE_GETSIGINFO, tid, 0, (uintptr_t) ret);
}

int tracee_get_signal_mask(pid_t tid, uint64_t *ret)
{
        return request_status((enum __ptrace_request) PTRACE_GETSIGMASK, tid, sizeof(*ret),
                              (uintptr_t) ret);
}

/* So many are asked for at a time. */
#define SIGNALS_AT_ONCE 8

static int add_waiting_signals(pid_t tid, uint32_t flags, uint64_t *set)
{
        siginfo_t list[SIGNALS_AT_ONCE];
        struct __ptrace_peeksiginfo_args next = {.flags = flags, .nr = SIGNALS_AT_ONCE};
        long count;

        do {
                count = request(PTRACE_PEEKSIGINFO, tid, (uintptr_t) &next, (uintptr_t) list);
                for (long i = 0; i < count; i++)
                        *set |= UINT64_C(1) << (list[i].si_signo - 1);
                next.off += SIGNALS_AT_ONCE;
        } while (count == SIGNALS_AT_ONCE);
        return count < 0 ? -errno : 0;
}

int tracee_get_waiting_signals(pid_t tid, uint64_t *ret)
{
        uint64_t set = 0;
        int r = add_waiting_signals(tid, 0, &set);

        if (r == 0)
                r = add_waiting_signals(tid, PTRACE_PEEKSIGINFO_SHARED, &set);
        if (r == 0)
                *ret = set;
        return r;
}

int tracee_set_signal_mask(pid_t tid, uint64_t mask)
{
        return request_status((enum __ptrace_request) PTRACE_SETSIGMASK, tid, sizeof(mask),
                              (uintptr_t) &mask);
}

int tracee_peek(pid_t tid, uint64_t address, uint64_t *ret)
{
        long word;

        errno = 0;
        word = request(PTRACE_PEEKTEXT, tid, (uintptr_t) address, 0);
        if (errno)
                return -errno;
        *ret = (uint64_t) word;
        return 0;
}

int tracee_poke(pid_t tid, uint64_t address, uint64_t word)
{
        return request_status(PTRACE_POKETEXT, tid, (uintptr_t) address, (uintptr_t) word);
}
