/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Escaping, width and colour of what a person reads. */
#define _XOPEN_SOURCE 700
#include "client-cli/print-text.h"

#include <inttypes.h>
#include <langinfo.h>
#include <string.h>
#include <sys/ioctl.h>
#include <wchar.h>

#include "base/number.h"

bool code_point_is_harmful(uint32_t code)
{
        static const struct {
                uint32_t first, last;
        } ranges[] = {
                {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},       /* controls, soft hyphen */
                {0x61c, 0x61c},   {0x180e, 0x180e}, {0x200b, 0x200f},   /* marks without width */
                {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff},   /* lines, bidirectional */
                {0xfff9, 0xfffb}, {0xd800, 0xdfff}, {0xe0000, 0xe0fff}, /* annotations, tags */
        };

        for (size_t i = 0; i < ELEMENTS_OF(ranges); i++)
                if (code >= ranges[i].first && code <= ranges[i].last)
                        return true;
        return false;
}

static int append_escape(Text *text, uint32_t code)
{
        switch (code) {
        case '\n':
                return text_append(text, "\\n");
        case '\t':
                return text_append(text, "\\t");
        case '\r':
                return text_append(text, "\\r");
        default:
                return text_append_format(text, code < 0x100 ? "\\x%02x" : "\\u%04x", code);
        }
}

int text_append_shown(Text *text, const char *string)
{
        size_t left = strlen(string);

        while (left > 0) {
                uint32_t code = 0;
                unsigned size = utf8_decode(string, left, &code);

                if (size == 0) {
                        size = 1;
                        append_escape(text, (uint8_t) *string);
                } else if (code_point_is_harmful(code)) {
                        append_escape(text, code);
                } else {
                        text_append_bytes(text, string, size);
                }
                string += size;
                left -= size;
        }
        return text_error(text);
}

char *text_shown(const char *string)
{
        _cleanup_text_ Text text = TEXT_INIT;

        text_append(&text, "");
        text_append_shown(&text, string);
        return text_take(&text);
}

int text_append_json_shown(Text *text, const char *line)
{
        size_t left = strlen(line);

        while (left > 0) {
                uint32_t code = 0;
                unsigned size = utf8_decode(line, left, &code);

                if (size == 0)
                        size = 1;
                if (code_point_is_harmful(code) && code > 0xffff)
                        text_append_format(text, "\\u%04x\\u%04x",
                                           0xd800 + ((code - 0x10000) >> 10),
                                           0xdc00 + ((code - 0x10000) & 0x3ff));
                else if (code_point_is_harmful(code))
                        text_append_format(text, "\\u%04x", code);
                else
                        text_append_bytes(text, line, size);
                line += size;
                left -= size;
        }
        return text_error(text);
}

int text_append_quoted(Text *text, const char *word)
{
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789@%+=:,./_-";

        if (*word && strspn(word, plain) == strlen(word))
                return text_append(text, word);
        text_append_char(text, '\'');
        for (; *word; word++) {
                const char character[] = {*word, '\0'};

                text_append(text, *word == '\'' ? "'\\''" : character);
        }
        return text_append_char(text, '\'');
}

static unsigned code_point_columns(uint32_t code)
{
        int columns = wcwidth((wchar_t) code);

        return columns < 0 ? 1 : (unsigned) columns;
}

unsigned text_columns(const char *string)
{
        size_t left = strlen(string);
        unsigned columns = 0;

        while (left > 0) {
                uint32_t code = 0;
                unsigned size = utf8_decode(string, left, &code);

                columns += size ? code_point_columns(code) : 1;
                string += size ? size : 1;
                left -= size ? size : 1;
        }
        return columns;
}

char *text_cut(const char *string, unsigned columns)
{
        const char *ellipsis = text_ellipsis();
        unsigned room, used = 0;
        size_t kept = 0, length = strlen(string);

        if (text_columns(string) <= columns)
                return strdup(string);
        room = columns > text_columns(ellipsis) ? columns - text_columns(ellipsis) : 0;
        while (kept < length) {
                uint32_t code = 0;
                unsigned size = utf8_decode(string + kept, length - kept, &code);
                unsigned wide = size ? code_point_columns(code) : 1;

                if (used + wide > room)
                        break;
                used += wide;
                kept += size ? size : 1;
        }
        return string_format("%.*s%s", (int) kept, string, ellipsis);
}

const char *text_ellipsis(void)
{
        return string_equal(nl_langinfo(CODESET), "UTF-8") ? "…" : "...";
}

unsigned terminal_columns(FILE *stream)
{
        const char *columns = getenv("COLUMNS");
        struct winsize size;
        uint64_t number;

        if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
                return size.ws_col;
        if (isatty(fileno(stream)))
                return 80;
        if (columns && number_parse_unsigned(columns, &number) == 0 && number <= 10000)
                return (unsigned) number;
        return 0;
}

bool terminal_colours(FILE *stream)
{
        const char *no_colour = getenv("NO_COLOR");
        const char *terminal = getenv("TERM");

        if (no_colour && *no_colour)
                return false;
        if (!terminal || string_equal(terminal, "dumb"))
                return false;
        return isatty(fileno(stream));
}

const char *colour(bool colours, Colour which)
{
        static const char *const sequences[] = {
                [COLOUR_PLAIN] = "\033[0m",  [COLOUR_BOLD] = "\033[1m",
                [COLOUR_DIM] = "\033[2m",    [COLOUR_RED] = "\033[31m",
                [COLOUR_GREEN] = "\033[32m", [COLOUR_YELLOW] = "\033[33m",
                [COLOUR_BLUE] = "\033[34m",
        };

        return colours ? sequences[which] : "";
}

void duration_format(uint64_t nanoseconds, char *ret, size_t size)
{
        static const struct {
                uint64_t unit;
                const char *name;
        } units[] = {{UINT64_C(1000000000), "s"}, {1000000, "ms"}, {1000, "us"}};

        for (size_t i = 0; i < ELEMENTS_OF(units); i++) {
                double value = (double) nanoseconds / (double) units[i].unit;

                if (nanoseconds < units[i].unit)
                        continue;
                snprintf(ret, size, value < 10 ? "%.1f %s" : "%.0f %s", value, units[i].name);
                return;
        }
        snprintf(ret, size, "%" PRIu64 " ns", nanoseconds);
}
