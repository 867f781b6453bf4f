/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules that cost nothing while they allow. The jail's first filter lets a call pass that a mutable
 * rule allows unlogged (FILTER_ALLOW_YET). When the rules begin to say something else of it, every
 * living thread is given one more filter, which traces it (engine-facts 3). Filters only add up: a
 * call that was taken back is the supervisor's from then on, whatever the rules say later.
 *
 * Nothing leaks: a thread that stops for us after the change, and each is interrupted at once, has
 * the newest filter before it executes another instruction of the program. A new task has what its
 * maker had when it was copied; so a thread counts as tight only from a stop of its own on, at
 * which it cannot be about to copy itself.
 *
 * A filter of the program's own could answer in place of the call that installs ours. So before a
 * thread installs one, everything that passes for the time being is taken back from it: whoever has
 * such a filter has nothing left that a lie could keep.
 */
#pragma once

#include "rules/filter-plan.h"
#include "supervisor/supervisor.h"

/* Before the first filter is built from `plan`, which is made stricter where no other filter could
 * be installed later: unless that is `possible` (a process that ran before us may have filters of
 * its own), and where the rules refuse it. -ENOMEM. */
int tighten_prepare(Supervisor *supervisor, FilterPlan *plan, bool possible);
Tightening *tightening_free(Tightening *tightening);

/* The rules were changed: what they do not let pass any more is taken back, beginning now. */
void tighten_to_rules(Supervisor *supervisor);

typedef void (*TightenDone)(void *userdata);

/* 1 when every thread that can run is held to the rules; 0 when `done` is called once they are.
 * -ENOMEM. */
int tighten_wait(Supervisor *supervisor, TightenDone done, void *userdata);
/* The jail has ended: nobody is waited for any longer. */
void tighten_end(Supervisor *supervisor);

/* Whether a thread has to be given another filter before it runs on. */
bool tighten_is_due(const Supervisor *supervisor, const Tracee *tracee);

/* At a seccomp stop: whether the call would install a filter of the program's own and has to wait
 * for ours. Then the thread goes on, and makes the call again afterwards. */
bool tighten_comes_first(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call);

/* A thread of which it is due stands at PTRACE_EVENT_STOP: it gets the filter and goes on. One that
 * cannot get it is killed with its process. */
void tighten_thread(Supervisor *supervisor, Tracee *tracee);

/* A new task: its maker's `tight` at its birth, 0 when its maker is not known. */
void tighten_born(Tracee *tracee, bool new_process, unsigned maker_tight);
