/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A growing, NUL-terminated text. Every append may fail with -ENOMEM; the failure is sticky, so
 * that a caller may append many times and ask once, with text_error() or text_take().
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"

typedef struct Text {
        char *data;      /* NUL-terminated once anything was appended, else NULL */
        size_t length;   /* bytes without the NUL */
        size_t capacity; /* bytes allocated */
        int error;       /* 0 or the first failure, negative errno */
} Text;

#define TEXT_INIT ((Text){0})

void text_release(Text *text);
#define _cleanup_text_ _cleanup_(text_release)

/* Forgets the content, keeps the memory. */
void text_clear(Text *text);

/* Makes room for `more` bytes beyond the present length. */
int text_reserve(Text *text, size_t more);

/* In line, so that the length of a constant is one too: a record is made of a hundred pieces. */
static inline int text_append_bytes(Text *text, const void *bytes, size_t size)
{
        /* one byte is left for the NUL; after a failure the sticky error is answered */
        if (text->error || size >= text->capacity - text->length) {
                int r = text_reserve(text, size);

                if (r < 0)
                        return r;
        }
        if (size > 0)
                memcpy(text->data + text->length, bytes, size);
        text->length += size;
        text->data[text->length] = '\0';
        return 0;
}

static inline int text_append(Text *text, const char *string)
{
        return text_append_bytes(text, string, strlen(string));
}

static inline int text_append_char(Text *text, char c)
{
        return text_append_bytes(text, &c, 1);
}

int text_append_unsigned(Text *text, uint64_t value);
int text_append_signed(Text *text, int64_t value);
int text_append_hex(Text *text, uint64_t value);   /* 0x… as %#x prints it, 0x0 for zero */
int text_append_octal(Text *text, uint64_t value); /* with a zero in front, three digits at least */
int text_append_padded(Text *text, uint64_t value, unsigned width); /* zeroes in front */
/* "2026-01-31T23:59:59", in UTC. False, and nothing appended, for a second past all years. */
bool text_append_date(Text *text, int64_t second);
int text_append_format(Text *text, const char *format, ...) _printf_(2, 3);
int text_append_format_v(Text *text, const char *format, va_list arguments) _printf_(2, 0);

/* Appends a JSON string with its quotation marks; bytes that are not UTF-8 become U+FFFD. */
int text_append_json(Text *text, const char *string, size_t length);

static inline int text_error(const Text *text)
{
        return text->error;
}

/* The content, never NULL; valid until the next change. */
const char *text_get(const Text *text);

/* Hands the content over (free() it); NULL with *ret_error set when an append had failed. */
char *text_take(Text *text);

/* ---- plain strings ---- */

bool text_is_utf8(const char *string, size_t length);
bool string_equal(const char *a, const char *b); /* NULL equals NULL only */
bool string_starts_with(const char *string, const char *prefix);
char *string_format(const char *format, ...) _printf_(1, 2); /* NULL on -ENOMEM */

/* The length of the longest valid UTF-8 sequence at bytes (1..4), 0 when there is none. *ret_code
 * gets the code point. */
unsigned utf8_decode(const char *bytes, size_t length, uint32_t *ret_code);
