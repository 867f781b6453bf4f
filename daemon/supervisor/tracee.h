/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The threads that are traced and the processes they make up. One struct per thread, one per thread
 * group; nothing here talks to the kernel but to read /proc.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/id-map.h"
#include "supervisor/registers.h"
#include "supervisor/tracee-view.h"

struct OpenCall;
struct Injection;
struct PutOff;
struct LandingMemory;

/* A thread group. Kept as long as one of its threads or descendants is, since rules ask for
 * ancestors. */
typedef struct Process {
        uint64_t id; /* pid, the key */
        struct Process
                *parent;      /* who started it, a reference; NULL for the first, or past a limit */
        unsigned references;  /* threads and children */
        unsigned threads;     /* living tracees of the group */
        unsigned depth;       /* ancestors above it */
        char *exe;            /* /proc/PID/exe at its last exec, NULL when unknown */
        char *comm;           /* escaped name of the image, renewed at exec; never NULL */
        int memory_fd;        /* /proc/PID/mem of the present image, -1 */
        uint64_t landing;     /* address of the landing page, 0 when there is none */
        bool our_root;        /* its root is ours, and it can change it by no call that is not
                                 stopped */
        bool memory_waits;    /* who reads its memory may have to wait for the program: it had a
                                 userfaultfd when it was attached to, or the rules let it have one */
        bool shares_files;    /* other processes may have the very descriptors that it has
                                 (CLONE_FILES) */
        bool ran;             /* it has exec'ed under us (the stub has not) */
        int listener;         /* decoy listener of its filters when it is not the jail's, -1 */
        bool lacks_filter;    /* attached to, and the filter is not in it yet */
        bool forced;          /* attached to by CAP_SYS_PTRACE: looked at again when it is in */
        bool filter_is_due;   /* … and it was asked to stop for that */
        unsigned filters;     /* attached to: it has so many at least, 0 when nothing is known */
        bool own_filters;     /* its calls may be judged by number by filters that are not ours */
        unsigned tight;       /* the newest filter of tighten.h that all its threads have */
        bool apart;           /* a thread has a filter of its own: each is tightened by itself */
        SocketNames *sockets; /* of the jail; borrowed */
        uint64_t calls;       /* mediated calls */
        uint64_t held_ns;     /* time that its calls waited for answers */
} Process;

typedef enum TraceeState {
        TRACEE_FRESH,     /* attached, its first stop has not been seen */
        TRACEE_RUNNING,   /* the kernel runs it */
        TRACEE_HELD,      /* at a seccomp stop, a person is asked */
        TRACEE_LISTENING, /* in group-stop */
        TRACEE_DELAYED,   /* at a seccomp stop, a rule's delay runs, or a path is looked up */
} TraceeState;

/* A call that a signal broke off and that the kernel will make again by itself: it was judged
 * already. */
typedef struct BrokenCall {
        bool valid;
        bool unless_handled; /* it is made again only if no handler runs; timed-wait.h finds out */
        uint64_t since_ns;   /* CLOCK_MONOTONIC when it went on for the first time */
        uint64_t unwritten_ns; /* unless_handled: it was broken off then, and its record waits until
                                  that is known; 0: written */
        CallRegisters registers;
        uint64_t instruction_pointer, stack_pointer;
        struct OpenCall *call; /* as it was decided; owned */
} BrokenCall;

/* way-back.h: a call that was let go with arguments that are not the program's. */
typedef struct WayBack {
        uint64_t resume; /* where it returns to; 0: the thread has its own registers */
        CallRegisters own;
        uint64_t instruction_pointer; /* where its own call returns to */
} WayBack;

typedef struct Tracee {
        uint64_t id; /* tid, the key */
        Process *process;
        struct Tracer *tracer;      /* the thread that traces it */
        struct HandOver *hand_over; /* on its way to another tracer (hand-over.h), NULL; owned */
        TraceeState state;
        struct OpenCall
                *call; /* the call it is in, from entry to exit; NULL when none is followed */
        struct Injection *injection; /* calls that are being put in, NULL for none */
        struct PutOff *put_off; /* its call is judged once a path is known (put-off.h), NULL; owned
                                 */
        BrokenCall broken;
        CallRegisters unseen_wait;     /* timed-wait.h: what it waited in when it was interrupted */
        uint64_t unseen_wait_since_ns; /* CLOCK_MONOTONIC when that began; 0: not known */
        WayBack way_back;
        uint32_t stops, stops_seen; /* at calls; at the last look at a moved thread */
        bool arrived;               /* handed over: its next stop was counted already */
        bool stays;                 /* it cannot be handed over */
        SequenceArea sequences;     /* to be registered again, at its next call (hand-over.h) */
        uint64_t looked_ns;         /* when its pace was measured last */
        cpu_set_t *own_mask;        /* of the program, while placement.h has moved it; owned */
        cpu_set_t *past_mask;       /* own_mask until it was let go, up to its next call; owned */
        struct Tracee *next_placed; /* of those that placement.h has moved */
        unsigned tight;             /* … that it was stopped under */
        bool wants_all; /* … shall take back everything, before it installs a filter of its own */
        int slot;       /* in the landing page, -1 for none; kept from one call to the
                           next by way-back.h */
        bool awaits_turn; /* to make a name (name-turn.h) */
        int group_signal; /* LISTENING: the stop signal */
} Tracee;

typedef struct TraceeTable {
        IdMap tracees;                 /* by tid */
        IdMap processes;               /* by pid; living ones only */
        struct LandingMemory *landing; /* where slots go back to; borrowed */
        SocketNames *sockets;          /* for the views of its processes; borrowed */
        bool memory_waits;             /* of every process */
        Tracee *last;                  /* the one looked up last */
} TraceeTable;

static inline pid_t tracee_tid(const Tracee *tracee)
{
        return (pid_t) tracee->id;
}

static inline pid_t tracee_pid(const Tracee *tracee)
{
        return (pid_t) tracee->process->id;
}

Tracee *tracee_table_get(TraceeTable *table, pid_t tid);
Process *process_table_get(TraceeTable *table, pid_t pid);

/* A thread that has become our tracee. Its process is found or made, then as a copy of `maker`'s
 * image; without a maker (the first process; one whose maker was killed before it could tell) the
 * image is looked at. *ret_new_process tells. -ESRCH when it is gone already, -ENOMEM. */
int tracee_table_add(TraceeTable *table, pid_t tid, Process *maker, Tracee **ret,
                     bool *ret_new_process);
/* Forgets it; when it was its process's last thread *ret_last_thread is true and the process is not
 * found any more, though it lives on for its descendants' sake: the reference comes to the caller.
 */
void tracee_table_remove(TraceeTable *table, Tracee *tracee, Process **ret_ended);

/* The image of a process has changed: name, exe, memory descriptor are read anew. */
int process_renew(Process *process);
Process *process_reference(Process *process);
void process_release(Process *process);

TraceeView tracee_view(const Tracee *tracee);
