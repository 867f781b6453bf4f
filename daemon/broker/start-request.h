/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How jaild, which can only talk, has a supervisor started that can do all that its user can. A
 * fork of jaild would inherit its walls: system-call filters, mounts, no new privileges; the
 * scripts of rules run beneath a supervisor, and the user's files are its log. So systemd starts
 * jail-supervisor-start for each connection to a socket that is root's alone; one message tells it
 * what to become.
 */
#pragma once

#include "base/problem.h"
#include "broker/child.h"

/* jaild's: asks, and waits for nothing. -EAGAIN when systemd does not take connections. */
int start_request_send(const Child *child, int *ret_connection, Problem *problem);
/* jaild's, once child_run() has run: *ret_pidfd, owned, is of the process. An error when systemd
 * has started none. */
int start_request_answer(int connection, int *ret_pidfd);

/* The other end's: reads what it is to become from `connection`, and answers who it is. All that
 * *ret points to is kept in *ret_storage. `program` is left to the caller. */
typedef struct StartStorage {
        Identity identity;
        char **arguments; /* into `message` */
        char *message;
} StartStorage;
int start_request_take(int connection, Child *ret, StartStorage *ret_storage);
