/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor's end of the link (daemon/link/README.md): serves its methods, sends its signals.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "supervisor/supervisor.h"

typedef struct BrokerPeer {
        sd_bus *bus;
        Supervisor *supervisor;
        sd_bus_message *start; /* the Start call that waits for its answer; NULL before and after */
        sd_bus_message *stop;  /* likewise Stop */
        bool failed;           /* Start was answered with an error */
} BrokerPeer;

/* Takes the link's descriptor over and serves it on `event`. */
int broker_peer_open(BrokerPeer *peer, int fd, sd_event *event);
/* Sends what is queued, then closes. */
void broker_peer_close(BrokerPeer *peer);

/* Waits until Start has been called and its program is seized. -ECANCELED when the link ended first
 * or Start failed. */
int broker_peer_wait_start(BrokerPeer *peer, sd_event *event);

/* peer-methods.c: everything but Start, Stop and the events. */
extern const sd_bus_vtable peer_vtable[];
int peer_start(sd_bus_message *message, void *userdata, sd_bus_error *error);
int peer_stop(sd_bus_message *message, void *userdata, sd_bus_error *error);

/* A negative errno with its sentence as the public error. */
int peer_error(sd_bus_error *error, int r, const Problem *problem);
