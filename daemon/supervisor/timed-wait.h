/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Waits with a timeout that the kernel makes anew, whole, when it goes on after an interruption:
 * epoll_wait and its kin answer EINTR and know nothing of the time that has gone. Where the call is
 * followed its start is known; where no rule follows it, it is found out how long the thread has
 * slept before it is interrupted. It goes on with what is left.
 */
#pragma once

#include "supervisor/supervisor.h"

/* Whether the open call, which has returned `result`, will be made again if no handler runs. */
bool timed_wait_may_go_on(const OpenCall *call, int64_t result);

/* At a stop in the kernel's signal handling, where the call that was broken off is made to go on:
 * it does unless the program has a handler for `signal` (0: none is delivered). Its record is
 * written. */
void timed_wait_goes_on(Supervisor *supervisor, Tracee *tracee, int signal);

/* The open call is allowed: if it is a wait that goes on, `call` gets what is left of its timeout.
 * True when it was changed. */
bool timed_wait_shorten(Supervisor *supervisor, Tracee *tracee, CallRegisters *call);

/* Before the thread is interrupted by us: notes since when it waits in such a call. */
void timed_wait_note(Tracee *tracee);

/* At the stop in the kernel's signal handling where its registers were put back and healed, before
 * it goes on: if it waits in what was noted, it goes on with what is left of that. */
void timed_wait_resume(Supervisor *supervisor, Tracee *tracee);

/* At a seccomp stop: rules follow the wait since it was interrupted, and the program's own
 * instruction at the place makes it next. */
void timed_wait_repeats(Tracee *tracee, uint64_t instruction_pointer, uint64_t stack_pointer);

/* Whether a thread that stands so will begin a finite timeout anew. */
bool timed_wait_begins_anew(const Tracee *tracee, const Registers *registers);
