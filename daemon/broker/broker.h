/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one thing that all of jaild's parts share: its jails, its clients, its loop. */
#pragma once

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "broker/bus-client.h"
#include "broker/jail-table.h"

typedef struct Authorization Authorization; /* authorization.h */
typedef struct UserListener UserListener;   /* user-listener.h */

typedef struct Broker {
        sd_event *event;          /* owned */
        bool is_system;           /* serves the system bus and all users; else its own user */
        char *supervisor_program; /* path, owned */
        JailTable jails;
        BusClient *clients;           /* those that ever called, a list; owned */
        UserAccount *accounts;        /* one for each of their users, and more; a list; owned */
        sd_bus *system_bus;           /* system mode; owned */
        Authorization *authorization; /* system mode; owned */
        UserListener *listener;       /* user mode; owned */
} Broker;

/* "system" or "user". */
const char *broker_mode(const Broker *broker);

/* Clears the way to leave when nothing is left to do: called whenever a client or a jail went. */
void broker_check_idle(Broker *broker);

/* Closes everything; links end, and with them what user mode supervises. */
void broker_release(Broker *broker);

/* CLOCK_MONOTONIC of this turn of the loop. */
uint64_t broker_now(Broker *broker);
