/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a program comes under the supervisor: from a waiting stub (dbus/stub-protocol.h). */
#pragma once

#include <sys/types.h>

#include "base/problem.h"

/* Seizes the stub, which then waits for seize_go(). The pidfd proves that pid is the process that
 * was meant: once it is seized its number cannot be used again. */
int seize_stub(pid_t pid, int pidfd, int socket, Problem *problem);

/* The stub execs its program. */
int seize_go(int socket, Problem *problem);
