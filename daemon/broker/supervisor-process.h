/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Starts `jail-supervisor` with its control socket as descriptor 3 and nothing else of ours. */
#pragma once

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/problem.h"
#include "broker/child.h"

#define PROGRAM_SUPERVISOR "jail-supervisor"

typedef struct SupervisorProcess {
        pid_t pid;   /* a child of ours, or of systemd */
        int pidfd;   /* owned */
        int control; /* our end of its control socket (link-control.h) or of its output, owned */
} SupervisorProcess;

/* Kills it, closes what is open. */
void supervisor_process_end(SupervisorProcess *process);

/* It runs (owned by the callee from now on), or `problem` says why not. */
typedef void (*SupervisorStarted)(SupervisorProcess *process, const Problem *problem,
                                  void *userdata);

/* How one is started; all of it is borrowed, `program` and `userdata` until the answer. */
typedef struct SupervisorStart {
        sd_event *event;
        const char *program;
        const Identity *identity; /* NULL: as ourselves, by a fork. With one, systemd starts it
                                     (start-request.h) as that user */
        SupervisorStarted answer; /* called once, later, if the start answers 0 */
        void *userdata;
} SupervisorStart;

/* A supervisor; with an identity it keeps CAP_SYS_PTRACE alone, to seize what is the user's, and
 * drops that itself. */
int supervisor_process_start(const SupervisorStart *start, Problem *problem);

/* A launcher of scripts (link/launch-message.h), without any capability; `control` is our end of
 * its socket. */
int supervisor_process_start_launcher(const SupervisorStart *start, Problem *problem);

/* Any other run of the program, for its standard output, without any capability: `arguments`
 * NULL-ended, the program's name first. A fork of ours does not outlive us. */
int supervisor_process_run(const SupervisorStart *start, const char *const *arguments,
                           Problem *problem);

/* A program of the daemon's: beside our own executable, else where it was installed. Owned path. */
int daemon_program_find(const char *name, char **ret);
