/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes for people, both ways. */
#include "client-cli/print-bytes.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"

#define LINE_BYTES 16

/* What a --write @FILE may hold; the daemon has its own, lower limit. */
#define FILE_BYTES_MAX (16u * 1024 * 1024)

void bytes_print(FILE *stream, const char *indent, uint64_t address, const uint8_t *bytes,
                 size_t size)
{
        for (size_t line = 0; line < size; line += LINE_BYTES) {
                size_t count = size - line < LINE_BYTES ? size - line : LINE_BYTES;

                fprintf(stream, "%s%016" PRIx64 " ", indent, address + line);
                for (size_t i = 0; i < LINE_BYTES; i++) {
                        fputs(i % 8 == 0 ? " " : "", stream);
                        if (i < count)
                                fprintf(stream, "%02x ", bytes[line + i]);
                        else
                                fputs("   ", stream);
                }
                fputs(" |", stream);
                for (size_t i = 0; i < count; i++) {
                        uint8_t byte = bytes[line + i];

                        fputc(byte >= 0x20 && byte < 0x7f ? byte : '.', stream);
                }
                fputs("|\n", stream);
        }
}

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c = (char) tolower((unsigned char) c);
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int parse_hex(Session *session, const char *what, const char *digits, Text *text)
{
        while (*digits) {
                int high, low;

                if (*digits == ' ' || *digits == ':') {
                        digits++;
                        continue;
                }
                high = hex_digit(digits[0]);
                low = high < 0 ? -1 : hex_digit(digits[1]);
                if (low < 0) {
                        report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                                     _("%s: '%s' is not two hexadecimal digits a byte; write them "
                                       "as in hex:00ff"),
                                     what, digits);
                        return -EINVAL;
                }
                text_append_char(text, (char) (high << 4 | low));
                digits += 2;
        }
        return text_error(text);
}

/* The byte of an escape behind its backslash; *used gets its length. -EINVAL */
static int parse_escape(const char *escape, size_t *used)
{
        static const char letters[] = "abefnrtv0\\'\"";
        static const char values[] = "\a\b\033\f\n\r\t\v\0\\'\"";
        const char *letter;

        *used = 1;
        if (escape[0] == 'x' && hex_digit(escape[1]) >= 0) {
                int value = hex_digit(escape[1]);

                *used = 2;
                if (hex_digit(escape[2]) >= 0) {
                        value = value << 4 | hex_digit(escape[2]);
                        *used = 3;
                }
                return value;
        }
        if (escape[0] >= '0' && escape[0] <= '7') {
                int value = 0;

                for (*used = 0; *used < 3 && escape[*used] >= '0' && escape[*used] <= '7'; ++*used)
                        value = value << 3 | (escape[*used] - '0');
                return value > 255 ? -EINVAL : value;
        }
        letter = escape[0] ? strchr(letters, escape[0]) : NULL;
        return letter ? (uint8_t) values[letter - letters] : -EINVAL;
}

static int parse_text(Session *session, const char *what, const char *word, Text *text)
{
        while (*word) {
                size_t used;
                int byte;

                if (*word != '\\') {
                        text_append_char(text, *word++);
                        continue;
                }
                byte = parse_escape(word + 1, &used);
                if (byte < 0) {
                        report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                                     _("%s: '%s' is no escape of C; write \\\\ for a backslash"),
                                     what, word);
                        return -EINVAL;
                }
                text_append_char(text, (char) byte);
                word += 1 + used;
        }
        return text_error(text);
}

int bytes_parse(Session *session, const char *what, const char *word, uint8_t **ret,
                size_t *ret_size)
{
        _cleanup_text_ Text text = TEXT_INIT;
        char *file;
        int r;

        if (word[0] == '@') {
                r = session_read_file(session, word + 1, FILE_BYTES_MAX, &file, ret_size);
                if (r >= 0)
                        *ret = (uint8_t *) file;
                return r;
        }
        text_append(&text, "");
        if (string_starts_with(word, "hex:"))
                r = parse_hex(session, what, word + strlen("hex:"), &text);
        else
                r = parse_text(session, what, word, &text);
        if (r < 0)
                return r;
        *ret_size = text.length;
        *ret = (uint8_t *) text_take(&text);
        return 0;
}
