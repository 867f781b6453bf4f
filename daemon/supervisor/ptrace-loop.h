/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waits for stops and acts on them: while (next) dispatch. */
#pragma once

#include "supervisor/supervisor.h"

/* Acts on one stop. */
void ptrace_dispatch(Supervisor *supervisor, const Stop *stop);

/* A thread that was seized is known from now on. */
int ptrace_adopt_first(Supervisor *supervisor, pid_t tid);
