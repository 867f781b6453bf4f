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

/* A call that a person puts in the place of a held one, or into a thread: what the filter or a
 * guard refuses is said before it is tried, with the rule or the guard that stands in the way.
 * `memory` is what argument 0 will point to when it is placed later, else NULL. -EPERM, -ENOSYS. */
int guard_check_person(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                       const void *memory, size_t size, Problem *problem);

/* seccomp(SECCOMP_SET_MODE_FILTER), prctl(PR_SET_SECCOMP): a filter of the program's own, which
 * will judge the calls that are executed in place of its own, too. */
bool guard_installs_filter(const CallRegisters *call);

/* Whether the kernel may write no core files: the rules speak of opening files, and the guard is
 * not open. */
bool guard_forbids_core_files(const RuleSet *rules);
