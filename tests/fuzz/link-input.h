/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, texts and dictionaries out of the bytes of an input, for targets that make messages of
 * them. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <systemd/sd-bus.h>

typedef struct Input {
        const uint8_t *at, *end;
} Input;

static inline uint8_t take(Input *input)
{
        return input->at < input->end ? *input->at++ : 0;
}

static inline uint64_t take_number(Input *input)
{
        uint64_t number = 0;
        unsigned length = take(input) % 9;

        while (length-- > 0)
                number = number << 8 | take(input);
        return number;
}

/* Owned; without what D-Bus does not carry. */
static inline char *take_text(Input *input)
{
        size_t length = take(input);
        char *text = calloc(1, length + 1);

        for (size_t i = 0; text && i < length; i++)
                text[i] = (char) (take(input) % 126 + 1);
        return text;
}

/* What the keys of a dictionary are picked from, and what makes a value. */
typedef struct DictionaryKind {
        const char *const *keys;
        size_t key_count;
        int (*add_value)(sd_bus_message *message, Input *input);
} DictionaryKind;

static inline int add_entry(sd_bus_message *message, const DictionaryKind *kind, Input *input)
{
        int r = sd_bus_message_open_container(message, 'e', "sv");

        if (r >= 0)
                r = sd_bus_message_append(message, "s", kind->keys[take(input) % kind->key_count]);
        if (r >= 0)
                r = kind->add_value(message, input);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static inline int add_dictionary(sd_bus_message *message, const DictionaryKind *kind, Input *input)
{
        int r = sd_bus_message_open_container(message, 'a', "{sv}");

        for (unsigned count = take(input) % 8; r >= 0 && count > 0; count--)
                r = add_entry(message, kind, input);
        return r < 0 ? r : sd_bus_message_close_container(message);
}
