/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the broker knows of a jail: enough to say whose it is, to list it when its supervisor does
 * not answer, and to tell its end. All else is the supervisor's.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

typedef struct SupervisorPeer SupervisorPeer; /* supervisor-peer.h */

typedef enum JailState {
        JAIL_STARTING, /* its supervisor has not answered Start yet */
        JAIL_RUNNING,
        JAIL_ENDED, /* kept for its log and its status */
} JailState;

typedef struct Jail {
        uint64_t number; /* from 1, never reused in a daemon's life */
        uid_t uid;       /* the owner */
        JailState state;
        char *program;                     /* argv[0], or the executable of an attached process */
        char **arguments;                  /* argv, NULL-ended; owned */
        char *rules_name;                  /* what to call its rules in lists */
        pid_t pid;                         /* of the program; 0 until it runs */
        uint64_t started_usec, ended_usec; /* CLOCK_REALTIME; 0 for not yet */
        int status;                        /* exit status, or 128 + signal; -1 while it runs */
        int exit_code;                     /* -1 when a signal ended it */
        int signal;                        /* 0 when it exited */
        char *reason;            /* why it ended: exited, killed, stopped, supervisor-died */
        uint64_t calls, dropped; /* as its last word said */
        size_t processes;        /* as its supervisor tells them */

        SupervisorPeer *peer; /* NULL when there is none (any more) */
        pid_t supervisor;     /* 0 once it is dead */
        int ring;             /* the log's memfd; -1 when it was given up */
        int log;              /* the caller's log file; -1 for none */
        int record;           /* jail-record.h; -1 where nothing outlives the broker */
        uint64_t *pending;    /* ids of held calls, ascending */
        size_t pending_count, pending_room;
} Jail;

/* NULL on -ENOMEM. */
Jail *jail_new(uint64_t number, uid_t uid);
Jail *jail_free(Jail *jail);
static inline void jail_freep(Jail **jail)
{
        if (*jail)
                jail_free(*jail);
}

const char *jail_state_name(JailState state);

/* Remembers and forgets held calls, so that they can be told gone when the supervisor dies. More
 * than LIMIT_PENDING are not remembered. */
void jail_add_pending(Jail *jail, uint64_t id);
void jail_remove_pending(Jail *jail, uint64_t id);

/* Bytes that its log takes of memory, and that it may come to take; 0 without one. */
uint64_t jail_log_bytes(const Jail *jail);
uint64_t jail_log_bytes_max(const Jail *jail);

/* Time for people and machines: RFC 3339 in UTC with microseconds; "" for 0. Room for 32. */
const char *time_format(uint64_t usec, char buffer[static 32]);
uint64_t time_now_usec(void);
