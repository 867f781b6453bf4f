/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json-scan.h"

#include <string.h>

#include "base/text.h"

typedef struct Scanner {
        char *text;
        size_t size;
        size_t at;             /* the byte looked at */
        unsigned line, column; /* its place */
        unsigned depth;        /* containers that are open */
        JsonSpots *spots;
        Diagnostics *diagnostics;
} Scanner;

static int scan_value(Scanner *scanner, unsigned key_line, unsigned key_column);

void json_spots_release(JsonSpots *spots)
{
        free(spots->list);
        *spots = (JsonSpots){0};
}

static int peek(const Scanner *scanner)
{
        return scanner->at < scanner->size ? (unsigned char) scanner->text[scanner->at] : EOF;
}

static void step(Scanner *scanner)
{
        unsigned char c = (unsigned char) scanner->text[scanner->at++];

        if (c == '\n') {
                scanner->line++;
                scanner->column = 1;
        } else if ((c & 0xc0) != 0x80)
                scanner->column++;
}

/* Reports at the present place; for mistakes that end the reading. */
#define scan_fail(scanner, ...)                                                                    \
        (diagnostics_add((scanner)->diagnostics, SEVERITY_ERROR, (scanner)->line,                  \
                         (scanner)->column, __VA_ARGS__) < 0                                       \
                 ? -ENOMEM                                                                         \
                 : -EINVAL)

static int fail_unexpected(Scanner *scanner, const char *wanted)
{
        uint32_t code = 0;
        int c = peek(scanner);

        if (c == EOF)
                return scan_fail(scanner, "the file ends here; %s is missing", wanted);
        if (c == '\'')
                return scan_fail(scanner, "%s is wanted here; strings stand in double quotes",
                                 wanted);
        utf8_decode(scanner->text + scanner->at, scanner->size - scanner->at, &code);
        if (code < 0x20 || code == 0x7f)
                return scan_fail(scanner, "%s is wanted here, not the control character U+%04X",
                                 wanted, code);
        if (code > 0x7e)
                return scan_fail(scanner, "%s is wanted here, not the character U+%04X", wanted,
                                 code);
        return scan_fail(scanner, "%s is wanted here, not '%c'", wanted, (int) code);
}

static void paint_over(Scanner *scanner, size_t from, size_t to)
{
        for (size_t i = from; i < to; i++)
                if (scanner->text[i] != '\n')
                        scanner->text[i] = ' ';
}

static void skip_comment(Scanner *scanner)
{
        bool block = scanner->text[scanner->at + 1] == '*';
        size_t from = scanner->at;

        diagnostics_add(scanner->diagnostics, SEVERITY_ERROR, scanner->line, scanner->column,
                        "JSON has no comments; write \"comment\": \"...\" in the rule");
        step(scanner);
        step(scanner);
        while (scanner->at < scanner->size) {
                if (!block && peek(scanner) == '\n')
                        break;
                if (block && scanner->text[scanner->at - 1] == '*' && peek(scanner) == '/' &&
                    scanner->at > from + 2) {
                        step(scanner);
                        break;
                }
                step(scanner);
        }
        paint_over(scanner, from, scanner->at);
}

static void skip_blanks(Scanner *scanner)
{
        while (scanner->at < scanner->size) {
                char c = scanner->text[scanner->at];
                char following =
                        scanner->at + 1 < scanner->size ? scanner->text[scanner->at + 1] : 0;

                if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
                        step(scanner);
                else if (c == '/' && (following == '/' || following == '*'))
                        skip_comment(scanner);
                else
                        return;
        }
}

static int spot_begin(Scanner *scanner, unsigned key_line, unsigned key_column, size_t *ret)
{
        JsonSpots *spots = scanner->spots;

        if (spots->count == spots->capacity) {
                size_t capacity = spots->capacity ? 2 * spots->capacity : 64;
                JsonSpot *list = reallocarray(spots->list, capacity, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                spots->list = list;
                spots->capacity = capacity;
        }
        spots->list[spots->count] = (JsonSpot){.line = scanner->line,
                                               .column = scanner->column,
                                               .key_line = key_line,
                                               .key_column = key_column,
                                               .offset = scanner->at};
        *ret = spots->count++;
        return 0;
}

/* The four digits after "\u" at the present place; 0x10000 when there are none. */
static uint32_t hex_unit(const Scanner *scanner)
{
        uint32_t unit = 0;

        for (size_t i = 0; i < 4; i++) {
                char c = scanner->at + i < scanner->size ? scanner->text[scanner->at + i] : 0;

                if (c >= '0' && c <= '9')
                        unit = unit << 4 | (uint32_t) (c - '0');
                else if ((c | 32) >= 'a' && (c | 32) <= 'f')
                        unit = unit << 4 | (uint32_t) ((c | 32) - 'a' + 10);
                else
                        return 0x10000;
        }
        return unit;
}

static int scan_unicode_escape(Scanner *scanner)
{
        uint32_t unit = hex_unit(scanner);

        if (unit == 0x10000)
                return scan_fail(scanner, "\\u needs four hexadecimal digits");
        if (unit == 0)
                return scan_fail(scanner, "\\u0000 cannot stand in a string of a rule file");
        if (unit >= 0xdc00 && unit <= 0xdfff)
                return scan_fail(scanner, "\\u%04x is half a character without its first half",
                                 unit);
        scanner->at += 4;
        scanner->column += 4;
        if (unit < 0xd800 || unit > 0xdbff)
                return 0;

        if (peek(scanner) == '\\' && scanner->at + 1 < scanner->size &&
            scanner->text[scanner->at + 1] == 'u') {
                scanner->at += 2;
                scanner->column += 2;
                unit = hex_unit(scanner);
                if (unit >= 0xdc00 && unit <= 0xdfff) {
                        scanner->at += 4;
                        scanner->column += 4;
                        return 0;
                }
        }
        return scan_fail(scanner, "half a character: \\ud800 to \\udbff need \\udc00 to \\udfff "
                                  "behind them");
}

static int scan_escape(Scanner *scanner)
{
        int c;

        step(scanner);
        c = peek(scanner);
        if (c == EOF)
                return scan_fail(scanner, "the file ends inside a string");
        if (!strchr("\"\\/bfnrtu", c))
                return scan_fail(scanner, "no such escape; a backslash is written \\\\");
        step(scanner);
        return c == 'u' ? scan_unicode_escape(scanner) : 0;
}

static int scan_string(Scanner *scanner)
{
        unsigned line = scanner->line, column = scanner->column;
        int r;

        step(scanner);
        for (;;) {
                int c = peek(scanner);

                if (c == '"')
                        break;
                if (c == EOF || c == '\n') {
                        scanner->line = line;
                        scanner->column = column;
                        return scan_fail(scanner, "this string has no closing quotation mark");
                }
                if (c < 0x20)
                        return scan_fail(scanner,
                                         "a control character in a string is written \\u%04x", c);
                if (c == '\\') {
                        r = scan_escape(scanner);
                        if (r < 0)
                                return r;
                } else
                        step(scanner);
        }
        step(scanner);
        return 0;
}

static unsigned skip_digits(Scanner *scanner)
{
        unsigned count = 0;

        for (; peek(scanner) >= '0' && peek(scanner) <= '9'; count++)
                step(scanner);
        return count;
}

static int scan_number(Scanner *scanner)
{
        bool zero;

        if (peek(scanner) == '-')
                step(scanner);
        zero = peek(scanner) == '0';
        if (zero && scanner->at + 1 < scanner->size && (scanner->text[scanner->at + 1] | 32) == 'x')
                return scan_fail(scanner, "JSON numbers are decimal; write a hexadecimal one as a "
                                          "string: \"0x...\"");
        switch (skip_digits(scanner)) {
        case 0:
                return fail_unexpected(scanner, "a digit");
        case 1:
                break;
        default:
                if (zero)
                        return scan_fail(scanner, "a number does not begin with 0; write an octal "
                                                  "one as a string: \"0755\"");
        }
        if (peek(scanner) == '.') {
                step(scanner);
                if (skip_digits(scanner) == 0)
                        return fail_unexpected(scanner, "a digit");
        }
        if ((peek(scanner) | 32) == 'e') {
                step(scanner);
                if (peek(scanner) == '+' || peek(scanner) == '-')
                        step(scanner);
                if (skip_digits(scanner) == 0)
                        return fail_unexpected(scanner, "a digit");
        }
        return 0;
}

static int scan_word(Scanner *scanner)
{
        static const char *const words[] = {"true", "false", "null"};

        for (size_t i = 0; i < ELEMENTS_OF(words); i++) {
                size_t length = strlen(words[i]);

                if (scanner->size - scanner->at < length ||
                    memcmp(scanner->text + scanner->at, words[i], length) != 0)
                        continue;
                scanner->at += length;
                scanner->column += (unsigned) length;
                return 0;
        }
        return fail_unexpected(scanner, "a value");
}

/* After an element: true when another follows. A comma with nothing behind it is painted over. */
static int scan_separator(Scanner *scanner, char closing, bool *ret_more)
{
        unsigned line, column;
        size_t comma;

        skip_blanks(scanner);
        *ret_more = false;
        if (peek(scanner) == closing)
                return 0;
        if (peek(scanner) != ',')
                return fail_unexpected(scanner, closing == '}' ? "',' or '}'" : "',' or ']'");
        line = scanner->line;
        column = scanner->column;
        comma = scanner->at;
        step(scanner);
        skip_blanks(scanner);
        *ret_more = peek(scanner) != closing;
        if (*ret_more)
                return 0;
        paint_over(scanner, comma, comma + 1);
        return diagnostics_add(scanner->diagnostics, SEVERITY_ERROR, line, column,
                               "trailing comma; nothing follows it, remove it");
}

static int scan_member(Scanner *scanner)
{
        unsigned line = scanner->line, column = scanner->column;
        int r;

        if (peek(scanner) != '"')
                return fail_unexpected(scanner, "a key in double quotes");
        r = scan_string(scanner);
        if (r < 0)
                return r;
        skip_blanks(scanner);
        if (peek(scanner) != ':')
                return fail_unexpected(scanner, "':'");
        step(scanner);
        skip_blanks(scanner);
        return scan_value(scanner, line, column);
}

static int scan_container(Scanner *scanner, char closing)
{
        bool more;
        int r;

        if (scanner->depth >= JSON_NESTING_MAX)
                return scan_fail(scanner, "nested more than %d deep; no rule needs that",
                                 JSON_NESTING_MAX);
        scanner->depth++;
        step(scanner);
        skip_blanks(scanner);
        more = peek(scanner) != closing;
        while (more) {
                skip_blanks(scanner);
                r = closing == '}' ? scan_member(scanner) : scan_value(scanner, 0, 0);
                if (r >= 0)
                        r = scan_separator(scanner, closing, &more);
                if (r < 0)
                        return r;
        }
        step(scanner);
        scanner->depth--;
        return 0;
}

static int scan_value(Scanner *scanner, unsigned key_line, unsigned key_column)
{
        size_t spot;
        int c, r;

        skip_blanks(scanner);
        r = spot_begin(scanner, key_line, key_column, &spot);
        if (r < 0)
                return r;
        c = peek(scanner);
        if (c == '{')
                r = scan_container(scanner, '}');
        else if (c == '[')
                r = scan_container(scanner, ']');
        else if (c == '"')
                r = scan_string(scanner);
        else if (c == '-' || (c >= '0' && c <= '9'))
                r = scan_number(scanner);
        else
                r = scan_word(scanner);
        if (r < 0)
                return r;
        scanner->spots->list[spot].end = scanner->at;
        scanner->spots->list[spot].next = scanner->spots->count;
        return 0;
}

static int check_utf8(Scanner *scanner)
{
        Scanner walk = *scanner;
        uint32_t code;

        while (walk.at < walk.size) {
                unsigned size = utf8_decode(walk.text + walk.at, walk.size - walk.at, &code);

                if (size == 0)
                        return scan_fail(&walk, "byte 0x%02x is not UTF-8; save the file as UTF-8",
                                         (unsigned char) walk.text[walk.at]);
                for (unsigned i = 0; i < size; i++)
                        step(&walk);
        }
        return 0;
}

int json_scan(char *text, size_t size, JsonSpots *spots, Diagnostics *diagnostics)
{
        Scanner scanner = {.text = text,
                           .size = size,
                           .line = 1,
                           .column = 1,
                           .spots = spots,
                           .diagnostics = diagnostics};
        int r;

        if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
                scanner.at = 3;
        r = check_utf8(&scanner);
        if (r < 0)
                return r;
        skip_blanks(&scanner);
        if (scanner.at >= size)
                return scan_fail(&scanner, "the file is empty; the least is {\"seccomp-jail\": 1, "
                                           "\"default\": \"notify\"}");
        r = scan_value(&scanner, 0, 0);
        if (r < 0)
                return r;
        skip_blanks(&scanner);
        if (scanner.at < size)
                return scan_fail(&scanner, "the file goes on after its end; one object is wanted");
        return 0;
}
