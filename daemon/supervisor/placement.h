/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which processor a thread runs on. A stop costs twenty times as much when tracee and supervisor
 * have to wake each other across processors, so a thread that stops often is moved to the
 * supervisor's, and gets its own mask back as soon as it stops seldom (engine-facts 6.3). The
 * program does not see it: it has its own mask again before it asks, and its children are born with
 * it. /proc/PID/status (Cpus_allowed) alone shows it.
 */
#pragma once

#include <sched.h>

#include "supervisor/supervisor.h"

/* A thread has stopped at a call. */
void placement_count_stop(Supervisor *supervisor, Tracee *tracee);

/* `number` is about to run: what asks for a mask, or sets one, meets the program's own. */
void placement_before_call(Supervisor *supervisor, int number);

/* The thread gets its own mask back. */
void placement_end(Supervisor *supervisor, Tracee *tracee);

/* A thread that was born with the mask of its maker. */
void placement_born(pid_t tid, const cpu_set_t *own);
