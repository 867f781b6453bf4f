/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GetStatistics, as the link carries it. */
#pragma once

#include <systemd/sd-bus.h>

int peer_get_statistics(sd_bus_message *message, void *userdata, sd_bus_error *error);
