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

pid_t doorbell_tid(const Doorbell *doorbell);

/* The loop is prepared: listen to it, until it rings. Nothing when it listens already. */
void doorbell_listen(Doorbell *doorbell);
/* Whether it rang since. */
bool doorbell_rang(const Doorbell *doorbell);
/* If it rang, that was heard: it sleeps until it is to listen again. */
void doorbell_heard(Doorbell *doorbell);
