/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The connection to the daemon: the system service when it is there and may be used, else
 * `jaild --user` over its private socket. Reconnects by itself when the daemon goes away.
 *
 * Signal "changed": the state is another one. After READY the proxy is a new one.
 */
#pragma once

#include <gio/gio.h>

#include "seccomp-jail-proxy.h"

typedef enum DaemonState {
        DAEMON_CONNECTING,
        DAEMON_READY,
        DAEMON_LOST, /* daemon_connection_problem() says why; another try follows by itself */
} DaemonState;

/* Arguments of every generated call: a person may be asked for a password meanwhile. */
#define DAEMON_CALL G_DBUS_CALL_FLAGS_ALLOW_INTERACTIVE_AUTHORIZATION, G_MAXINT

#define DAEMON_TYPE_CONNECTION (daemon_connection_get_type())
G_DECLARE_FINAL_TYPE(DaemonConnection, daemon_connection, DAEMON, CONNECTION, GObject)

/* choice: "auto", "system" or "user". */
DaemonConnection *daemon_connection_new(const char *choice);
void daemon_connection_choose(DaemonConnection *self, const char *choice);
void daemon_connection_open(DaemonConnection *self);

DaemonState daemon_connection_state(DaemonConnection *self);
/* Borrowed; NULL until the first time it was READY, then always a proxy, maybe a dead one. */
SeccompJail *daemon_connection_proxy(DaemonConnection *self);
/* "system" or "user". */
const char *daemon_connection_mode(DaemonConnection *self);
const char *daemon_connection_problem(DaemonConnection *self);
