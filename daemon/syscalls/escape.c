/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings of a tracee made harmless: text_append_escaped() of decode.h. */
#include "base/cleanup.h"
#include "syscalls/decode.h"

/* Code points that are valid but invisible, or that reorder, join or break what stands around
 * them: a person must not see a text that differs from its bytes. Ascending. */
static const struct {
        uint32_t first, last;
} hidden[] = {
        {0x80, 0x9f},        /* control characters */
        {0xad, 0xad},        /* soft hyphen */
        {0x34f, 0x34f},      /* grapheme joiner */
        {0x61c, 0x61c},      /* Arabic letter mark */
        {0x115f, 0x1160},    /* Hangul fillers */
        {0x17b4, 0x17b5},    /* Khmer inherent vowels */
        {0x180b, 0x180f},    /* Mongolian selectors and separator */
        {0x200b, 0x200f},    /* zero width, direction marks */
        {0x2028, 0x202e},    /* line and paragraph separators, direction embedding and override */
        {0x2060, 0x206f},    /* word joiner, direction isolates, invisible operators */
        {0x3164, 0x3164},    /* Hangul filler */
        {0xe000, 0xf8ff},    /* private use */
        {0xfe00, 0xfe0f},    /* variation selectors */
        {0xfeff, 0xfeff},    /* byte order mark */
        {0xffa0, 0xffa0},    /* halfwidth Hangul filler */
        {0xfff0, 0xffff},    /* interlinear annotation, replacement, noncharacters */
        {0x1d173, 0x1d17a},  /* musical formatting */
        {0xe0000, 0x10ffff}, /* tags, variation selectors, private use */
};

static bool is_hidden(uint32_t code)
{
        for (size_t i = 0; i < ELEMENTS_OF(hidden) && code >= hidden[i].first; i++)
                if (code <= hidden[i].last)
                        return true;
        return (code & 0xfffe) == 0xfffe;
}

static char short_escape(unsigned char byte)
{
        switch (byte) {
        case '"':
        case '\\':
                return (char) byte;
        case '\n':
                return 'n';
        case '\t':
                return 't';
        case '\r':
                return 'r';
        case '\v':
                return 'v';
        case '\f':
                return 'f';
        default:
                return 0;
        }
}

/* strace's form: as few octal digits as stay unambiguous before the next byte. */
static void append_octal(Text *text, unsigned char byte, bool digit_follows)
{
        char digits[4] = {'\\'};
        size_t length = 1;

        if (byte >= 0100 || digit_follows)
                digits[length++] = (char) ('0' + (byte >> 6));
        if (byte >= 010 || digit_follows)
                digits[length++] = (char) ('0' + (byte >> 3 & 7));
        digits[length++] = (char) ('0' + (byte & 7));
        text_append_bytes(text, digits, length);
}

static void append_byte(Text *text, const char *bytes, size_t size)
{
        unsigned char byte = (unsigned char) *bytes;
        char escape = short_escape(byte);

        if (escape) {
                text_append_char(text, '\\');
                text_append_char(text, escape);
        } else {
                append_octal(text, byte, size > 1 && bytes[1] >= '0' && bytes[1] <= '7');
        }
}

static bool is_plain(char c)
{
        return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

int text_append_escaped(Text *text, const char *bytes, size_t size)
{
        while (size > 0) {
                size_t plain = 0;
                uint32_t code;
                unsigned length;

                while (plain < size && is_plain(bytes[plain]))
                        plain++;
                text_append_bytes(text, bytes, plain);
                bytes += plain;
                size -= plain;
                if (size == 0)
                        break;
                length = utf8_decode(bytes, size, &code);
                if (length > 1 && !is_hidden(code)) {
                        text_append_bytes(text, bytes, length);
                } else {
                        length = 1;
                        append_byte(text, bytes, size);
                }
                bytes += length;
                size -= length;
        }
        return text_error(text);
}
