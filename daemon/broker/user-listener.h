/* SPDX-License-Identifier: GPL-3.0-or-later */
/* User mode's door: the private socket, one daemon behind it, and its leaving when idle. */
#pragma once

#include "base/problem.h"
#include "broker/broker.h"

/* 0 and a listener that serves; 1 when another daemon of this user serves already. */
int user_listener_new(Broker *broker, uint64_t idle_usec, UserListener **ret, Problem *problem);
void user_listener_free(UserListener *listener);

/* Starts or stops the idle clock, as the broker has something to do or not. */
void user_listener_check_idle(UserListener *listener);
