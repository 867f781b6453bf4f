/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options and facts as they cross the bus: an a{sv} of which some keys are wanted. */
#pragma once

#include <systemd/sd-bus.h>

typedef struct BusEntry {
        const char *key;
        const char *type; /* a basic one */
        void *ret; /* as sd_bus_message_read() takes it; untouched when the key is not there */
} BusEntry;

/* Reads a whole a{sv} and passes over what is not wanted. -ENXIO for a value of another type. A
 * string is the message's. */
int bus_dictionary_read(sd_bus_message *message, const BusEntry *wanted, size_t count);
