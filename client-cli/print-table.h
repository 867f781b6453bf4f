/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tables for people: a heading, columns as wide as what is in them, and a last column that is cut
 * where the terminal ends (never when standard output is no terminal).
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "client-cli/print-text.h"

typedef struct Table Table;

/* `headings`: one word a column, separated by '|'; a '>' in front aligns it to the right. */
Table *table_new(const char *headings);
Table *table_free(Table *table);
static inline void table_freep(Table **table)
{
        if (*table)
                table_free(*table);
}
#define _cleanup_table_ __attribute__((cleanup(table_freep)))

/* The next cell of the present row; a full row begins a new one. What came from a program is
 * escaped here. */
void table_add(Table *table, const char *string);
void table_add_format(Table *table, const char *format, ...) _printf_(2, 3);
/* Colours the cell added last. */
void table_colour(Table *table, Colour which);

/* The last column is not cut: a person needs all of it. */
void table_keep_whole(Table *table);
/* Prints it all. 0 or -ENOMEM when a cell could not be kept. */
int table_print(const Table *table, FILE *stream, bool colours);

/* "name  value" lines: for `show`, `inspect`. Escaped; nothing is printed for an empty value. */
void field_print(FILE *stream, bool colours, const char *name, const char *value);
