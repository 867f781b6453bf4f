/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What polkit is asked about a call, in words that the person who types a password understands. */
#pragma once

#include "broker/authorization.h"
#include "broker/bus-gate.h"
#include "broker/trace-options.h"

/* Reads what a call that makes a jail is about out of its message: a wrong one is refused before
 * anybody is asked. The question borrows from the call and from `options`. */
int bus_question_make(GateCall *call, const char *action, TraceOptions *options,
                      AuthorizationQuestion *ret, sd_bus_error *error);
