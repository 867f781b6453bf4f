/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a client that stays hears of one jail (or of all): calls that begin and cease to wait, the
 * jail's end, a daemon that goes or comes back. Feeds the prompt.
 */
#pragma once

#include "client-cli/ask-terminal.h"

typedef struct JailWatch {
        Session *session;
        sd_event *event;  /* owned */
        uint64_t jail;    /* 0: not known yet, or all */
        bool all;         /* every jail of the user */
        AskTerminal *ask; /* owned, NULL without a prompt */
        unsigned held;    /* calls that wait */
        bool finished;    /* the jail ended; `reason` says how */
        char reason[32];
        bool lost;                /* the connection is gone, or the daemon at its other end */
        sd_event_source *absence; /* while that daemon is away */
        void (*on_call)(struct JailWatch *watch, const cJSON *call);
        void *userdata;
} JailWatch;

/* Subscribes. Reported. */
int jail_watch_start(JailWatch *watch, Session *session);
void jail_watch_release(JailWatch *watch);
#define _cleanup_watch_ __attribute__((cleanup(jail_watch_release)))

/* Takes in what waits already, and whether the jail has ended. */
int jail_watch_refresh(JailWatch *watch);
/* One turn: asks, or waits for news. */
int jail_watch_turn(JailWatch *watch);
