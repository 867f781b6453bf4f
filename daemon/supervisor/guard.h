/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the supervisor itself looks at, whatever the rules say, in calls that the guard list lets
 * the filter stop (rules/guard-list.def): the ones that cannot be judged by their registers alone.
 */
#pragma once

#include "supervisor/supervisor.h"

/* 0: nothing to say. 1: *ret_call is what may run instead (a flag taken out, a structure copied to
 * where the program cannot change it). Negative errno: the call is refused with it, *ret_why says
 * in a few words why. */
int guard_judge(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                CallRegisters *ret_call, const char **ret_why);
