/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A JSON text as values that know their place in it. The only user of cJSON: it turns escapes into
 * bytes and the text into a tree; json-scan.h says before it whether the text is right, and where
 * each value stands. Both walk in the same order, which is how a value finds its spot.
 */
#pragma once

#include <stdint.h>

#include "base/json-scan.h"

struct cJSON;
typedef struct JsonDocument JsonDocument;

typedef struct JsonValue {
        const JsonDocument *document;
        const struct cJSON *node;
        size_t spot;
} JsonValue;

typedef enum JsonType {
        JSON_NULL,
        JSON_BOOL,
        JSON_NUMBER,
        JSON_STRING,
        JSON_LIST,
        JSON_OBJECT,
} JsonType;

/* 0 with a document even when recoverable mistakes and duplicate keys were reported; -EINVAL,
 * -ENOMEM. */
int json_document_parse(const char *text, size_t size, JsonDocument **ret,
                        Diagnostics *diagnostics);
JsonDocument *json_document_free(JsonDocument *document);
DEFINE_CLEANUP(JsonDocument *, json_document_free)

JsonValue json_document_root(const JsonDocument *document);

JsonType json_value_type(JsonValue value);
const char *json_value_type_name(JsonValue value); /* "a number", "a list" … */
const JsonSpot *json_value_spot(JsonValue value);

/* The first element or member; false when there is none. */
bool json_value_first(JsonValue container, JsonValue *ret);
bool json_value_next(JsonValue *value);
bool json_value_member(JsonValue object, const char *key, JsonValue *ret);

const char *json_value_key(JsonValue value);    /* NULL outside an object */
const char *json_value_string(JsonValue value); /* NULL when it is no string */
bool json_value_bool(JsonValue value);
double json_value_double(JsonValue value);

/* A whole number, exactly, from a number or from a string as number.h takes it; a negative one in
 * two's complement with *ret_negative set. -EINVAL, -ERANGE. */
int json_value_integer(JsonValue value, uint64_t *ret, bool *ret_negative);

/* The value's own text with its blanks made regular; owned, NULL on -ENOMEM. */
char *json_value_text(JsonValue value);
