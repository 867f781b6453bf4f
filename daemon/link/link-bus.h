/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sd-bus on a link: the same handshake for whoever plays one of its two ends. */
#pragma once

#include <systemd/sd-bus.h>

/* The supervisor is the server of the handshake: sd-bus as a client drops descriptors that arrive
 * before its handshake is over, and Start carries some. */
typedef enum LinkEnd { LINK_BROKER, LINK_SUPERVISOR } LinkEnd;

/* Takes the descriptor over, also on failure. The caller adds what it serves and matches, then
 * calls sd_bus_start(). */
int link_bus_new(int fd, LinkEnd end, sd_bus **ret);
