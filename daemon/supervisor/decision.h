/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a seccomp stop to a verdict: guards, rules, a person. */
#pragma once

#include "supervisor/supervisor.h"

/* `tracee` is at a seccomp stop. */
void decision_at_entry(Supervisor *supervisor, Tracee *tracee);

/* Does what a rule, or its script, says with the tracee's open call. */
void decision_apply(Supervisor *supervisor, Tracee *tracee, const Action *action);
