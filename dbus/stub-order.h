/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How jaild hands a program to a stub that systemd starts for it in a unit (unit-stub.c). Their
 * socket holds the order before the unit is started; the stub answers who it is, and from then on
 * it is a stub's socket like any (stub-protocol.h):
 *
 *   broker → stub   a memfd: what to run
 *   stub → broker   its own pidfd, and the read end of what tells whether the program runs
 *
 * So arguments and environment are no text of a unit file, where systemd would expand and limit
 * them.
 */
#pragma once

#include "dbus/start-program.h"

typedef struct StubOrder {
        char *text;            /* all strings, one after the other; owned */
        char **argv;           /* NULL-ended; owned list */
        char **environment;    /* NULL-ended, to be added to what the unit has; owned list */
        const char *directory; /* NULL to stay */
} StubOrder;

/* Puts the order into the socket; argv, environment and directory are used. Negative errno. */
int stub_order_send(int socket, const ProgramStart *start);
/* -EBADMSG when it is no order. */
int stub_order_receive(int socket, StubOrder *ret);
void stub_order_release(StubOrder *order);

int stub_hello_send(int socket, int pidfd, int status);
/* Fills pidfd and exec_status; -EBADMSG when it is no answer, -ECONNRESET when there is nobody. */
int stub_hello_receive(int socket, ProgramStub *stub);
