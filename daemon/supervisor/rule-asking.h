/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The jail's rules are asked about a call of a tracee. */
#pragma once

#include "supervisor/judged-view.h"
#include "supervisor/supervisor.h"

/* rule_set_match() for the tracee. `wish`: the path of what `caller`, in which the call is judged,
 * has to have asked a server for first (RuleQuery.wish); NULL: the rules are only asked what they
 * would say. */
int rule_asking_match(Supervisor *supervisor, Tracee *tracee, const CallerView *caller,
                      const CallRegisters *registers, char *const *wish, RuleOutcome *ret);

/* What the rules say of a call that a verdict has edited: 0 when it may run, -EPERM and a sentence
 * naming the rule that stands in the way. */
int rule_asking_judge_edit(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                           Problem *problem);

/* What the rules say of a call that opens, if its path, which must be readable, led to `path`. No
 * rule counts it. 0 or -ENOMEM. */
int rule_asking_judge_opening(Supervisor *supervisor, Tracee *tracee, const CallRegisters *opening,
                              const char *path, RuleOutcome *ret);

/* Whether the rules allow the tracee's open call if its path led to `opened`. */
bool rule_asking_allows_opened(Supervisor *supervisor, Tracee *tracee, const char *opened);
