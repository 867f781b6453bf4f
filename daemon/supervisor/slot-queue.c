/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/slot-queue.h"

#include <stdlib.h>
#include <string.h>

#include "supervisor/carry-out.h"
#include "supervisor/landing-memory.h"
#include "supervisor/pending-calls.h"

int slot_queue_add(Supervisor *supervisor, Tracee *tracee)
{
        SlotQueue *queue = &supervisor->for_slot;
        OpenCall *call = tracee->call;

        if (queue->count == queue->capacity) {
                size_t capacity = queue->capacity ? 2 * queue->capacity : 64;
                pid_t *tids = reallocarray(queue->tids, capacity, sizeof(*tids));

                if (!tids)
                        return -ENOMEM;
                queue->tids = tids;
                queue->capacity = capacity;
        }
        queue->tids[queue->count++] = tracee_tid(tracee);
        call->waits_for_slot = true;
        if (call->pending)
                pending_call_end(call->pending, false);
        return 0;
}

/* The thread is gone, or its call: nothing is owed to it. */
static bool still_waits(const Tracee *tracee)
{
        return tracee && tracee->call && tracee->call->waits_for_slot;
}

void slot_queue_serve(Supervisor *supervisor)
{
        SlotQueue *queue = &supervisor->for_slot;
        size_t taken = 0, kept = 0, count = queue->count;

        while (taken < count && landing_memory_has_slot(supervisor->landing)) {
                pid_t tid = queue->tids[taken++];
                Tracee *tracee = tracee_table_get(&supervisor->tracees, tid);

                if (!still_waits(tracee))
                        continue;
                if (tracee->injection) { /* it comes back to where it waits */
                        queue->tids[kept++] = tid;
                        continue;
                }
                tracee->call->waits_for_slot = false;
                carry_out_allow(supervisor, tracee);
        }
        if (taken == kept)
                return;
        memmove(queue->tids + kept, queue->tids + taken,
                (queue->count - taken) * sizeof(*queue->tids));
        queue->count -= taken - kept;
}
