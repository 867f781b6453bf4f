/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where opening is judged by path, calls that give files other names, and those that take
 * directories away, run one at a time in a jail: from its judgement to its exit no other one can
 * exchange a directory under it. The others wait at their seccomp stop and are judged when it is
 * their turn.
 */
#pragma once

#include "supervisor/supervisor.h"

/* Who has the turn, and who waits for it. */
typedef struct NameTurn {
        pid_t holder; /* tid; 0 for nobody */
        TidQueue waiting;
        sd_event_source *wake; /* the next one's turn has come */
} NameTurn;

int name_turn_new(Supervisor *supervisor, NameTurn **ret);
NameTurn *name_turn_free(NameTurn *turn);

bool name_turn_is_of(const Supervisor *supervisor, const Tracee *tracee);

/* 1: it is the tracee's, until it leaves it; 0: the tracee waits, and decision_at_entry() is called
 * once it is, or carry_out_allow() when its call is open; -ENOMEM. */
int name_turn_take(Supervisor *supervisor, Tracee *tracee);

/* The tracee's call is over, or it waits for something else. Nothing when the turn is another's. */
void name_turn_leave(Supervisor *supervisor, pid_t tid);
