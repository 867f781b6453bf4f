/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket of a supervisor: its descriptor 3, over which brokers hand it links. sd-bus
 * cannot rejoin a connection whose handshake is over, so a broker that follows another offers a
 * fresh one. The broker's end outlives the broker in the service manager's descriptor store; its
 * end of file says that nobody will ever come back.
 */
#pragma once

/* Both ends close on exec and do not block; [0] is the broker's. */
int link_control_pair(int ret[2]);

/* The broker's: makes a link, sends one end, answers the other, owned. -EPIPE when the supervisor
 * is gone. */
int link_control_offer(int control, int *ret_link);

/* The supervisor's: 1 and an owned link; 0 at the end of file; -EAGAIN when nothing was offered. */
int link_control_accept(int control, int *ret_link);
