/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a seccomp stop to a verdict: guards, rules, a person. */
#pragma once

#include "supervisor/supervisor.h"

/* `tracee` is at a seccomp stop. */
void decision_at_entry(Supervisor *supervisor, Tracee *tracee);

/* Does what a rule, or its script, says with the tracee's open call. */
void decision_apply(Supervisor *supervisor, Tracee *tracee, const Action *action);

/* Nobody decided: the one way in which every failure on the way to a decision ends. The call is
 * refused with EPERM; if not even that is possible the process is killed. `why` goes into the log.
 */
void decision_fail_closed(Supervisor *supervisor, Tracee *tracee, const char *why);

/* What the rules say of a call that a verdict has edited: 0 when it may run, -EPERM and a sentence
 * naming the rule that stands in the way. */
int decision_judge_edit(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                        Problem *problem);

/* What the rules say of a call that opens, if its path, which must be readable, led to `path`. No
 * rule counts it. 0 or -ENOMEM. */
int decision_judge_opening(Supervisor *supervisor, Tracee *tracee, const CallRegisters *opening,
                           const char *path, RuleOutcome *ret);

/* Whether the rules allow the tracee's open call if its path led to `opened`. */
bool decision_allows_opened(Supervisor *supervisor, Tracee *tracee, const char *opened);
