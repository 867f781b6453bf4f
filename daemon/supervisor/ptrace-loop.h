/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waits for stops and acts on them: while (next) dispatch. */
#pragma once

#include "supervisor/supervisor.h"

/* Acts on one stop. */
void ptrace_dispatch(Supervisor *supervisor, const Stop *stop);

/* It is in group-stop by `signal`, and stays there. */
void ptrace_group_stop(Tracee *tracee, int signal);

/* A thread that was seized is known from now on. */
int ptrace_adopt_first(Supervisor *supervisor, pid_t tid);
