/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything that a user, a client or a supervisor could make grow without end, and where it stops.
 * What is refused is refused with Error.LimitExceeded before work begins.
 */
#pragma once

#include "link/log-ring.h"

#define MEBIBYTE (1024u * 1024u)

/* ---- of all users together ---- */
#define LIMIT_JAILS_OF_ALL                                                                         \
        2048 /* that run: the descriptor store has room for so many (jail-store.h) */

/* ---- per user ---- */
#define LIMIT_JAILS            256                /* that run */
#define LIMIT_ENDED_JAILS      64                 /* that are still listed */
#define LIMIT_CLIENTS          256                /* connections */
#define LIMIT_LOG_READERS      64                 /* of logs of ended jails */
#define LIMIT_DOCTORS          4                  /* at once */
#define LIMIT_PROCESSES        8192               /* in jails; then no further jail begins */
#define LIMIT_LOG_BYTES        (2048u * MEBIBYTE) /* that the logs of running jails may come to take */
#define LIMIT_ENDED_LOG_BYTES  (256u * MEBIBYTE) /* of logs of ended jails */
#define LIMIT_CALLS_PER_SECOND 10000
#define LIMIT_CALLS_IN_FLIGHT  4096 /* not answered yet */

/* ---- per client ---- */
#define LIMIT_SUBSCRIPTIONS  512  /* jails by number; all of one's own count as one */
#define LIMIT_QUEUED_SIGNALS 8192 /* unread; a client that reads no faster is disconnected */

/* ---- per request ---- */
#define LIMIT_ARGUMENTS        65536
#define LIMIT_ARGUMENT_BYTES   (2u * 1024u * 1024u) /* argv and environment, as execve(2) has it */
#define LIMIT_RULE_BYTES       (1024u * 1024u)      /* the text of a rule file */
#define LIMIT_RULES            4096                 /* given one by one with Trace */
#define LIMIT_RULES_NAME_BYTES 256

/* ---- per jail: what a supervisor may say ---- */
#define LIMIT_PENDING            8192  /* held calls that the broker remembers */
#define LIMIT_SIGNALS_PER_SECOND 20000 /* then its link is not read for the rest of the second */
#define LIMIT_ERROR_BYTES        8192  /* of an error's text that is passed on */
#define LIMIT_DOCTOR_BYTES       (256u * 1024u)

/* ---- time, microseconds ---- */
#define SECOND               1000000ull
#define TIMEOUT_LEAVE        (30 * SECOND)  /* a supervisor whose jail has ended finishes its log */
#define TIMEOUT_START        (60 * SECOND)  /* until a supervisor has the program running */
#define TIMEOUT_SUPERVISOR   (30 * SECOND)  /* until systemd has started one */
#define TIMEOUT_DESCRIBE     (2 * SECOND)   /* then a jail is listed from what the broker knows */
#define TIMEOUT_FORWARDED    (600 * SECOND) /* a person's injected call may wait for long */
#define TIMEOUT_AUTHORIZED   (1 * SECOND) /* what polkit let pass is not asked again for so long */
#define TIMEOUT_DOCTOR       (60 * SECOND)
#define TIMEOUT_IDLE_DEFAULT (10 * SECOND)

/* ---- a jail's log ring ---- */
#define LOG_RING_BYTES       LOG_RING_BYTES_DEFAULT
#define LOG_RING_BYTES_LEAST (2u * MEBIBYTE) /* for every jail that a user may have */
