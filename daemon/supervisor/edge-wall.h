/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wall at the jail's edge: a Landlock domain around the first image and all that comes of it.
 * The kernel then refuses what looks into processes outside: /proc/PID/mem, environ, fd and the
 * like, ptrace, pidfd_getfd. The supervisor is outside and may look in. Nothing else changes: the
 * domain allows every access to files, and sets no scope for signals and sockets.
 */
#pragma once

#include "rules/rule-set.h"
#include "supervisor/remote-call.h"
#include "supervisor/tracee.h"

/* Whether this kernel has it, and no rule opens what it would shut. */
bool edge_wall_is_wanted(const RuleSet *rules);

/* The stopped caller, in a fresh image without a filter, goes behind the wall. 0 also when the
 * kernel refuses it (a container's filter, too many domains): it is a second wall. TRACEE_GONE. */
int edge_wall_put_up(RemoteCaller *caller, Tracee *tracee);
