/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a program comes under the supervisor: from a waiting stub (dbus/stub-protocol.h). */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/problem.h"

/*
 * Seizes a thread as its user could. CAP_SYS_PTRACE is for Yama alone: with it in force the kernel
 * would hand over what it keeps from the user (a program with file capabilities, a set-group-ID
 * one, one that is not dumpable), and a traced program would gain privileges by an exec. So it is
 * used only where the kernel has refused, for a process that is plain; *ret_forced says that. Then
 * it must be looked at again once it can gain nothing any more (seize_check()). -EPERM, other
 * negative errno, TRACEE_GONE.
 */
int seize_thread(pid_t tid, bool exit_kill, bool *ret_forced);
/* -EPERM when a process that was forced has become more than its user's. */
int seize_check(pid_t tid);

/* Seizes the stub, which then waits for seize_go(). The pidfd proves that pid is the process that
 * was meant: once it is seized its number cannot be used again. */
int seize_stub(pid_t pid, int pidfd, int socket, Problem *problem);

/* The stub execs its program. */
int seize_go(int socket, Problem *problem);
