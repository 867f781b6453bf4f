/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done to an image at its exec, before its first instruction: the landing page is mapped
 * into it, and into the jail's first image the filter is installed. engine-facts 1.4: from
 * PTRACE_EVENT_EXEC to the exit stop of execve, then calls from a borrowed instruction at the entry
 * point.
 */
#pragma once

#include "base/problem.h"
#include "rules/rule-set.h"
#include "supervisor/landing-memory.h"
#include "supervisor/remote-call.h"
#include "supervisor/tracee.h"

typedef struct Installer {
        LandingMemory *landing;
        int listener; /* the jail's decoy listener; -1 until the first image has installed it */
        const struct sock_filter *filter; /* of the jail */
        size_t filter_count;
        bool seals;       /* the filter does not guard the page's addresses: it must be sealed */
        bool edge_wall;   /* the first image goes behind it (edge-wall.h) */
        unsigned filters; /* the first image had so many at its start, 0 when that is not known */
        const RuleSet *rules; /* whether an image's vDSO is hidden depends on them */
        StopQueue *later;
} Installer;

/* `tracee` is at PTRACE_EVENT_EXEC. On success it stands at execve's exit stop, as if nothing had
 * happened, to be resumed. With `with_filter` the listener and the filter are installed too.
 * TRACEE_GONE; -ENOEXEC for an image of a foreign architecture; any other failure leaves an image
 * that must not run: kill it. */
int install_image(Installer *installer, Tracee *tracee, bool with_filter, Problem *problem);

/* `tracee`, of a process that ran before us, is at PTRACE_EVENT_STOP. Every thread of it gets the
 * filter (and, with `with_listener`, a listener of its own), and the process the landing page; then
 * the thread stands at PTRACE_EVENT_STOP again, *ret_stop, as if nothing had happened. TRACEE_GONE
 * or an error with a sentence. */
int install_running(Installer *installer, Tracee *tracee, bool with_listener, Stop *ret_stop,
                    Problem *problem);

/* `tracee`, which has the landing page, is at PTRACE_EVENT_STOP and gets one more filter, with
 * `process` every thread of its process at once. Then it stands at PTRACE_EVENT_STOP again. -EBUSY:
 * not every thread can have it, and none was given it. TRACEE_GONE or an error with a sentence. */
int install_on_top(Installer *installer, Tracee *tracee, const struct sock_filter *filter,
                   size_t count, bool process, Stop *ret_stop, Problem *problem);
