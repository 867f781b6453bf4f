/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one door to every method. Who calls, how often, from inside a jail or not, which jail is
 * meant, whose it is, what polkit says: all of it is decided here, from a table, before a handler
 * runs. What the table does not name is denied.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "broker/broker.h"

/* Which jail a method is about. */
typedef enum GateTarget {
        GATE_NO_JAIL,
        GATE_JAIL,          /* t, its number */
        GATE_JAIL_OR_OWN,   /* t, 0 for all of the caller's */
        GATE_CALL,          /* t, a pending call's id */
        GATE_PROCESS,       /* i, a traced process or thread */
        GATE_REQUEST,       /* a{sv} with "id" t or "pid" i */
        GATE_LIST_OPTIONS,  /* a{sv}; with "all" true it is about other users' jails too */
        GATE_TRACE_OPTIONS, /* a{sv}; with "service" true the program is another user's */
} GateTarget;

typedef enum GateFlags {
        GATE_OUTSIDERS = 1, /* refused to a caller that is in a jail himself */
        GATE_ENDED = 2,     /* works on a jail that has ended, too */
} GateFlags;

typedef struct GateEntry GateEntry;

typedef struct GateCall {
        Broker *broker;
        BusClient *client;
        uint64_t number; /* of the jail that the target says; 0 for none or all */
        Jail *jail;      /* that one; NULL when it is not there */
        bool others;     /* another user's jail or program, or what may be, or the list is of all */
        const GateEntry *entry;
        sd_bus_message *message;
} GateCall;

/* Replies, or sees to it that somebody will; or a negative errno with *error filled. What it needs
 * later it must keep itself: the GateCall ends with the call. */
typedef int (*GateHandler)(GateCall *call, sd_bus_error *error);

struct GateEntry {
        const char *member;
        const char *in, *out; /* signatures */
        const char *action;   /* polkit's, behind "org.deepin.SeccompJail."; NULL: one's own free */
        GateTarget target;
        GateFlags flags;
        GateHandler handler;
};

/* NULL past the last. */
const GateEntry *bus_gate_entry(size_t index);

/* The handler of every method in the vtable; userdata is the Broker. */
int bus_gate_dispatch(sd_bus_message *message, void *userdata, sd_bus_error *error);
