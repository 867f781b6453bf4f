/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/bus-dictionary.h"

#include "base/text.h"

static int read_value(sd_bus_message *message, const char *key, const BusEntry *wanted,
                      size_t count)
{
        for (size_t i = 0; i < count; i++)
                if (string_equal(key, wanted[i].key))
                        return sd_bus_message_read(message, "v", wanted[i].type, wanted[i].ret);
        return sd_bus_message_skip(message, "v");
}

int bus_dictionary_read(sd_bus_message *message, const BusEntry *wanted, size_t count)
{
        const char *key;
        int r;

        r = sd_bus_message_enter_container(message, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = sd_bus_message_read(message, "s", &key);
                if (r >= 0)
                        r = read_value(message, key, wanted, count);
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
        }
        return r < 0 ? r : sd_bus_message_exit_container(message);
}
