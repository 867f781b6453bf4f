/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A mediated call from its entry until its log record is written: what it was, what was decided, by
 * whom, what came of it. The one source of the log, of the pending list and of the bus messages
 * about a call.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "rules/rule.h"
#include "supervisor/registers.h"
#include "syscalls/decode.h"

typedef enum DecidedBy {
        BY_NOBODY, /* not decided yet */
        BY_RULE,
        BY_USER,
        BY_TIMEOUT,
        BY_SCRIPT,
        BY_INJECTION,
        BY_SUPERVISOR, /* a guard, or "nobody could decide": failed closed */
} DecidedBy;

typedef enum CallAction {
        CALL_ALLOWED,
        CALL_ABORTED,
        CALL_RETURNED, /* a made-up result */
        CALL_INTERRUPTED,
} CallAction;

typedef enum Verified {
        VERIFIED_NO,      /* memory may have changed between the judgement and the kernel's look */
        VERIFIED_YES,     /* what was judged is what the kernel got */
        VERIFIED_CHANGED, /* it had changed: the call's effect was undone */
} Verified;

typedef struct OpenCall {
        DecodedCall decoded;
        bool is_decoded; /* false: only decoded.registers is set (a call that is not logged) */
        bool logged;     /* a record is due */
        bool pinned;     /* arguments were changed: the original ones are put back at the exit */
        unsigned pinned_mask; /* bit i: argument i points to a copy of what the program's own points
                                 to */
        size_t pinned_bytes;  /* of the slot in use by them */
        unsigned char
                *aside; /* those bytes while the call waits without a slot, else NULL; owned */
        uint64_t aside_address; /* where they were in the program */
        bool waits_for_slot;    /* allowed, and goes on when there is one: slot-queue.h */
        bool injected;
        struct timespec since; /* CLOCK_REALTIME at the entry */
        uint64_t entered_ns,
                resumed_ns;      /* CLOCK_MONOTONIC; resumed_ns 0 while it has not gone on */
        uint64_t waits_since_ns; /* of a wait that goes on: when it began; 0 for a fresh call */
        CallRegisters original;  /* as the program made it */
        CallRegisters executed;  /* pinned: as the kernel got it */
        uint64_t instruction_pointer, stack_pointer;

        CallAction action;
        DecidedBy by;
        int64_t rule;    /* number, 0 for the default, -1 for none */
        uid_t who;       /* BY_USER */
        bool check_path; /* what a path led to decided: path-check.h */
        Verified verified;
        char *unverified_reason; /* why `verified` is no; NULL when there is nothing to verify */
        char *edited_from;       /* text before an edit, NULL when it was not edited */
        Action *after;           /* the result is to be changed at the exit; owned */
        int signal_after;        /* to be sent when it has returned, 0 for none */
        struct sd_event_source *wait; /* a rule's delay; owned */
        bool interrupting; /* skipped; at its exit the kernel is told to restart it or say EINTR */
        uint64_t script;   /* that judges it, 0 for none */

        struct PendingCall *pending; /* while held */
} OpenCall;

/* Argument `index` as people see it: the program's own address where we only made a copy. */
uint64_t open_call_argument(const OpenCall *call, unsigned index);

/* The call with the program's own addresses: where its answers go. */
CallRegisters open_call_registers(const OpenCall *call);

OpenCall *open_call_new(const CallRegisters *registers);
OpenCall *open_call_free(OpenCall *call);

uint64_t monotonic_ns(void);

const char *decided_by_name(DecidedBy by);
const char *call_action_name(CallAction action);
const char *verified_name(Verified verified);
