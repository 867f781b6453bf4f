/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of a jail: one JSON line a mediated call (design.md section 5), appended to the ring. */
#pragma once

#include "link/log-ring.h"
#include "supervisor/open-call.h"
#include "supervisor/tracee.h"

typedef struct CallLog {
        LogRing *ring;
        uint64_t jail;
        uint64_t sequence; /* of the last record */
        Text line;         /* scratch */
        time_t second;     /* that `date` is of */
        Text date;         /* "2026-01-31T23:59:59", empty before the first record */
} CallLog;

/* How a call ended. */
typedef struct CallEnd {
        bool returned;     /* `result` is what the program sees */
        int64_t result;    /* raw register */
        const char *ended; /* when it did not return: "exit", "exec", "killed", "supervisor" … */
        uint64_t ended_ns; /* CLOCK_MONOTONIC */
} CallEnd;

/* Writes the record. */
int call_log_write(CallLog *log, const Tracee *tracee, const OpenCall *call, const CallEnd *end);

/* A call alone, as scripts get it: the keys of design.md section 5, one JSON object. */
void call_log_describe(Text *text, uint64_t jail, const Tracee *tracee, const OpenCall *call);

/* A line about the jail itself: {"time":…,"jail":…,"event":"…","message":"…"}. */
int call_log_note(CallLog *log, const char *event, const char *message);

void call_log_release(CallLog *log);
