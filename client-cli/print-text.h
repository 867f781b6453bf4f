/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Text for a person's terminal. What came from a program is escaped: it cannot move the cursor,
 * turn the writing direction or paint a prompt of its own.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/text.h"

/* Whether a code point acts on the terminal, or on how others are shown, instead of being shown. */
bool code_point_is_harmful(uint32_t code);

/* Appends with harmful characters and invalid UTF-8 as \n, \x1b, \u202e. */
int text_append_shown(Text *text, const char *string);
/* Owned; NULL when there is no memory. */
char *text_shown(const char *string);
/* Appends a line of JSON with harmful characters as JSON escapes. */
int text_append_json_shown(Text *text, const char *line);
/* Appends a list of words as a shell would take them. */
int text_append_quoted(Text *text, const char *word);

/* How many columns of a terminal it takes. */
unsigned text_columns(const char *string);
/* Cuts it (in place, room for the ellipsis provided) to at most that many columns. */
char *text_cut(const char *string, unsigned columns);

/* "…" where the locale can show it, "..." elsewhere. */
const char *text_ellipsis(void);

/* The terminal's width: of `stream` when it is one, else $COLUMNS, else 0 for no limit. */
unsigned terminal_columns(FILE *stream);

/* Whether to colour `stream`: a terminal, no NO_COLOR, TERM is not dumb. */
bool terminal_colours(FILE *stream);

typedef enum Colour {
        COLOUR_PLAIN,
        COLOUR_BOLD,
        COLOUR_DIM,
        COLOUR_RED,
        COLOUR_GREEN,
        COLOUR_YELLOW,
        COLOUR_BLUE,
} Colour;

/* The escape sequence, "" when `colours` is false; COLOUR_PLAIN ends any other. */
const char *colour(bool colours, Colour which);

/* 1234567 ns as people read it: "1.2 ms". */
void duration_format(uint64_t nanoseconds, char *ret, size_t size);
