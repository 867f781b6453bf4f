/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How the first tracer waits for two things at once: a stop of a tracee, and its event loop.
 *
 * With few stops it sleeps on the loop's descriptor, and SIGCHLD, which comes with each stop, wakes
 * it: whoever writes to us wakes the thread that acts. With many in a row, and while other threads
 * trace, whose stops would send that signal too, it sleeps in waitpid(2), where a stop costs less;
 * then the doorbell's thread listens to the loop.
 */
#pragma once

#include "supervisor/doorbell.h"
#include "supervisor/tracer.h"

typedef struct LoopWait {
        Tracers *tracers;
        Doorbell *bell;
        int fd;         /* of the event loop */
        bool by_bell;   /* asleep in waitpid(2): SIGCHLD is ignored, and the bell listens */
        unsigned stops; /* since the loop had something */
} LoopWait;

/* To be called by the first tracer. Takes SIGCHLD for itself until loop_wait_end(). */
void loop_wait_begin(LoopWait *wait, Tracers *tracers, Doorbell *bell, int fd);
void loop_wait_end(LoopWait *wait);

/* Waits and has a stop acted on; the loop must be prepared. 1 when it has something. Unlocked. */
int loop_wait(LoopWait *wait);
