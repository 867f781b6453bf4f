/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread's registers by their role in a system call; registers-<arch>.c knows the names. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/user.h>

#include "syscalls/caller-view.h"

/* What a thread has told the kernel of its restartable sequences: rseq(2). */
typedef struct SequenceArea {
        uint64_t address; /* 0: nothing */
        uint32_t size, signature;
} SequenceArea;

typedef struct Registers {
        struct user_regs_struct raw;
} Registers;

/* The length of the system-call instruction, which the kernel goes back by to restart a call. */
#define SYSCALL_INSTRUCTION_BYTES 2

CallRegisters registers_call(const Registers *registers);
uint64_t registers_instruction_pointer(const Registers *registers);
uint64_t registers_stack_pointer(const Registers *registers);
int64_t registers_result(const Registers *registers);

/* At a stop inside a system call's entry: another call is executed instead. */
void registers_set_call(Registers *registers, const CallRegisters *call);
void registers_set_arguments(Registers *registers, const uint64_t arguments[6]);
void registers_set_result(Registers *registers, int64_t result);

/* Outside a system call: `call` will be executed by the instruction at `pad`, and the kernel's
 * restart logic does not touch the registers on the way. */
void registers_prepare_call(Registers *registers, uint64_t pad, const CallRegisters *call);

/* At a syscall-entry stop's exit with the call skipped: the program's own instruction will execute
 * the call again from the start. */
void registers_rewind_call(Registers *registers);

/* At a stop inside a call: it returns to `place`. */
void registers_set_return(Registers *registers, uint64_t place);

/* At any stop: the thread is where its own call `own`, whose instruction ends at `place`, has put
 * it; `before`: that instruction is still to be executed. The result of the call stays. */
void registers_put_back(Registers *registers, const CallRegisters *own, uint64_t place,
                        bool before);

/* At a seccomp stop: the call is skipped, and the thread goes on at `address` with `turns` in the
 * register that the landing page's parking loop counts down. */
void registers_park(Registers *registers, uint64_t address, uint64_t turns);

/* At the exit of a skipped call: as if a signal had broken `number` off. The kernel makes it again
 * where it would have done so (no handler, or one with SA_RESTART for a call that heeds it), else
 * it is EINTR. The result that it left. */
int64_t registers_break_off_call(Registers *registers, int number);

/* Calls that the kernel ends with EINTR, never with ERESTART*, whether or not a handler runs. */
int registers_ends_with_eintr(long number);

/* Whether the kernel makes the call again that was healed so, unless a handler runs. */
int registers_will_be_made_again(const Registers *registers);
/* The result with which the kernel has left a call that was broken off by a signal, when it is one
 * of the class that it turns into EINTR itself even if no handler runs (epoll_wait and its kin):
 * such a tracee must see the call go on (engine-facts: EINTR leaks). True when it was changed to
 * ERESTARTNOHAND. */
int registers_heal_interrupted_call(Registers *registers);

/* Name and value of each register, for people; NULL past the last. */
const char *registers_name(const Registers *registers, unsigned index, uint64_t *ret_value);
