/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether what a caller hands over is his own: asked of the kernel, never of the message. */
#pragma once

#include <sys/types.h>

#include "base/problem.h"

/* The stub of Trace: `pidfd` really names `pid`, the process is alive, of this uid, traced by
 * nobody, and `socket` is the kind of socket that a stub waits at. */
int trace_check_stub(uid_t uid, pid_t pid, int pidfd, int socket, Problem *problem);

/* Whose a stub is, for one that may start the services of others. */
int trace_find_owner(pid_t pid, int pidfd, uid_t *ret, Problem *problem);

/* The process of Attach; *ret_pidfd names it from now on (owned), *ret_name is what it is called
 * (owned). */
int trace_check_process(uid_t uid, pid_t pid, int *ret_pidfd, char **ret_name, Problem *problem);

/* The log file: a regular file that is open for writing. */
int trace_check_log(int fd, Problem *problem);
