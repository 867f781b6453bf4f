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
