/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Asks the person at the terminal about pending calls, one after the other. Only a key that is
 * pressed while the question stands answers it; a call that was answered elsewhere, or whose thread
 * died, goes away with a line that says so.
 */
#pragma once

#include <systemd/sd-event.h>

#include "client-cli/command.h"

typedef struct AskTerminal AskTerminal;

/* `runs_program`: the terminal is also that of the program (^C is passed on to it). Negative errno
 * when there is no terminal; nothing is reported. */
int ask_terminal_new(Session *session, sd_event *event, bool runs_program, AskTerminal **ret);
AskTerminal *ask_terminal_free(AskTerminal *ask);
static inline void ask_terminal_freep(AskTerminal **ask)
{
        if (*ask)
                ask_terminal_free(*ask);
}
#define _cleanup_ask_ __attribute__((cleanup(ask_terminal_freep)))

/* Queues a call (copied); one with a known id is taken as news about it. */
void ask_terminal_add(AskTerminal *ask, const cJSON *call);
/* A call is no longer pending; `info` as in SyscallDecided, NULL when only that is known. */
void ask_terminal_remove(AskTerminal *ask, uint64_t id, const cJSON *info);
/* Everything of a jail that ended. */
void ask_terminal_remove_jail(AskTerminal *ask, uint64_t jail);

/* Those that are not in this list of pending calls are over. */
void ask_terminal_keep_only(AskTerminal *ask, const cJSON *calls);

/* Whether a call waits and the terminal is free to ask about it. */
bool ask_terminal_is_ready(AskTerminal *ask);
/* Whether calls wait for a terminal that somebody else uses: look again soon. */
bool ask_terminal_is_waiting(const AskTerminal *ask);
/* Asks about the first; runs the event loop until that question is over. Negative errno when the
 * loop failed. */
int ask_terminal_ask(AskTerminal *ask);

/* Ends the question that stands, without an answer: the call stays pending. */
void ask_terminal_leave(AskTerminal *ask);
/* Before jailctl stops, and after it went on: the question is put anew. */
void ask_terminal_suspend(AskTerminal *ask);
void ask_terminal_resume(AskTerminal *ask);
/* Whether the person pressed ^C at a terminal that is not the program's. */
bool ask_terminal_was_left(const AskTerminal *ask);

/* ---- for the dialogs (ask-dialogs.c) ---- */

typedef enum AskInput {
        ASK_INPUT,  /* the person did something */
        ASK_CANCEL, /* Escape or ^C in a line */
        ASK_OVER,   /* the question is over: answered elsewhere, stopped, leaving */
} AskInput;

AskInput ask_wait_key(AskTerminal *ask, int *ret_key);
/* A line as typed, without its end; owned. */
AskInput ask_wait_line(AskTerminal *ask, char **ret);
FILE *ask_stream(const AskTerminal *ask);
Session *ask_session(const AskTerminal *ask);
