/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the daemon answers, as JSON: any D-Bus value becomes the JSON value of the same shape, and
 * the keys of a dictionary of properties (a{sv}) get an underscore for each dash. All of jailctl
 * works on these.
 */
#pragma once

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <systemd/sd-bus.h>

static inline void json_freep(cJSON **value)
{
        cJSON_Delete(*value);
}
#define _cleanup_json_ __attribute__((cleanup(json_freep)))

/* The next complete value of the message. 64-bit numbers beyond a double's 2^53 are kept exactly;
 * bytes (ay) become a string of hexadecimal digits. 0 or negative errno. */
int json_from_bus(sd_bus_message *message, cJSON **ret);

/* Prints it on one line and flushes, so that a reader at the other end of a pipe has it at once.
 * Control characters and bidirectional marks are printed as \u escapes. */
int json_print_line(const cJSON *value, FILE *stream);

/* ---- reading ---- */

/* The text of a member, "" when it is missing or no string. Borrowed. */
const char *json_string(const cJSON *object, const char *key);
/* 0 when it is missing. Numbers, booleans and exact big numbers. */
uint64_t json_unsigned(const cJSON *object, const char *key);
int64_t json_signed(const cJSON *object, const char *key);
bool json_boolean(const cJSON *object, const char *key);
bool json_has(const cJSON *object, const char *key);
