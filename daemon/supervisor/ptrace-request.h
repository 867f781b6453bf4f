/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every ptrace(2) request that this project makes. A tracee may vanish between any two calls: each
 * function answers TRACEE_GONE then, which is never an error; the wait loop will report the death.
 */
#pragma once

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "supervisor/registers.h"

#define TRACEE_GONE (-ESRCH)

/* Seizes a thread with all the options that this project uses. `exit_kill`: it dies with us. */
int tracee_seize(pid_t tid, bool exit_kill);
int tracee_detach(pid_t tid, int signal);

/* How a stopped tracee goes on. */
typedef enum TraceeResume {
        TRACEE_RUN,            /* until the next event */
        TRACEE_RUN_TO_SYSCALL, /* also stops at the next entry to or exit from a system call */
        TRACEE_STEP,           /* one instruction */
} TraceeResume;

/* signal 0: none is delivered. */
int tracee_resume(pid_t tid, TraceeResume how, int signal);
/* Stays in its group-stop, but hears SIGCONT. */
int tracee_listen(pid_t tid);
/* Stops a running tracee with PTRACE_EVENT_STOP. */
int tracee_interrupt(pid_t tid);

/* What a system-call stop is about. */
typedef struct TraceeCall {
        enum { TRACEE_CALL_NONE, TRACEE_CALL_ENTRY, TRACEE_CALL_EXIT, TRACEE_CALL_SECCOMP } stop;
        uint32_t architecture; /* AUDIT_ARCH_* */
        uint64_t instruction_pointer, stack_pointer;
        int number;            /* ENTRY, SECCOMP */
        uint64_t arguments[6]; /* ENTRY, SECCOMP */
        int64_t result;        /* EXIT: the raw register */
} TraceeCall;

/* PTRACE_GET_SYSCALL_INFO (Linux 5.3). */
int tracee_get_call(pid_t tid, TraceeCall *ret);

int tracee_get_registers(pid_t tid, Registers *ret);
int tracee_set_registers(pid_t tid, const Registers *registers);

/* Where the thread has registered rseq(2), .address 0 for nowhere. */
int tracee_get_sequence_area(pid_t tid, SequenceArea *ret);

/* At a seccomp stop: the call is not executed and the program sees `result`. */
int tracee_skip_call(pid_t tid, int64_t result);
/* At a syscall-exit stop: another result. */
int tracee_set_result(pid_t tid, int64_t result);

/* At a stop inside a call: makes the registers of `from`, which the thread has, those of `to`. A
 * register or two are written on their own, which is dearer than all at once from three on. */
int tracee_change_call(pid_t tid, const CallRegisters *from, const CallRegisters *to);
int tracee_get_event_message(pid_t tid, unsigned long *ret);
int tracee_get_signal_info(pid_t tid, siginfo_t *ret);
int tracee_get_signal_mask(pid_t tid, uint64_t *ret);
/* Signals that wait for the thread or its process, bit 0 is signal 1; the thread is stopped. */
int tracee_get_waiting_signals(pid_t tid, uint64_t *ret);
int tracee_set_signal_mask(pid_t tid, uint64_t mask);

/* One word of code or data, through page protections. */
int tracee_peek(pid_t tid, uint64_t address, uint64_t *ret);
int tracee_poke(pid_t tid, uint64_t address, uint64_t word);
