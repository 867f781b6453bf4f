/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/name-turn.h"

#include <stdlib.h>

#include "supervisor/carry-out.h"
#include "supervisor/decision.h"
#include "supervisor/put-off.h"

/* The first that still waits; NULL when none does. */
static Tracee *take_first(Supervisor *supervisor)
{
        TidQueue *waiting = &supervisor->name_turn->waiting;

        while (waiting->count > 0) {
                Tracee *tracee = tracee_table_get(&supervisor->tracees, waiting->tids[0]);

                tid_queue_remove(waiting, 0, 1);
                if (tracee && tracee->awaits_turn) {
                        tracee->awaits_turn = false;
                        return tracee;
                }
        }
        return NULL;
}

static int on_free(sd_event_source *source, void *userdata)
{
        Supervisor *supervisor = userdata;
        Tracee *tracee;

        (void) source;
        while (!supervisor->name_turn->holder && (tracee = take_first(supervisor))) {
                supervisor->name_turn->holder = tracee_tid(tracee);
                if (tracee->call)
                        carry_out_allow(supervisor, tracee);
                else
                        decision_at_entry(supervisor, tracee);
        }
        return 0;
}

int name_turn_new(Supervisor *supervisor, NameTurn **ret)
{
        NameTurn *turn = calloc(1, sizeof(*turn));
        int r = turn ? sd_event_add_defer(supervisor->event, &turn->wake, on_free, supervisor)
                     : -ENOMEM;

        if (r >= 0)
                r = sd_event_source_set_enabled(turn->wake, SD_EVENT_OFF);
        if (r < 0) {
                name_turn_free(turn);
                return r;
        }
        *ret = turn;
        return 0;
}

NameTurn *name_turn_free(NameTurn *turn)
{
        if (!turn)
                return NULL;
        sd_event_source_disable_unref(turn->wake);
        free(turn->waiting.tids);
        free(turn);
        return NULL;
}

bool name_turn_is_of(const Supervisor *supervisor, const Tracee *tracee)
{
        return supervisor->name_turn->holder == tracee_tid(tracee);
}

static int wait_for_it(Supervisor *supervisor, Tracee *tracee)
{
        if (!tracee->call && !put_off_begin(supervisor, tracee))
                return -ENOMEM;
        if (tid_queue_add(&supervisor->name_turn->waiting, tracee_tid(tracee)) < 0)
                return -ENOMEM;
        tracee->awaits_turn = true;
        tracee->state = TRACEE_DELAYED;
        return 0;
}

int name_turn_take(Supervisor *supervisor, Tracee *tracee)
{
        NameTurn *turn = supervisor->name_turn;

        if (turn->holder == tracee_tid(tracee))
                return 1;
        if (turn->holder || turn->waiting.count > 0) /* nobody pushes in */
                return wait_for_it(supervisor, tracee);
        turn->holder = tracee_tid(tracee);
        return 1;
}

void name_turn_leave(Supervisor *supervisor, pid_t tid)
{
        NameTurn *turn = supervisor->name_turn;

        if (turn->holder != tid)
                return;
        turn->holder = 0;
        if (turn->waiting.count == 0)
                return;
        (void) sd_event_source_set_enabled(turn->wake, SD_EVENT_ONESHOT);
        supervisor_touch(supervisor);
}
