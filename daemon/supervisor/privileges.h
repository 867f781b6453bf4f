/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor's own walls. It reads what hostile programs wrote, so a fault in it must give
 * nothing that its user did not have: no capabilities, no new privileges, bounded memory, no core
 * file, nobody may look into it, and a seccomp filter that lets it do its work and nothing else.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/problem.h"

/* Closes what was inherited from `first` on; the first thing that main does. */
int privileges_close_inherited(int first);

/* A thread that needs no capability gives its own up: they belong to threads, not to processes. */
int privileges_drop_thread(void);

/* Whether this thread may trace what the kernel keeps from its user; true for root. */
bool privileges_have_ptrace(void);
/* Takes CAP_SYS_PTRACE out of what is in force, or puts it back. */
int privileges_use_ptrace(bool use);

/* Those beside the calling one that must be able to look into the program too: `run` has each of
 * them do a step, and answers 0 or the first error. NULL: there are none. */
typedef struct OtherThreads {
        int (*run)(void *userdata, int (*step)(const void *argument), const void *argument);
        void *userdata;
} OtherThreads;

/* Puts the walls up, once `program` is seized and everything is prepared; all threads that run get
 * the filter too. Only what the program itself may use stays: whoever looks into a process must
 * have its capabilities, so none stays for an ordinary one. A call that the filter does not know
 * ends the supervisor, and with it the jail. */
int privileges_drop(pid_t program, const OtherThreads *others, Problem *problem);
