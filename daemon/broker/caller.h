/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program in a jail must not answer its own prompts, nor start programs outside. */
#pragma once

#include <stdbool.h>

#include "broker/jail-table.h"

/* Whether the process or one of its ancestors is traced by a supervisor: of this daemon, or of any
 * other. A process that cannot be looked at counts as jailed. `outside` is what is remembered of
 * the process while it lives, false at first: that neither it nor any ancestor was. Then only the
 * process itself is looked at, since who attaches to an ancestor takes all descendants as well. */
bool caller_is_jailed(pid_t pid, const JailTable *jails, bool *outside);
