/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads that wait for something in their order; some of them may be gone. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

typedef struct TidQueue {
        pid_t *tids; /* owned: free() it */
        size_t count, capacity;
} TidQueue;

/* At the end. 0 or -ENOMEM. */
int tid_queue_add(TidQueue *queue, pid_t tid);
/* Takes `count` of them out, from the place `from` on. */
void tid_queue_remove(TidQueue *queue, size_t from, size_t count);
