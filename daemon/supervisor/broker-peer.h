/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor's end of the link (daemon/link/README.md): serves its methods, sends its signals.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "supervisor/supervisor.h"

/* Messages that are kept back, until the threads go on that they are about. */
#define PEER_LATER_MAX 32

typedef struct BrokerPeer {
        int control;               /* owned; links come over it */
        sd_event_source *offers;   /* on control; NULL once that ended */
        sd_event_source *patience; /* while no broker is there */
        bool abandoned;            /* no broker will come back */
        sd_bus *bus;               /* the link; NULL while no broker is there */
        Supervisor *supervisor;
        sd_bus_message *start; /* the Start call that waits for its answer; NULL before and after */
        sd_bus_message *stop;  /* likewise Stop */
        bool failed;           /* Start was answered with an error */
        sd_bus_message *later[PEER_LATER_MAX]; /* signals and answers that are kept back */
        unsigned later_count;
} BrokerPeer;

/* Takes the control socket over and serves on `event` the links that come. */
int broker_peer_open(BrokerPeer *peer, int control, sd_event *event);
/* Waits until the broker knows how the jail ended, then closes. */
void broker_peer_close(BrokerPeer *peer);

/* Waits until Start has been called and its program is seized. -ECANCELED when the link ended first
 * or Start failed. */
int broker_peer_wait_start(BrokerPeer *peer, sd_event *event);

/* peer-methods.c: everything but Start, AddLauncher, Stop and the events. */
extern const sd_bus_vtable peer_vtable[];
int peer_start(sd_bus_message *message, void *userdata, sd_bus_error *error);
int peer_add_launcher(sd_bus_message *message, void *userdata, sd_bus_error *error);
int peer_stop(sd_bus_message *message, void *userdata, sd_bus_error *error);

/* Sends the answer to a change of the rules, which it takes over, when they hold everywhere. 1 or a
 * negative errno; `r` < 0 is forwarded. */
int peer_send_when_tight(BrokerPeer *peer, sd_bus_message *reply, int r);

/* A negative errno with its sentence as the public error. */
int peer_error(sd_bus_error *error, int r, const Problem *problem);
