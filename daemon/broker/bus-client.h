/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is at the other end: in user mode a connection, in system mode a unique name on the bus. What
 * the kernel says of him, what he subscribed to, how much he asks for.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "broker/subscriptions.h"
#include "broker/user-account.h"

typedef struct Broker Broker;

typedef struct BusClient {
        struct BusClient *next;
        Broker *broker;
        sd_bus *bus; /* a reference; the connection is ours alone when `name` is NULL */
        char *name;  /* unique name on the system bus, owned */
        sd_bus_track *track;
        uid_t uid;
        UserAccount *account; /* his user's */
        pid_t pid;            /* who connected; 0 when it is not in our pid namespace */
        int pidfd;            /* the same, -1 where the kernel or the bus gives none */
        bool is_outside;      /* he was found outside of every jail once (caller.h) */
        Subscriptions subscriptions;
} BusClient;

/* A connection in user mode; watches for its end. */
int bus_client_new_peer(Broker *broker, sd_bus *bus, int fd, BusClient **ret);

/* The client that sent this message; in system mode made when it is new. -ENOTCONN when it is gone,
 * -EUSERS when the user has too many. */
int bus_client_of_message(Broker *broker, sd_bus_message *message, BusClient **ret);

/* The same without making one; NULL when it is gone. */
BusClient *bus_client_find(const Broker *broker, sd_bus_message *message);

/* Forgets it; in user mode closes its connection. */
void bus_client_free(BusClient *client);

/* Whether the process that opened the connection is still there. */
bool bus_client_is_alive(const BusClient *client);

/* One signal, to clients one by one, and to none that does not read. On connections of their own
 * all of them get the same message, which is made for the first. */
typedef int (*BusFill)(sd_bus_message *signal, void *userdata);
typedef struct BusSignal {
        const char *member;
        BusFill fill; /* appends the arguments */
        void *userdata;
        sd_bus_message *made; /* owned; NULL at first */
} BusSignal;
void bus_client_signal(BusClient *client, BusSignal *signal);
