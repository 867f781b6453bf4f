/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/placement.h"

#include <string.h>
#include <sys/syscall.h>

#include "supervisor/hand-over.h"

/* A pace is measured over so many stops. */
#define STOPS_PER_LOOK 64
/* So short a time for them is hot: 2500 stops a second; where it would have company on its
 * processor, and threads take turns, 8000. */
#define HOT_NSEC         (UINT64_C(1000000000) * STOPS_PER_LOOK / 2500)
#define HOT_COMPANY_NSEC (UINT64_C(1000000000) * STOPS_PER_LOOK / 8000)
/* How often moved threads are looked at, and how few stops since are too few: 625 a second; with
 * company 3000. */
#define LOOK_USEC    20000
#define COLD         12
#define COLD_COMPANY 60
/* waitpid(2) walks over all tracees of its thread: over so many it may. */
#define CROWD 64
/* How often a moved thread's tracer is looked at for a crowd; a multiple of STOPS_PER_LOOK. */
#define STOPS_PER_CROWD_LOOK 1024

static Placement *placement_of(Supervisor *supervisor, const Tracer *tracer)
{
        return &supervisor->placements[tracer_index(tracer)];
}

/* Where it was put; false when somebody has changed its mask since. */
static bool is_where_put(const Placement *placement, pid_t tid)
{
        cpu_set_t now;

        return sched_getaffinity(tid, sizeof(now), &now) == 0 && CPU_COUNT(&now) == 1 &&
               CPU_ISSET(placement->cpu, &now);
}

static void take_from_list(Supervisor *supervisor, Tracee *tracee, Tracee *instead)
{
        Tracee **at = &supervisor->placed;

        while (*at != tracee)
                at = &(*at)->next_placed;
        if (instead)
                instead->next_placed = tracee->next_placed;
        *at = instead ? instead : tracee->next_placed;
        tracee->next_placed = NULL;
}

void placement_end(Supervisor *supervisor, Tracee *tracee)
{
        Placement *placement = placement_of(supervisor, tracee->tracer);

        if (!tracee->own_mask)
                return;
        if (is_where_put(placement, tracee_tid(tracee)))
                (void) sched_setaffinity(tracee_tid(tracee), sizeof(*tracee->own_mask),
                                         tracee->own_mask);
        free(tracee->past_mask);
        tracee->past_mask = TAKE_PTR(tracee->own_mask);
        take_from_list(supervisor, tracee, NULL);
        if (--placement->count == 0)
                (void) sched_setaffinity(tracer_tid(tracee->tracer), sizeof(placement->own),
                                         &placement->own);
}

void placement_move(Supervisor *supervisor, Tracee *from, Tracee *to)
{
        placement_end(supervisor, to);
        if (!from->own_mask)
                return;
        to->own_mask = TAKE_PTR(from->own_mask);
        take_from_list(supervisor, from, to);
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *supervisor = userdata;
        Tracee *next;

        (void) usec;
        for (Tracee *tracee = supervisor->placed; tracee; tracee = next) {
                const Placement *placement = placement_of(supervisor, tracee->tracer);

                next = tracee->next_placed;
                if (tracee->stops - tracee->stops_seen <
                    (placement->count > 1 ? COLD_COMPANY : COLD))
                        placement_end(supervisor, tracee);
                tracee->stops_seen = tracee->stops;
        }
        if (!supervisor->placed) {
                supervisor->placement_timer =
                        sd_event_source_disable_unref(supervisor->placement_timer);
                return 0;
        }
        sd_event_source_set_time_relative(source, LOOK_USEC);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int start_looking(Supervisor *supervisor)
{
        int r;

        if (supervisor->placement_timer)
                return 0;
        r = sd_event_add_time_relative(supervisor->event, &supervisor->placement_timer,
                                       CLOCK_MONOTONIC, LOOK_USEC, 1000, on_look, supervisor);
        if (r >= 0)
                supervisor_touch(supervisor);
        return r;
}

/* ---- on which processor ---- */

static bool is_taken(const Supervisor *supervisor, int cpu)
{
        for (unsigned i = 0; i < TRACERS_MAX; i++)
                if (supervisor->placements[i].count > 0 && supervisor->placements[i].cpu == cpu)
                        return true;
        return false;
}

/* One that no other tracer has settled on, best the present one; -1 when there is none at all. */
static int choose_processor(const Supervisor *supervisor, const cpu_set_t *allowed)
{
        int here = sched_getcpu(), any = -1;

        if (here >= 0 && here < CPU_SETSIZE && CPU_ISSET(here, allowed)) {
                if (!is_taken(supervisor, here))
                        return here;
                any = here;
        }
        for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
                if (!CPU_ISSET(cpu, allowed))
                        continue;
                if (!is_taken(supervisor, cpu))
                        return cpu;
                if (any < 0)
                        any = cpu;
        }
        return any;
}

/* The first one: the tracer goes to a processor and stays there. */
static bool settle(Supervisor *supervisor, const Tracer *tracer, const cpu_set_t *own)
{
        Placement *placement = placement_of(supervisor, tracer);
        cpu_set_t both, there;

        if (sched_getaffinity(tracer_tid(tracer), sizeof(placement->own), &placement->own) < 0)
                return false;
        CPU_AND(&both, own, &placement->own);
        placement->cpu = choose_processor(supervisor, &both);
        if (placement->cpu < 0)
                return false;
        CPU_ZERO(&there);
        CPU_SET(placement->cpu, &there);
        return sched_setaffinity(tracer_tid(tracer), sizeof(there), &there) == 0;
}

/* To the processor of its tracer. */
static void place(Supervisor *supervisor, Tracee *tracee)
{
        Placement *placement = placement_of(supervisor, tracee->tracer);
        cpu_set_t own, there;

        if (sched_getaffinity(tracee_tid(tracee), sizeof(own), &own) < 0 ||
            start_looking(supervisor) < 0)
                return;
        if (placement->count == 0 && !settle(supervisor, tracee->tracer, &own))
                return;
        tracee->own_mask = malloc(sizeof(own));
        if (!tracee->own_mask)
                return;
        *tracee->own_mask = own;
        tracee->stops_seen = tracee->stops;
        tracee->next_placed = supervisor->placed;
        supervisor->placed = tracee;
        placement->count++;
        CPU_ZERO(&there);
        CPU_SET(placement->cpu, &there);
        if (!CPU_ISSET(placement->cpu, &own) ||
            sched_setaffinity(tracee_tid(tracee), sizeof(there), &there) < 0)
                placement_end(supervisor, tracee);
}

/* ---- by which tracer ---- */

typedef struct Crowds {
        unsigned counts[TRACERS_MAX];
} Crowds;

static void count_tracee(void *value, void *context)
{
        const Tracee *tracee = value;
        Crowds *crowds = context;

        crowds->counts[tracer_index(tracee->tracer)]++;
}

/* The more the worse: those that run on its processor, and worst a crowd. Its own tracer is as good
 * as another that is no better. */
static Tracer *choose_tracer(Supervisor *supervisor, const Tracee *tracee)
{
        Tracers *tracers = supervisor->tracers;
        Tracer *best = tracee->tracer;
        Crowds crowds = {0};
        unsigned least = UINT32_MAX;

        if (supervisor->tracees.tracees.count > CROWD)
                id_map_walk(&supervisor->tracees.tracees, count_tracee, &crowds);
        for (unsigned i = 0; i < tracers_count(tracers); i++) {
                Tracer *tracer = tracers_get(tracers, i);
                unsigned load = 2 * supervisor->placements[i].count;

                if (tracer == tracee->tracer)
                        load -= tracee->own_mask ? 2 : 0;
                else
                        load++;
                if (crowds.counts[i] > CROWD)
                        load += crowds.counts[i];
                if (load < least) {
                        least = load;
                        best = tracer;
                }
        }
        return best;
}

/* True when it is on its way to another tracer. */
static bool move(Supervisor *supervisor, Tracee *tracee)
{
        Tracer *tracer = choose_tracer(supervisor, tracee);
        bool moved = false;

        if (tracer != tracee->tracer && supervisor->hands_over) {
                placement_end(supervisor, tracee);
                moved = hand_over_begin(supervisor, tracee, tracer);
        }
        if (!tracee->own_mask)
                place(supervisor, tracee);
        return moved;
}

/* Of the tracers, which are one more than there are processors, or all that there may be. */
static bool would_have_company(const Supervisor *supervisor)
{
        unsigned places = supervisor->hands_over ? tracers_count(supervisor->tracers) - 1 : 1;

        for (unsigned i = 0; i < TRACERS_MAX; i++)
                if (supervisor->placements[i].count > 0 && --places == 0)
                        return true;
        return false;
}

static bool is_hot(const Supervisor *supervisor, Tracee *tracee)
{
        uint64_t now = monotonic_ns(), since = now - tracee->looked_ns;

        tracee->looked_ns = now;
        return since < (would_have_company(supervisor) ? HOT_COMPANY_NSEC : HOT_NSEC);
}

/* To the next in turn, hot or not. */
static bool rotate(Supervisor *supervisor, Tracee *tracee)
{
        unsigned next = (tracer_index(tracee->tracer) + 1) % tracers_count(supervisor->tracers);

        placement_end(supervisor, tracee);
        return hand_over_begin(supervisor, tracee, tracers_get(supervisor->tracers, next));
}

bool placement_count_stop(Supervisor *supervisor, Tracee *tracee)
{
        if (tracee->arrived) { /* the very stop that it was handed over at */
                tracee->arrived = false;
                return false;
        }
        free(tracee->past_mask); /* no child is being made */
        tracee->past_mask = NULL;
        tracee->stops++;
        if (supervisor->hand_over_every && tracee->stops % supervisor->hand_over_every == 0)
                return rotate(supervisor, tracee);
        if (tracee->stops % STOPS_PER_LOOK != 0)
                return false;
        if (tracee->own_mask)
                return tracee->stops % STOPS_PER_CROWD_LOOK == 0 &&
                       supervisor->tracees.tracees.count > CROWD && move(supervisor, tracee);
        return is_hot(supervisor, tracee) && move(supervisor, tracee);
}

void placement_before_call(Supervisor *supervisor, int number)
{
        if (number != SYS_sched_getaffinity && number != SYS_sched_setaffinity)
                return;
        while (supervisor->placed)
                placement_end(supervisor, supervisor->placed);
}

const cpu_set_t *placement_mask(const Tracee *tracee)
{
        return tracee->own_mask ? tracee->own_mask : tracee->past_mask;
}

void placement_born(pid_t tid, const cpu_set_t *own)
{
        cpu_set_t now;

        if (sched_getaffinity(tid, sizeof(now), &now) < 0 || CPU_COUNT(&now) != 1)
                return;                                   /* it is not where its maker was put */
        (void) sched_setaffinity(tid, sizeof(*own), own); /* gone: waitpid() reports it */
}
