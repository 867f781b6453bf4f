/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call that cannot be judged yet: where one of its paths leads has to be asked of a server (FUSE,
 * NFS), which may be dead. Its thread stands at its seccomp stop meanwhile, and nobody else waits.
 * When the answer is there, or the time is over, the call is judged anew with what is known by
 * then.
 */
#pragma once

#include "supervisor/known-paths.h"
#include "supervisor/path-lookup.h"
#include "supervisor/pinned-arguments.h"

typedef struct PutOff {
        KnownPaths known;
        struct timespec since; /* CLOCK_REALTIME, and CLOCK_MONOTONIC, at the call's entry */
        uint64_t entered_ns;
        bool in_vain; /* an answer did not come: a path is unknown that may lead anywhere */

        /* The rules were asked already, and counted the call: what they said. */
        bool decided;
        RuleOutcome outcome; /* its action is the copy below */
        Action action;
        PinnedCall effective;

        /* The lookup under way. */
        Supervisor *supervisor;
        Tracee *tracee;
        PathQuestion question; /* its path is NULL when there is none */
        Errand *errand;        /* NULL: it could not be started */
        sd_event_source *limit;
        struct PutOff *next; /* of Supervisor.put_off */
} PutOff;

/* The tracee's call will be judged later, and counts as made now. NULL: no memory. */
PutOff *put_off_begin(Supervisor *supervisor, Tracee *tracee);

/* The tracee's call waits for the answer to `question`, which is taken; decision_at_entry() is
 * called then. -ENOBUFS when too much was asked for this call, -ENOMEM. */
int put_off_start(Supervisor *supervisor, Tracee *tracee, PathQuestion *question);

/* Keeps what the rules said for when the call, which put_off_start() is called for next, is judged
 * anew. */
int put_off_decided(Supervisor *supervisor, Tracee *tracee, const RuleOutcome *outcome,
                    const PinnedCall *effective);

/* The call goes on, or its thread is gone: what was known is forgotten. */
PutOff *put_off_free(PutOff *put_off);
