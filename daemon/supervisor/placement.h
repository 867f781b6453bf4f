/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which processor a thread runs on, and which tracer it has. A stop costs twenty times as much when
 * tracee and tracer have to wake each other across processors, so a thread that stops often is
 * moved to its tracer's, and gets its own mask back as soon as it stops seldom. Where others are
 * hot already, or a crowd of tracees would be walked over at each stop, it gets another tracer
 * first, on another processor (hand-over.h). The program does not see it: it has its own mask again
 * before it asks, and its children are born with it. /proc/PID/status (Cpus_allowed, TracerPid)
 * alone shows it.
 */
#pragma once

#include <sched.h>

#include "supervisor/supervisor.h"

/* A thread has stopped at a call, which nobody has looked at. True when it goes to another tracer,
 * where it will stop at the same call again: nothing is to be done about it here. */
bool placement_count_stop(Supervisor *supervisor, Tracee *tracee);

/* `number` is about to run: what asks for a mask, or sets one, meets the program's own. */
void placement_before_call(Supervisor *supervisor, int number);

/* The thread gets its own mask back. */
void placement_end(Supervisor *supervisor, Tracee *tracee);

/* `to` goes on as `from` did. Both are as they were until then. */
void placement_move(Supervisor *supervisor, Tracee *from, Tracee *to);

/* The thread's own mask if it was moved when it made the child that it tells of now; else NULL. It
 * may have been let go since. */
const cpu_set_t *placement_mask(const Tracee *tracee);

/* A thread that was born with the mask of its maker. */
void placement_born(pid_t tid, const cpu_set_t *own);
