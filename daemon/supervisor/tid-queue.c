/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/tid-queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY 16

int tid_queue_add(TidQueue *queue, pid_t tid)
{
        if (queue->count == queue->capacity) {
                size_t capacity = queue->capacity ? 2 * queue->capacity : FIRST_CAPACITY;
                pid_t *tids = reallocarray(queue->tids, capacity, sizeof(*tids));

                if (!tids)
                        return -ENOMEM;
                queue->tids = tids;
                queue->capacity = capacity;
        }
        queue->tids[queue->count++] = tid;
        return 0;
}

void tid_queue_remove(TidQueue *queue, size_t from, size_t count)
{
        memmove(queue->tids + from, queue->tids + from + count,
                (queue->count - from - count) * sizeof(*queue->tids));
        queue->count -= count;
}
