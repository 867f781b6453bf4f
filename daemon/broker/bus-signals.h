/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is told about a jail, and to whom: to subscribers who own it, one by one. */
#pragma once

#include <systemd/sd-bus.h>

#include "broker/jail.h"

typedef struct Broker Broker;

/* A signal of a supervisor's, checked and handed on. False when it makes no sense. */
bool bus_signals_relay(Broker *broker, Jail *jail, sd_bus_message *message);

/* The jail runs now. */
void bus_signals_started(Broker *broker, Jail *jail);

/* Its supervisor is dead: when the jail had not ended before, it has now, and its pending calls are
 * gone. */
void bus_signals_supervisor_gone(Broker *broker, Jail *jail);

/* The dictionary of ListJails, as far as the broker knows it. */
int bus_append_jail(sd_bus_message *message, const Broker *broker, const Jail *jail);
