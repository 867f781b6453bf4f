/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program that no client started: systemd starts a waiting stub as the user in a transient unit,
 * with a cgroup of its own and its output in the journal (dbus/stub-order.h). Root execs nothing on
 * a user's behalf, and the program has nothing of jaild's.
 */
#pragma once

#include "base/problem.h"
#include "broker/broker.h"
#include "dbus/start-program.h"

typedef struct TransientUnit TransientUnit;

/* The stub waits (owned from now on; its pid is not our child), or `problem` says why there is
 * none. Frees the unit's record itself before. */
typedef void (*TransientUnitAnswer)(ProgramStub *stub, const Problem *problem, void *userdata);

/* The unit is called after the jail. `answer` is called once, later, if this answers 0. */
int transient_unit_start(Broker *broker, uint64_t jail, uid_t uid, const ProgramStart *start,
                         TransientUnitAnswer answer, void *userdata, Problem *problem);
