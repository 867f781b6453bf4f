/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The strict half of reading JSON: is the text RFC 8259 in UTF-8, and where in it does every value
 * stand. cJSON knows neither places nor strictness, so this runs first; cJSON then builds the
 * values (json-document.h).
 */
#pragma once

#include "base/diagnostics.h"

#define JSON_NESTING_MAX 32

typedef struct JsonSpot {
        unsigned line, column;         /* of the value, 1-based, column in characters */
        unsigned key_line, key_column; /* of the key in front of it, 0 when it has none */
        size_t offset, end;            /* the value's bytes in the text */
        size_t next;                   /* the spot that follows this value and all inside it */
} JsonSpot;

/* In the order of the text, a container before what it contains. */
typedef struct JsonSpots {
        JsonSpot *list;
        size_t count, capacity;
} JsonSpots;

void json_spots_release(JsonSpots *spots);

/* Fills `spots`. Mistakes that leave no doubt of what was meant (a trailing comma, a comment) are
 * reported and painted over with blanks in `text`, so that the rest can be checked as well. 0,
 * -EINVAL after a mistake past which nothing can be read, -ENOMEM. */
int json_scan(char *text, size_t size, JsonSpots *spots, Diagnostics *diagnostics);
