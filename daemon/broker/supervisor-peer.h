/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The broker's end of a link. It trusts nothing that comes in: the supervisor runs as the user and
 * reads hostile memory.
 */
#pragma once

#include <systemd/sd-bus.h>

#include "broker/jail.h"
#include "broker/supervisor-process.h"

typedef struct Broker Broker;

/* Takes the process over; on failure it is killed. The peer lives until both the link and the
 * process have ended, and sees to the jail's end then. */
int supervisor_peer_new(Broker *broker, Jail *jail, SupervisorProcess *process);

/* A call on the link with the asker's uid as its first argument. */
int supervisor_peer_method(SupervisorPeer *peer, const char *member, uid_t asker,
                           sd_bus_message **ret);
/* Sends it; `handler` is called exactly once, with the answer or an error. */
int supervisor_peer_call(SupervisorPeer *peer, sd_bus_message *message,
                         sd_bus_message_handler_t handler, void *userdata, uint64_t usec);

/* Kills the process: its jail dies with it. */
void supervisor_peer_kill(SupervisorPeer *peer);

/* For the daemon's end: closes the link and forgets. */
void supervisor_peer_free(SupervisorPeer *peer);
