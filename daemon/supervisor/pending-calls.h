/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls that wait for an answer. Any number, answered in any order. An id is the jail's number and
 * a sequence number that is never used again.
 */
#pragma once

#include "supervisor/supervisor.h"

struct PendingCall {
        uint64_t id; /* sequence number in the jail: the key; people see jail.id */
        Supervisor *supervisor;
        Tracee *tracee;
        OpenCall *call;         /* the tracee's open call */
        Sentence sentence;      /* in words */
        sd_event_source *timer; /* on-timeout; NULL to wait for ever */
        uint64_t deadline_usec; /* CLOCK_REALTIME, 0 for none */
};

/* The id as the bus has it. */
uint64_t pending_call_id(const PendingCall *pending);

/* Holds the call that `tracee` has open. 0, or negative errno when it could not be held. */
int pending_calls_hold(Supervisor *supervisor, Tracee *tracee);

/* What became of a call that was held; the last few are remembered. NULL when it is not known. */
const PastCall *pending_calls_past(const Supervisor *supervisor, uint64_t id);

/* Finds it by its bus id: NULL with -ENOENT when it is gone or of another jail. */
PendingCall *pending_calls_find(Supervisor *supervisor, uint64_t id);

/* It was answered, or its process is gone: forgotten, and the outside is told. */
void pending_call_end(PendingCall *pending, bool gone);

/* The thread that waits has another tid now (exec by a thread that is not the leader). */
void pending_call_move(PendingCall *pending, Tracee *tracee);
