/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A tracee becomes another tracer's. Linux lets a tracee go before another thread may seize it, and
 * in between nothing of the program may run, nobody may notice, and no signal may be lost. So it is
 * let go at a seccomp stop, with every signal held back, its call skipped, and its registers set to
 * the landing page's parking loop, which makes no call. The new tracer seizes and interrupts it
 * there, and puts everything back, the call to be made anew: its seccomp stop comes to the new
 * tracer.
 *
 * The kernel itself would send the thread elsewhere: out of a restartable sequence (rseq(2)), into
 * which the program may count the landing page. So its registration is undone before, by a call in
 * place of the one that it is stopped at, and made again the same way at its next stop.
 *
 * What may happen meanwhile: SIGKILL, or SIGSTOP, which the loop obeys as the program would. A
 * supervisor that is killed just then leaves the loop to itself, which ends the process when it has
 * waited for some seconds. No parent sees a stop, since there is none.
 *
 * Where it cannot be done, the tracee stays where it is, which costs time and nothing else.
 */
#pragma once

#include "supervisor/ptrace-stop.h"
#include "supervisor/supervisor.h"

/* Whether this jail can have its tracees handed over at all: whoever was let go must be seizable
 * again, and by nobody else. */
bool hand_over_can_be(const Supervisor *supervisor);

/* For tests, SECCOMP_JAIL_HAND_OVER: each thread is handed over after so many stops; 0 for not. */
unsigned hand_over_forced(void);

/* `tracee` is at a seccomp stop that nobody has acted on. True: it is under way to `to`, and
 * nothing more is to be done at this stop; or it died. False: it cannot be done now, nothing was
 * changed. */
bool hand_over_begin(Supervisor *supervisor, Tracee *tracee, Tracer *to);

/* A stop of a tracee that has a `hand_over`, seen by its new tracer: puts everything back. */
void hand_over_complete(Supervisor *supervisor, Tracee *tracee, const Stop *stop);

/* At a seccomp stop. True: the thread is as before it was handed over now, and makes its call anew;
 * nothing more is to be done at this stop. */
bool hand_over_rejoin(Supervisor *supervisor, Tracee *tracee);
