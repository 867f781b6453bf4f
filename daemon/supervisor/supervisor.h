/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One jail: its tracees, rules, filter, pending calls, log. The state that the stop handlers
 * (ptrace-loop, decision, carry-out, pending-calls, injection) work on. What the outside is told
 * goes through SupervisorEvents, so that nothing here knows of a bus.
 */
#pragma once

#include <systemd/sd-event.h>

#include "rules/filter-plan.h"
#include "rules/rule-set.h"
#include "supervisor/call-log.h"
#include "supervisor/install.h"
#include "supervisor/statistics.h"
#include "supervisor/tid-queue.h"
#include "supervisor/tracee.h"
#include "supervisor/tracer.h"

typedef struct Supervisor Supervisor;
typedef struct PendingCall PendingCall;
typedef struct LogReader LogReader;
typedef struct Launcher Launcher;     /* launchers.h */
typedef struct Tightening Tightening; /* tighten.h */

typedef enum JailState {
        JAIL_STARTING, /* the stub has not run the program yet */
        JAIL_RUNNING,
        JAIL_ENDED,
} JailState;

/* A held call that was answered, for whoever answers too late. */
#define PAST_CALLS 256
typedef struct PastCall {
        uint32_t sequence; /* 0: unused */
        CallAction action;
        DecidedBy by;
        uid_t who;
        bool gone; /* its process ended first */
} PastCall;

/* What happens in the jail, told as it happens. `userdata` is Supervisor.events_userdata. */
typedef struct SupervisorEvents {
        void (*started)(void *userdata);
        /* The program could not be run under its rules; the jail is over. */
        void (*start_failed)(void *userdata, const char *why);
        void (*process_started)(void *userdata, const Process *process);
        /* `exec`: it is another image of the same process that begins. */
        void (*process_ended)(void *userdata, const Process *process, bool exec);
        void (*call_pending)(void *userdata, const PendingCall *pending);
        /* `gone`: its process died. */
        void (*call_decided)(void *userdata, const PendingCall *pending, bool gone);
        void (*rules_changed)(void *userdata);
        /* What was kept back under `untold` can be said. */
        void (*tell)(void *userdata);
        void (*ended)(void *userdata);
} SupervisorEvents;

/* placement.h: the processor that a tracer shares with hot tracees. */
typedef struct Placement {
        unsigned count; /* tracees that were moved */
        int cpu;        /* where to, while there are any */
        cpu_set_t own;  /* the tracer's own mask before */
} Placement;

struct Supervisor {
        Tracers *tracers;
        bool hands_over;          /* a tracee may become another tracer's (hand-over.h) */
        unsigned hand_over_every; /* for tests: after so many stops, hot or not; 0 for never */
        Placement placements[TRACERS_MAX];
        Tracee *placed; /* those that were moved, a list */
        sd_event_source *placement_timer;
        uint64_t jail;
        char *program;    /* what was started, for people */
        char **argv;      /* NULL-ended; NULL when it was attached to */
        char *rules_name; /* what the client called the rules */
        char *mode;       /* "system" or "user" */
        uid_t uid;
        struct timespec started;
        struct timespec ended;
        JailState state;

        sd_event *event;
        struct Doorbell *doorbell; /* breaks waitpid() off when the loop has something */
        bool event_touched;        /* something was added to the loop since it was prepared */
        bool untold;               /* SupervisorEvents.tell is due once answered threads go on */
        int nudge;                 /* an eventfd in the loop: another tracer has touched it */
        bool nudged;
        const SupervisorEvents *events;
        void *events_userdata;

        TraceeTable tracees;
        IdMap births;    /* tasks whose first stop and whose maker have not both been seen */
        StopQueue later; /* stops seen out of turn */
        LandingMemory *landing;
        TidQueue for_slot;    /* slot-queue.h */
        SocketNames *sockets; /* what describes descriptors keeps here, under the lock */
        Installer installer;
        RuleSet *rules;
        struct sock_filter *filter;
        size_t filter_count;
        FilterPlan *plan; /* what the filter says, guards included */
        Tightening *tightening;

        IdMap pending;             /* by sequence number */
        uint32_t pending_sequence; /* of the newest */
        PastCall past[PAST_CALLS]; /* by sequence modulo their number */

        CallLog log;
        int log_file; /* every line goes there too; -1 */
        sd_event_source *flush_timer;
        LogReader *readers; /* log-readers.h */
        unsigned reader_count;
        uint64_t calls;         /* mediated so far */
        Statistics *statistics; /* of those that have a record */

        Launcher *launchers; /* of scripts, the newest first: launchers.h */
        unsigned launcher_count;
        IdMap scripts;      /* of rules, that run now: slow-actions.c */
        uint64_t script_id; /* of the newest */

        struct PutOff *put_off; /* calls that wait until a path is known, a list: put-off.h */
        int put_off_wake;       /* an eventfd in the loop: some of them need not any more */

        struct NameTurn *name_turn; /* of calls that give files other names */

        pid_t program_pid;
        bool attached;          /* it ran before us, and is not killed when we end */
        int exit_status;        /* of the program: wait status code, 128+signal */
        int exit_signal;        /* 0 when it exited */
        const char *end_reason; /* "exited", "killed", "stopped" */
        bool stopping;          /* everything is being killed */
};

/* A jail without a process yet. Takes the rules; log ring and descriptors are given afterwards. */
int supervisor_new(sd_event *event, Supervisor **ret);
Supervisor *supervisor_free(Supervisor *supervisor);

/* Parses the rules, makes the filter and the landing page: all that can fail before there is a
 * process. */
typedef struct JailOptions {
        bool attaches;              /* to a process that runs already */
        const char *rules;          /* text of a rule file; NULL for the preset ask-before-write */
        const char *default_action; /* NULL for the file's own */
        const char *const *overrides; /* "mkdir=notify"; NULL-ended or NULL */
} JailOptions;
int supervisor_prepare(Supervisor *supervisor, const JailOptions *options, Problem *problem);

/* Seizes the stub and lets it go. */
int supervisor_start(Supervisor *supervisor, pid_t pid, int pidfd, int stub_socket,
                     Problem *problem);

/* Takes a process that runs already, with its threads and descendants. */
int supervisor_attach(Supervisor *supervisor, pid_t pid, int pidfd, Problem *problem);

/* privileges_drop() in every thread; not before there is a process. */
int supervisor_drop_rights(Supervisor *supervisor, Problem *problem);

/* Kills every process of the jail; `reason` is a constant for JailFinished. */
void supervisor_stop(Supervisor *supervisor, const char *reason);

/* Runs until the jail has ended and every line is flushed. */
int supervisor_run(Supervisor *supervisor);

/* To be called after every change of `rules`: they hold from the next call on (tighten_wait() tells
 * when even for calls that pass in the kernel), and everybody is told. */
void supervisor_rules_changed(Supervisor *supervisor);

/* After the jail: serves the loop until `is_done` says so, for `usec` at most. */
void supervisor_serve_until(Supervisor *supervisor, uint64_t usec, bool (*is_done)(void *userdata),
                            void *userdata);

/* Something was added to the event loop: it is served before the next wait. */
static inline void supervisor_touch(Supervisor *supervisor)
{
        supervisor->event_touched = true;
}

/* A line was appended to the log: readers and the file get it soon. */
void supervisor_log_written(Supervisor *supervisor);

/* The thread goes on: followed to the exit of its call when one is open. A signal 0 is none. */
void supervisor_resume(Supervisor *supervisor, Tracee *tracee, int signal);
