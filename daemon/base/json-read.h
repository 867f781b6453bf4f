/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Typed values out of a file that a person wrote: what is not of its type is reported with its
 * place, and reading goes on. Whether the file is good is asked of the diagnostics at the end.
 */
#pragma once

#include "base/json-document.h"
#include "base/text.h"

/* Reports at a value, or at its key. Each answers 0 or -ENOMEM. */
#define file_error(diagnostics, value, ...)                                                        \
        diagnostics_add(diagnostics, SEVERITY_ERROR, json_value_spot(value)->line,                 \
                        json_value_spot(value)->column, __VA_ARGS__)
#define file_warning(diagnostics, value, ...)                                                      \
        diagnostics_add(diagnostics, SEVERITY_WARNING, json_value_spot(value)->line,               \
                        json_value_spot(value)->column, __VA_ARGS__)
#define file_key_error(diagnostics, value, ...)                                                    \
        diagnostics_add(diagnostics, SEVERITY_ERROR, json_value_spot(value)->key_line,             \
                        json_value_spot(value)->key_column, __VA_ARGS__)

/* "; did you mean 'x'?" or "". The result is valid until the text is released. */
const char *file_did_you_mean(Text *text, const char *nearest);

/* A key that an object cannot have: says so, with the nearest of `keys` (NULL-ended). */
int file_unknown_key(Diagnostics *diagnostics, JsonValue member, const char *const *keys,
                     const char *where);

/* Takes a string, or reports and leaves *ret NULL. The string belongs to the document. */
int file_read_string(Diagnostics *diagnostics, JsonValue value, const char *what, const char **ret);
int file_read_bool(Diagnostics *diagnostics, JsonValue value, bool *ret);
/* A whole number within [min, max]; *ret is untouched when it is not one. */
int file_read_number(Diagnostics *diagnostics, JsonValue value, const char *what, uint64_t min,
                     uint64_t max, uint64_t *ret);
