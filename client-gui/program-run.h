/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starts a program under its rules in the person's own session, at a pseudo terminal of this
 * process: a waiting stub (dbus/start-program.h) is handed to the daemon's Trace.
 */
#pragma once

#include "application.h"

typedef struct ProgramRun {
        char **argv;
        char *directory;
        char *rules;      /* text of a rule file */
        char *rules_name; /* what to call it */
        char **extra;     /* "mkdir=notify" …, in front of the file's rules; may be NULL */
} ProgramRun;

ProgramRun *program_run_new(void);
void program_run_free(ProgramRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ProgramRun, program_run_free)

/* `run` stays the caller's. */
void program_run_start(ProgramRun *run, SeccompJail *proxy, GAsyncReadyCallback done,
                       gpointer data);
/* TRUE, the jail's id and the terminal's master (owned by the caller), or an error. */
gboolean program_run_start_finish(GAsyncResult *result, guint64 *ret_jail, int *ret_terminal,
                                  GError **error);
