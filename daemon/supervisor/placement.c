/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/placement.h"

#include <string.h>
#include <sys/syscall.h>

/* A pace is measured over so many stops. */
#define STOPS_PER_LOOK 64
/* So short a time for them is hot: 2500 stops a second; with company on the processor, where
 * threads take turns, 8000. */
#define HOT_NSEC         (UINT64_C(1000000000) * STOPS_PER_LOOK / 2500)
#define HOT_COMPANY_NSEC (UINT64_C(1000000000) * STOPS_PER_LOOK / 8000)
/* How often moved threads are looked at, and how few stops since are too few: 625 a second; with
 * company 3000. */
#define LOOK_USEC    20000
#define COLD         12
#define COLD_COMPANY 60

/* Where it was put; false when somebody has changed its mask since. */
static bool is_where_put(const Supervisor *supervisor, pid_t tid)
{
        cpu_set_t now;

        return sched_getaffinity(tid, sizeof(now), &now) == 0 && CPU_COUNT(&now) == 1 &&
               CPU_ISSET(supervisor->placement.cpu, &now);
}

void placement_end(Supervisor *supervisor, Tracee *tracee)
{
        Placement *placement = &supervisor->placement;

        if (!tracee->own_mask)
                return;
        if (is_where_put(supervisor, tracee_tid(tracee)))
                (void) sched_setaffinity(tracee_tid(tracee), sizeof(*tracee->own_mask),
                                         tracee->own_mask);
        free(tracee->own_mask);
        tracee->own_mask = NULL;
        if (--placement->count > 0)
                return;
        (void) sched_setaffinity(0, sizeof(placement->own), &placement->own);
        placement->timer = sd_event_source_disable_unref(placement->timer);
}

static void end_if_cold(void *value, void *context)
{
        Supervisor *supervisor = context;
        Tracee *tracee = value;

        if (!tracee->own_mask)
                return;
        if (tracee->stops - tracee->stops_seen <
            (supervisor->placement.count > 1 ? COLD_COMPANY : COLD))
                placement_end(supervisor, tracee);
        tracee->stops_seen = tracee->stops;
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *supervisor = userdata;

        (void) usec;
        id_map_walk(&supervisor->tracees.tracees, end_if_cold, supervisor);
        if (supervisor->placement.count == 0)
                return 0;
        sd_event_source_set_time_relative(source, LOOK_USEC);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* The first one: the supervisor stays where it is. */
static bool settle(Supervisor *supervisor)
{
        Placement *placement = &supervisor->placement;
        cpu_set_t here;

        placement->cpu = sched_getcpu();
        CPU_ZERO(&here);
        if (placement->cpu < 0 || placement->cpu >= CPU_SETSIZE)
                return false;
        CPU_SET(placement->cpu, &here);
        if (sd_event_add_time_relative(supervisor->event, &placement->timer, CLOCK_MONOTONIC,
                                       LOOK_USEC, 1000, on_look, supervisor) < 0)
                return false;
        supervisor_touch(supervisor);
        return sched_getaffinity(0, sizeof(placement->own), &placement->own) == 0 &&
               sched_setaffinity(0, sizeof(here), &here) == 0;
}

static void place(Supervisor *supervisor, Tracee *tracee)
{
        Placement *placement = &supervisor->placement;
        cpu_set_t own, here;

        if (sched_getaffinity(tracee_tid(tracee), sizeof(own), &own) < 0 || CPU_COUNT(&own) < 2)
                return;
        if (placement->count == 0 && !settle(supervisor)) {
                placement->timer = sd_event_source_disable_unref(placement->timer);
                return;
        }
        tracee->own_mask = malloc(sizeof(own));
        if (!tracee->own_mask)
                return;
        *tracee->own_mask = own;
        tracee->stops_seen = tracee->stops;
        placement->count++;
        CPU_ZERO(&here);
        CPU_SET(placement->cpu, &here);
        if (!CPU_ISSET(placement->cpu, &own) ||
            sched_setaffinity(tracee_tid(tracee), sizeof(here), &here) < 0)
                placement_end(supervisor, tracee);
}

void placement_count_stop(Supervisor *supervisor, Tracee *tracee)
{
        uint64_t now, since;

        if (++tracee->stops % STOPS_PER_LOOK != 0 || tracee->own_mask)
                return;
        now = monotonic_ns();
        since = now - tracee->looked_ns;
        tracee->looked_ns = now;
        if (since < (supervisor->placement.count > 0 ? HOT_COMPANY_NSEC : HOT_NSEC))
                place(supervisor, tracee);
}

static void end_one(void *value, void *context)
{
        placement_end(context, value);
}

void placement_before_call(Supervisor *supervisor, int number)
{
        if (supervisor->placement.count > 0 &&
            (number == SYS_sched_getaffinity || number == SYS_sched_setaffinity))
                id_map_walk(&supervisor->tracees.tracees, end_one, supervisor);
}

void placement_born(pid_t tid, const cpu_set_t *own)
{
        (void) sched_setaffinity(tid, sizeof(*own), own); /* gone: waitpid() reports it */
}
