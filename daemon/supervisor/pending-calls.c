/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/pending-calls.h"

#include "dbus/bus-names.h"
#include "supervisor/carry-out.h"

/* Held calls of one jail at a time; past it the call is refused, so that a flood does not fill our
 * memory. */
#define PENDING_CALLS_MAX 100000

uint64_t pending_call_id(const PendingCall *pending)
{
        return SJ_PENDING_ID(pending->supervisor->jail, pending->id);
}

PendingCall *pending_calls_find(Supervisor *supervisor, uint64_t id)
{
        if (SJ_PENDING_JAIL(id) != supervisor->jail)
                return NULL;
        return id_map_get(&supervisor->pending, SJ_PENDING_SEQUENCE(id));
}

static void pending_call_free(PendingCall *pending)
{
        sentence_release(&pending->sentence);
        sd_event_source_disable_unref(pending->timer);
        free(pending);
}

/* Nobody answered in time: what the rule file says. It never writes a rule. */
static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
        PendingCall *pending = userdata;
        Supervisor *supervisor = pending->supervisor;
        Tracee *tracee = pending->tracee;
        const Action *action = NULL;
        uint64_t limit;

        (void) source;
        (void) usec;
        pending->call->by = BY_TIMEOUT;
        if (!rule_set_timeout(supervisor->rules, &limit, &action) || action->kind == ACTION_ABORT)
                carry_out_result(supervisor, tracee, CALL_ABORTED,
                                 action ? -action->error_number : -EPERM);
        else if (action->kind == ACTION_RETURN)
                carry_out_result(supervisor, tracee, CALL_RETURNED,
                                 action->error_number ? -action->error_number : action->value);
        else
                carry_out_allow(supervisor, tracee);
        return 0;
}

static int start_timer(PendingCall *pending)
{
        Supervisor *supervisor = pending->supervisor;
        const Action *action;
        struct timespec now;
        uint64_t limit;
        int r;

        if (!rule_set_timeout(supervisor->rules, &limit, &action))
                return 0;
        r = sd_event_add_time_relative(supervisor->event, &pending->timer, CLOCK_MONOTONIC, limit,
                                       1000, on_timeout, pending);
        if (r < 0)
                return r;
        clock_gettime(CLOCK_REALTIME, &now);
        pending->deadline_usec =
                (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000 + limit;
        supervisor_touch(supervisor);
        return 0;
}

int pending_calls_hold(Supervisor *supervisor, Tracee *tracee)
{
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        PendingCall *pending;
        int r;

        if (supervisor->pending.count >= PENDING_CALLS_MAX)
                return -ENOBUFS;
        pending = calloc(1, sizeof(*pending));
        if (!pending)
                return -ENOMEM;
        pending->supervisor = supervisor;
        pending->tracee = tracee;
        pending->call = tracee->call;
        r = decode_sentence(&tracee->call->decoded, &caller, tracee->process->comm,
                            &pending->sentence);
        if (r == 0)
                r = start_timer(pending);
        if (r == 0) {
                pending->id = ++supervisor->pending_sequence;
                r = id_map_put(&supervisor->pending, pending);
        }
        if (r < 0) {
                pending_call_free(pending);
                return r;
        }
        tracee->call->pending = pending;
        tracee->state = TRACEE_HELD;
        supervisor->events->call_pending(supervisor->events_userdata, pending);
        return 0;
}

void pending_call_end(PendingCall *pending, bool gone)
{
        Supervisor *supervisor = pending->supervisor;

        pending->call->pending = NULL;
        supervisor->past[pending->id % PAST_CALLS] = (PastCall){
                .sequence = (uint32_t) pending->id,
                .action = pending->call->action,
                .by = pending->call->by,
                .who = pending->call->who,
                .gone = gone,
        };
        id_map_take(&supervisor->pending, pending->id);
        supervisor->events->call_decided(supervisor->events_userdata, pending, gone);
        pending_call_free(pending);
}

void pending_call_move(PendingCall *pending, Tracee *tracee)
{
        pending->tracee = tracee;
}

const PastCall *pending_calls_past(const Supervisor *supervisor, uint64_t id)
{
        uint32_t sequence = SJ_PENDING_SEQUENCE(id);
        const PastCall *past = &supervisor->past[sequence % PAST_CALLS];

        return SJ_PENDING_JAIL(id) == supervisor->jail && sequence && past->sequence == sequence
                       ? past
                       : NULL;
}
