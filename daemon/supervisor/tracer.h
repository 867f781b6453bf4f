/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The threads that trace. ptrace(2) is a matter of threads: only the one that has seized a task may
 * ask anything of it. The first thread, which serves the bus too, traces what the jail begins with
 * and whatever is born of that; a task that stops often is handed over to another thread
 * (hand-over.h), so that two hot tasks do not wait for each other, and neither for a crowd of idle
 * ones that waitpid(2) would walk over.
 *
 * One lock guards everything that a jail is: tables, rules, calls, log, bus, event loop. It is held
 * from the moment a stop is looked at until all is decided, and while the event loop is served; not
 * while anybody waits for a stop. Nothing else is locked inside of it, so there is no order to
 * keep. The tracee that a stop was about is let go after the lock (tracer_resume_later()): on the
 * same processor it would run before its tracer comes to unlock.
 *
 * Whoever holds the lock may touch any tracee: what only its own thread can do is sent there by
 * tracer_run(), and done while the sender waits. A thread does what it is sent wherever it can be
 * without the lock: waiting for a stop, for the lock, or with nothing to trace.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* The first thread and those that hot tasks are handed to. */
#define TRACERS_MAX 5

typedef struct Tracer Tracer;
typedef struct Tracers Tracers;

/* What the threads do with a jail, with its lock held. */
typedef struct TracersWork {
        /* A task has stopped, or ended: as waitpid(2) says. */
        void (*stopped)(void *userdata, pid_t tid, int status);
        /* Whose the task is; NULL for one that is not known. */
        Tracer *(*tracer_of)(void *userdata, pid_t tid);
        void *userdata;
} TracersWork;

/* The calling thread becomes the first; as many others as there are processors to run on, and one
 * at least, are started. They sleep. SIGUSR1 breaks waiting off and gets a handler. */
int tracers_start(const TracersWork *work, Tracers **ret);
/* To be called by the first thread, unlocked. The others end, and with them what they trace. */
Tracers *tracers_stop(Tracers *tracers);

unsigned tracers_count(const Tracers *tracers);
Tracer *tracers_get(Tracers *tracers, unsigned index);

/* The calling thread; NULL when it traces nothing. */
Tracer *tracer_self(void);
pid_t tracer_tid(const Tracer *tracer);
unsigned tracer_index(const Tracer *tracer);

/* A jail's lock, for the first thread; the others take it for themselves. */
void tracers_lock(Tracers *tracers);
void tracers_unlock(Tracers *tracers);

/* One turn of the first thread: waits for a stop and has it acted on. 0; -EINTR; -ECHILD when it
 * traces nothing. Unlocked. */
int tracers_turn(Tracers *tracers);
/* The same, but it waits in ppoll(2), which SIGCHLD breaks off if it has a handler, and for `fd` as
 * well: 1 when that can be read. The caller blocks SIGCHLD. */
int tracers_turn_beside(Tracers *tracers, int fd);
/* Whether no other thread has anything to trace. */
bool tracers_first_is_alone(const Tracers *tracers);

/* With the lock held (or before there is anything to trace): `work` is done by the thread of
 * `tracer` while the caller waits. */
void tracer_run(Tracer *tracer, void (*work)(void *argument), void *argument);
/* The thread that traces the task; NULL when that is the caller, or nobody. With the lock held. */
Tracer *tracer_of_another(pid_t tid);

/* waitpid(2) for one tracee, wherever it is traced, with the lock held: 0 or negative errno. */
int tracer_wait(pid_t tid, int *ret_status);

/* tracee_resume() of a tracee of the caller's own, when it gives the lock away. */
void tracer_resume_later(pid_t tid, int how, int signal);
