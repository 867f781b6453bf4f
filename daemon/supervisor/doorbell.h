/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * waitpid(2) can block for ever and listens to nothing else; messages, timers and readers live in
 * an sd-event loop. One thread sleeps on that loop's descriptor and, when something is there,
 * breaks the main thread's waitpid() off with a signal. It touches no other state. An idle jail
 * wakes nobody.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

typedef struct Doorbell Doorbell;

/* `fd`: of the event loop, prepared. Blocks nothing, installs a handler for SIGUSR1. To be called
 * by the thread that will wait for tracees. */
int doorbell_start(int fd, Doorbell **ret);
Doorbell *doorbell_stop(Doorbell *doorbell);

/* Its thread, and when to listen: it sleeps until the first doorbell_answer(). */
pid_t doorbell_tid(const Doorbell *doorbell);

/* Whether it rang since the last doorbell_answer(). */
bool doorbell_rang(const Doorbell *doorbell);
/* The loop was served and is prepared again: listen on. */
void doorbell_answer(Doorbell *doorbell);
