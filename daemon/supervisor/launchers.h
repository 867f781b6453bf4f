/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The launchers of a jail (launcher.h), which the broker hands over with rules that ask scripts:
 * one with the start, another with each change that names scripts. The newest that knows a script
 * runs it.
 */
#pragma once

#include "supervisor/supervisor.h"

struct LaunchAnswer;

/* Takes the socket and the list of what it runs, also on failure. -E2BIG when there are too many;
 * idle ones that know nothing more than this one are let go. */
int launchers_add(Supervisor *supervisor, int socket, char **scripts);

/* Has the action's script run with `input`; the answer comes to slow_action_answered() with the
 * same id, or slow_action_lost() says that none will come. -ENOENT when no launcher knows it. */
int launchers_ask(Supervisor *supervisor, const Action *action, uint64_t id, uint64_t limit_usec,
                  const Text *variables, int input, Launcher **ret);

/* What they run ends with them. */
void launchers_release(Supervisor *supervisor);
