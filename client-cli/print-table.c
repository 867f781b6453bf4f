/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables for people. */
#include "client-cli/print-table.h"

#include <stdarg.h>
#include <string.h>

#define GAP "  "

typedef struct Cell {
        char *text; /* owned, escaped */
        Colour colour;
} Cell;

typedef struct Column {
        char *heading;
        bool right;
        unsigned width;
} Column;

struct Table {
        Column *columns;
        size_t column_count;
        Cell *cells; /* row by row */
        size_t cell_count, cell_capacity;
        bool whole; /* the last column is not cut */
        int error;
};

Table *table_free(Table *table)
{
        for (size_t i = 0; i < table->column_count; i++)
                free(table->columns[i].heading);
        for (size_t i = 0; i < table->cell_count; i++)
                free(table->cells[i].text);
        free(table->columns);
        free(table->cells);
        free(table);
        return NULL;
}

static int table_add_column(Table *table, const char *heading, size_t length)
{
        Column *column = &table->columns[table->column_count];

        column->right = *heading == '>';
        column->heading = strndup(heading + column->right, length - column->right);
        if (!column->heading)
                return -ENOMEM;
        column->width = text_columns(column->heading);
        table->column_count++;
        return 0;
}

Table *table_new(const char *headings)
{
        _cleanup_table_ Table *table = calloc(1, sizeof(*table));
        size_t count = 1;

        if (!table)
                return NULL;
        for (const char *c = headings; *c; c++)
                count += *c == '|';
        table->columns = calloc(count, sizeof(*table->columns));
        if (!table->columns)
                return NULL;
        for (size_t i = 0; i < count; i++) {
                size_t length = strcspn(headings, "|");

                if (table_add_column(table, headings, length) < 0)
                        return NULL;
                headings += length + (headings[length] == '|');
        }
        return TAKE_PTR(table);
}

static int table_reserve(Table *table)
{
        size_t capacity = table->cell_capacity ? 2 * table->cell_capacity : 64;
        Cell *cells;

        if (table->cell_count < table->cell_capacity)
                return 0;
        cells = reallocarray(table->cells, capacity, sizeof(*cells));
        if (!cells)
                return -ENOMEM;
        table->cells = cells;
        table->cell_capacity = capacity;
        return 0;
}

void table_add(Table *table, const char *string)
{
        Column *column;
        unsigned width;
        char *shown;

        if (!table || table->error < 0)
                return;
        shown = text_shown(string);
        if (!shown || table_reserve(table) < 0) {
                free(shown);
                table->error = -ENOMEM;
                return;
        }
        column = &table->columns[table->cell_count % table->column_count];
        width = text_columns(shown);
        if (width > column->width)
                column->width = width;
        table->cells[table->cell_count++] = (Cell){.text = shown};
}

void table_add_format(Table *table, const char *format, ...)
{
        _cleanup_text_ Text text = TEXT_INIT;
        va_list arguments;

        va_start(arguments, format);
        text_append_format_v(&text, format, arguments);
        va_end(arguments);
        table_add(table, text_get(&text));
}

void table_colour(Table *table, Colour which)
{
        if (table && table->error == 0 && table->cell_count > 0)
                table->cells[table->cell_count - 1].colour = which;
}

static void print_cell(const Column *column, const char *text, bool last, unsigned room,
                       FILE *stream, const char *begin, const char *end)
{
        _cleanup_free_ char *cut = last && room ? text_cut(text, room) : NULL;
        unsigned width;

        text = cut ? cut : text;
        width = text_columns(text);
        if (column->right && width < column->width)
                fprintf(stream, "%*s", (int) (column->width - width), "");
        fprintf(stream, "%s%s%s", begin, text, end);
        if (!column->right && !last && width < column->width)
                fprintf(stream, "%*s", (int) (column->width - width), "");
}

void table_keep_whole(Table *table)
{
        if (table)
                table->whole = true;
}

int table_print(const Table *table, FILE *stream, bool colours)
{
        unsigned columns, used = 0, room = 0;

        if (!table || table->error < 0)
                return -ENOMEM;
        columns = terminal_columns(stream);
        for (size_t i = 0; i + 1 < table->column_count; i++)
                used += table->columns[i].width + strlen(GAP);
        /* Too narrow for a last column of any use: let the terminal wrap. */
        if (columns > used + 10 && !table->whole)
                room = columns - used;
        for (size_t i = 0; i < table->column_count; i++) {
                fputs(i ? GAP : "", stream);
                print_cell(&table->columns[i], table->columns[i].heading,
                           i + 1 == table->column_count, room, stream, colour(colours, COLOUR_BOLD),
                           colour(colours, COLOUR_PLAIN));
        }
        fputc('\n', stream);
        for (size_t i = 0; i < table->cell_count; i++) {
                size_t column = i % table->column_count;
                bool coloured = colours && table->cells[i].colour != COLOUR_PLAIN;

                fputs(column ? GAP : "", stream);
                print_cell(&table->columns[column], table->cells[i].text,
                           column + 1 == table->column_count, room, stream,
                           colour(coloured, table->cells[i].colour),
                           colour(coloured, COLOUR_PLAIN));
                if (column + 1 == table->column_count)
                        fputc('\n', stream);
        }
        return 0;
}

void field_print(FILE *stream, bool colours, const char *name, const char *value)
{
        _cleanup_free_ char *shown = text_shown(value);
        unsigned width = text_columns(name);

        if (!shown || !*shown)
                return;
        fprintf(stream, "%*s%s%s%s  %s\n", width < 12 ? (int) (12 - width) : 0, "",
                colour(colours, COLOUR_BOLD), name, colour(colours, COLOUR_PLAIN), shown);
}
