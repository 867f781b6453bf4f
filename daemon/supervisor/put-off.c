/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/put-off.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "supervisor/decision.h"
#include "supervisor/fail-closed.h"
#include "supervisor/open-call.h"

/* A server has so long to answer for one path. */
#define LOOKUP_LIMIT_USEC 5000000u

static void unlink_from_list(PutOff *put_off)
{
        PutOff **at = &put_off->supervisor->put_off;

        while (*at && *at != put_off)
                at = &(*at)->next;
        if (*at)
                *at = put_off->next;
}

/* The lookup is over, or given up. */
static void end_lookup(PutOff *put_off)
{
        if (!put_off->question.path)
                return;
        unlink_from_list(put_off);
        put_off->limit = sd_event_source_disable_unref(put_off->limit);
        put_off->errand = errand_leave(put_off->errand);
        free(put_off->question.path);
        put_off->question.path = NULL;
}

PutOff *put_off_free(PutOff *put_off)
{
        if (!put_off)
                return NULL;
        end_lookup(put_off);
        known_paths_release(&put_off->known);
        action_release(&put_off->action);
        free(put_off);
        return NULL;
}

/* Judges the call with what the lookup has come to. */
static void judge_again(PutOff *put_off, int r, char *resolved)
{
        const PathQuestion *question = &put_off->question;
        Supervisor *supervisor = put_off->supervisor;
        Tracee *tracee = put_off->tracee;

        put_off->in_vain |= r == -ETIMEDOUT || r == -EBUSY;
        r = known_paths_add(&put_off->known, question->dirfd, question->path, question->follow, r,
                            resolved);
        end_lookup(put_off);
        if (r < 0)
                fail_closed_call(supervisor, tracee, "no memory to judge the call");
        else
                decision_at_entry(supervisor, tracee);
}

static int on_late(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) source;
        (void) usec;
        judge_again(userdata, -ETIMEDOUT, NULL);
        return 0;
}

static PutOff *find_answered(const Supervisor *supervisor)
{
        PutOff *one = supervisor->put_off;

        while (one && one->errand && !errand_is_done(one->errand))
                one = one->next;
        return one;
}

static int on_answer(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Supervisor *supervisor = userdata;
        eventfd_t count;
        PutOff *one;

        (void) source;
        (void) events;
        (void) eventfd_read(fd, &count);
        while ((one = find_answered(supervisor))) {
                char *resolved = NULL;
                int r = one->errand ? path_lookup_answer(TAKE_PTR(one->errand), &resolved) : -EBUSY;

                judge_again(one, r, resolved);
        }
        return 0;
}

/* The descriptor by which the errands' threads wake the loop. */
static int open_wake(Supervisor *supervisor)
{
        int r;

        if (supervisor->put_off_wake >= 0)
                return 0;
        supervisor->put_off_wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (supervisor->put_off_wake < 0)
                return -errno;
        r = sd_event_add_io(supervisor->event, NULL, supervisor->put_off_wake, EPOLLIN, on_answer,
                            supervisor);
        if (r < 0)
                supervisor->put_off_wake = close_fd(supervisor->put_off_wake);
        return r < 0 ? r : 0;
}

PutOff *put_off_begin(Supervisor *supervisor, Tracee *tracee)
{
        PutOff *put_off = tracee->put_off;

        if (put_off)
                return put_off;
        put_off = calloc(1, sizeof(*put_off));
        if (!put_off)
                return NULL;
        put_off->supervisor = supervisor;
        put_off->tracee = tracee;
        clock_gettime(CLOCK_REALTIME, &put_off->since);
        put_off->entered_ns = monotonic_ns();
        tracee->put_off = put_off;
        return put_off;
}

int put_off_start(Supervisor *supervisor, Tracee *tracee, PathQuestion *question)
{
        PutOff *put_off = put_off_begin(supervisor, tracee);
        int r;

        if (!put_off)
                return -ENOMEM;
        if (put_off->known.count == KNOWN_PATHS_MAX)
                return -ENOBUFS;
        r = open_wake(supervisor);
        if (r == 0)
                r = sd_event_add_time_relative(supervisor->event, &put_off->limit, CLOCK_MONOTONIC,
                                               LOOKUP_LIMIT_USEC, 1000, on_late, put_off);
        if (r < 0)
                return r;
        put_off->question = *question;
        *question = (PathQuestion){0};
        put_off->next = supervisor->put_off;
        supervisor->put_off = put_off;
        if (path_lookup_start(&put_off->question, supervisor->put_off_wake, &put_off->errand) < 0)
                (void) eventfd_write(supervisor->put_off_wake, 1); /* judged without it, soon */
        tracee->state = TRACEE_DELAYED;
        supervisor_touch(supervisor);
        return 0;
}

int put_off_decided(Supervisor *supervisor, Tracee *tracee, const RuleOutcome *outcome,
                    const PinnedCall *effective)
{
        PutOff *put_off = put_off_begin(supervisor, tracee);
        int r;

        if (!put_off)
                return -ENOMEM;
        if (put_off->decided)
                return 0;
        r = action_copy(outcome->action, &put_off->action);
        if (r < 0)
                return r;
        put_off->decided = true;
        put_off->outcome = *outcome;
        put_off->outcome.action = &put_off->action;
        put_off->effective = *effective;
        return 0;
}
