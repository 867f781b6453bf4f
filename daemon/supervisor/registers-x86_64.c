/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/registers.h"

#include <errno.h>
#include <stddef.h>
#include <sys/syscall.h>

#include "base/cleanup.h"

#define ERESTARTSYS_RESULT    (-512)
#define ERESTARTNOHAND_RESULT (-514)

CallRegisters registers_call(const Registers *registers)
{
        const struct user_regs_struct *raw = &registers->raw;

        return (CallRegisters){
                .number = (int) raw->orig_rax,
                .arguments = {raw->rdi, raw->rsi, raw->rdx, raw->r10, raw->r8, raw->r9},
        };
}

uint64_t registers_instruction_pointer(const Registers *registers)
{
        return registers->raw.rip;
}

uint64_t registers_stack_pointer(const Registers *registers)
{
        return registers->raw.rsp;
}

int64_t registers_result(const Registers *registers)
{
        return (int64_t) registers->raw.rax;
}

void registers_set_arguments(Registers *registers, const uint64_t arguments[6])
{
        struct user_regs_struct *raw = &registers->raw;

        raw->rdi = arguments[0];
        raw->rsi = arguments[1];
        raw->rdx = arguments[2];
        raw->r10 = arguments[3];
        raw->r8 = arguments[4];
        raw->r9 = arguments[5];
}

void registers_set_call(Registers *registers, const CallRegisters *call)
{
        registers->raw.orig_rax = (unsigned long long) call->number;
        registers_set_arguments(registers, call->arguments);
}

void registers_set_result(Registers *registers, int64_t result)
{
        registers->raw.rax = (unsigned long long) result;
}

void registers_prepare_call(Registers *registers, uint64_t pad, const CallRegisters *call)
{
        registers->raw.rip = pad;
        registers->raw.rax = (unsigned long long) call->number;
        registers->raw.orig_rax = (unsigned long long) -1; /* not in a call: nothing to restart */
        registers_set_arguments(registers, call->arguments);
}

void registers_rewind_call(Registers *registers)
{
        registers->raw.rip -= SYSCALL_INSTRUCTION_BYTES;
        registers->raw.rax = registers->raw.orig_rax;
        registers->raw.orig_rax = (unsigned long long) -1;
}

/* rcx as the instruction leaves it: the kernel returns faster when both are the same. */
void registers_set_return(Registers *registers, uint64_t place)
{
        registers->raw.rip = place;
        registers->raw.rcx = place;
}

void registers_put_back(Registers *registers, const CallRegisters *own, uint64_t place, bool before)
{
        bool in_call = (int64_t) registers->raw.orig_rax >= 0;

        registers_set_arguments(registers, own->arguments);
        registers_set_return(registers, place);
        if (in_call)
                registers->raw.orig_rax = (unsigned long long) own->number;
        if (before) {
                registers->raw.orig_rax = (unsigned long long) own->number;
                registers_rewind_call(registers);
        }
}

void registers_park(Registers *registers, uint64_t address, uint64_t turns)
{
        registers->raw.rip = address;
        registers->raw.rcx = turns;
        registers->raw.orig_rax = (unsigned long long) -1;
}

/* Measured: tests/kernel; signal(7) "Interruption of system calls and library functions by stop
 * signals". */
int registers_ends_with_eintr(long number)
{
        switch (number) {
        case SYS_epoll_wait:
        case SYS_epoll_pwait:
        case SYS_epoll_pwait2:
        case SYS_semop:
        case SYS_semtimedop:
        case SYS_rt_sigtimedwait:
        case SYS_recvfrom:
        case SYS_recvmsg:
        case SYS_recvmmsg:
        case SYS_accept:
        case SYS_accept4:
        case SYS_connect:
        case SYS_sendto:
        case SYS_sendmsg:
        case SYS_sendmmsg:
        case SYS_read:
        case SYS_write:
        case SYS_io_getevents:
                return 1;
        default:
                return 0;
        }
}

/* signal(7): never made again after a handler, whatever SA_RESTART says. */
static int ignores_sa_restart(long number)
{
        switch (number) {
        case SYS_pause:
        case SYS_rt_sigsuspend:
        case SYS_select:
        case SYS_pselect6:
        case SYS_poll:
        case SYS_ppoll:
        case SYS_nanosleep:
        case SYS_clock_nanosleep:
        case SYS_msgrcv:
        case SYS_msgsnd:
                return 1;
        default:
                return number != SYS_read && number != SYS_write &&
                       registers_ends_with_eintr(number) && number != SYS_recvfrom &&
                       number != SYS_recvmsg && number != SYS_sendto && number != SYS_sendmsg &&
                       number != SYS_accept && number != SYS_accept4 && number != SYS_connect;
        }
}

int64_t registers_break_off_call(Registers *registers, int number)
{
        registers->raw.orig_rax = (unsigned long long) number;
        registers_set_result(registers, ignores_sa_restart(number) ? ERESTARTNOHAND_RESULT
                                                                   : ERESTARTSYS_RESULT);
        return registers_result(registers);
}

int registers_heal_interrupted_call(Registers *registers)
{
        if (registers_result(registers) != -EINTR ||
            !registers_ends_with_eintr((long) registers->raw.orig_rax))
                return 0;
        registers_set_result(registers, ERESTARTNOHAND_RESULT);
        return 1;
}

int registers_will_be_made_again(const Registers *registers)
{
        return registers_result(registers) == ERESTARTNOHAND_RESULT;
}

const char *registers_name(const Registers *registers, unsigned index, uint64_t *ret_value)
{
        static const struct {
                const char *name;
                size_t offset;
        } table[] = {
#define REGISTER(name) {#name, offsetof(struct user_regs_struct, name)}
                REGISTER(rip),      REGISTER(rsp),     REGISTER(rbp),     REGISTER(rax),
                REGISTER(orig_rax), REGISTER(rdi),     REGISTER(rsi),     REGISTER(rdx),
                REGISTER(r10),      REGISTER(r8),      REGISTER(r9),      REGISTER(rbx),
                REGISTER(rcx),      REGISTER(r11),     REGISTER(r12),     REGISTER(r13),
                REGISTER(r14),      REGISTER(r15),     REGISTER(eflags),  REGISTER(cs),
                REGISTER(ss),       REGISTER(ds),      REGISTER(es),      REGISTER(fs),
                REGISTER(gs),       REGISTER(fs_base), REGISTER(gs_base),
#undef REGISTER
        };

        if (index >= ELEMENTS_OF(table))
                return NULL;
        *ret_value = *(const unsigned long long *) ((const char *) &registers->raw +
                                                    table[index].offset);
        return table[index].name;
}
