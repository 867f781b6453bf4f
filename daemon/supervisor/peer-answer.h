/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Decide, PreviewRule and Inject, as the link carries them. */
#pragma once

#include <systemd/sd-bus.h>

int peer_decide(sd_bus_message *message, void *userdata, sd_bus_error *error);
int peer_preview_rule(sd_bus_message *message, void *userdata, sd_bus_error *error);
int peer_inject(sd_bus_message *message, void *userdata, sd_bus_error *error);
