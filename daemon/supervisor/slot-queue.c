/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/slot-queue.h"

#include "supervisor/carry-out.h"
#include "supervisor/landing-memory.h"
#include "supervisor/pending-calls.h"

int slot_queue_add(Supervisor *supervisor, Tracee *tracee)
{
        OpenCall *call = tracee->call;

        if (tid_queue_add(&supervisor->for_slot, tracee_tid(tracee)) < 0)
                return -ENOMEM;
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
        TidQueue *queue = &supervisor->for_slot;
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
        if (taken > kept)
                tid_queue_remove(queue, kept, taken - kept);
}
