/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where every error on the way to a decision ends: the call is refused, or its process dies, with
 * one line in the log. Nothing runs on that nobody has decided about.
 */
#pragma once

#include "supervisor/supervisor.h"

/* Nobody decided the call that the tracee stands at: it is refused with EPERM; if not even that is
 * possible the process is killed. `why` goes into the log. */
void fail_closed_call(Supervisor *supervisor, Tracee *tracee, const char *why);

/* What a process (or thread) would do next cannot be supervised: it is killed. */
void fail_closed_process(Supervisor *supervisor, pid_t pid, const char *why);

/* None of the jail can be supervised: all of it is killed. */
void fail_closed_jail(Supervisor *supervisor, const char *why);
