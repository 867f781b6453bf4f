/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Actions of rules that take their time, while the loop goes on: a delay before the call, a script
 * that is asked for the verdict. The call stands at its seccomp stop meanwhile, TRACEE_DELAYED.
 */
#pragma once

#include "link/launch-message.h"
#include "supervisor/supervisor.h"

/* A script that has not answered by then is killed, and the call is refused. */
#define SCRIPT_LIMIT_USEC 5000000

/* After action->delay_usec the rest of the action is applied. */
int slow_action_delay(Supervisor *supervisor, Tracee *tracee, const Action *action);

/* Has a launcher run the rule's script; its verdict is applied when it has ended. -ENOENT when none
 * knows the script. */
int slow_action_script(Supervisor *supervisor, Tracee *tracee, const Action *action);

/* launchers.h: what came of a script; `output` ends with a NUL and may be changed. */
void slow_action_answered(Supervisor *supervisor, const LaunchAnswer *answer, char *output);
/* Nothing comes of what ran there any more: those calls are refused. */
void slow_action_lost(Supervisor *supervisor, const Launcher *launcher);

/* The jail is over: no script goes on. */
void slow_actions_end(Supervisor *supervisor);
