/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ReadMemory, WriteMemory and Inspect, as the link carries them. */
#pragma once

#include <systemd/sd-bus.h>

int peer_read_memory(sd_bus_message *message, void *userdata, sd_bus_error *error);
int peer_write_memory(sd_bus_message *message, void *userdata, sd_bus_error *error);
int peer_inspect(sd_bus_message *message, void *userdata, sd_bus_error *error);
