/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Actions of rules that take their time, while the loop goes on: a delay before the call, a script
 * that is asked for the verdict. The call stands at its seccomp stop meanwhile, TRACEE_DELAYED.
 */
#pragma once

#include "supervisor/supervisor.h"

/* A script that has not answered by then is killed, and the call is refused. */
#define SCRIPT_LIMIT_USEC 5000000

/* After action->delay_usec the rest of the action is applied. */
int slow_action_delay(Supervisor *supervisor, Tracee *tracee, const Action *action);

/* Whether rules ask scripts, so that the supervisor must be able to start programs. */
bool slow_actions_needed(const RuleSet *rules);

/* Starts the rule's script; its verdict is applied when it has ended. -EPERM in a jail that
 * began without such rules. */
int slow_action_script(Supervisor *supervisor, Tracee *tracee, const Action *action);

/* A child ended that may have been a script: true when it was. */
bool slow_action_reap(Supervisor *supervisor, pid_t pid, int status);

/* The jail is over: no script goes on. */
void slow_actions_end(Supervisor *supervisor);
