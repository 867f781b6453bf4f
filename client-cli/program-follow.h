/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes jailctl stand for the program that it runs, to the shell that started it: it stops when the
 * program stops, passes on what is sent to it, and knows how the program ended.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "client-cli/ask-terminal.h"

typedef struct ProgramFollow {
        pid_t pid;        /* our child */
        bool ended;       /* `wait_status` says how */
        int wait_status;  /* of waitpid() */
        bool interrupted; /* ^C when the program itself had ended already */
        unsigned held;    /* calls of its jail that are pending: a held thread cannot stop */
        AskTerminal *ask; /* not owned, NULL without */
        /* A signal waits behind held calls: they are to give way to it. `whole_job`: the calls of
         * every process in our process group, else only the program's own. */
        void (*make_way)(void *userdata, bool whole_job);
        void *userdata;
        sigset_t mask; /* the signals before */
} ProgramFollow;

/* Takes over the signals of this process; the program was forked before. */
int program_follow_start(ProgramFollow *follow, sd_event *event, pid_t pid);
/* The exit status that a shell would give: its own, or 128 and the signal. */
int program_follow_status(const ProgramFollow *follow);
