/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts `jail-supervisor` with its control socket as descriptor 3 and nothing else of ours. */
#pragma once

#include <sys/types.h>

#include "base/problem.h"
#include "broker/child.h"

#define PROGRAM_SUPERVISOR "jail-supervisor"

typedef struct SupervisorProcess {
        pid_t pid;   /* a child of ours, or of systemd */
        int pidfd;   /* owned */
        int control; /* our end of its control socket (link-control.h), owned */
} SupervisorProcess;

/* `identity` NULL: as ourselves, by a fork. With one, systemd starts it (start-request.h); the
 * process becomes that user and keeps CAP_SYS_PTRACE alone, to seize what is the user's; it drops
 * that itself. */
int supervisor_process_start(const char *program, const Identity *identity, SupervisorProcess *ret,
                             Problem *problem);

/* Any other run of it, for its standard output: `arguments` NULL-ended, the program's name first.
 * No capability is kept, and it does not outlive us. */
int supervisor_process_run(const char *program, const char *const *arguments,
                           const Identity *identity, pid_t *ret_pid, int *ret_pidfd,
                           int *ret_output, Problem *problem);

/* A program of the daemon's: beside our own executable, else where it was installed. Owned path. */
int daemon_program_find(const char *name, char **ret);
