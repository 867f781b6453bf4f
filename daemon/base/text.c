/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <string.h>
#include <time.h>

void text_release(Text *text)
{
        free(text->data);
        *text = TEXT_INIT;
}

void text_clear(Text *text)
{
        text->length = 0;
        text->error = 0;
        if (text->data)
                text->data[0] = '\0';
}

int text_reserve(Text *text, size_t more)
{
        size_t wanted, capacity;
        char *data;

        if (text->error)
                return text->error;
        if (__builtin_add_overflow(text->length, more, &wanted) || wanted > SIZE_MAX / 4)
                return text->error = -ENOMEM;
        if (wanted < text->capacity)
                return 0;

        capacity = text->capacity ? text->capacity : 64;
        while (capacity <= wanted)
                capacity *= 2;
        data = realloc(text->data, capacity);
        if (!data)
                return text->error = -ENOMEM;
        text->data = data;
        text->capacity = capacity;
        return 0;
}

int text_append_unsigned(Text *text, uint64_t value)
{
        return text_append_padded(text, value, 1);
}

int text_append_signed(Text *text, int64_t value)
{
        if (value < 0)
                text_append_char(text, '-');
        return text_append_unsigned(text, value < 0 ? -(uint64_t) value : (uint64_t) value);
}

int text_append_hex(Text *text, uint64_t value)
{
        char digits[18];
        size_t at = sizeof(digits);

        do {
                digits[--at] = "0123456789abcdef"[value & 15];
                value >>= 4;
        } while (value);
        digits[--at] = 'x';
        digits[--at] = '0';
        return text_append_bytes(text, digits + at, sizeof(digits) - at);
}

int text_append_octal(Text *text, uint64_t value)
{
        char digits[23];
        size_t at = sizeof(digits);

        do {
                digits[--at] = (char) ('0' + (value & 7));
                value >>= 3;
        } while (value || sizeof(digits) - at < 2);
        if (digits[at] != '0' || sizeof(digits) - at < 3)
                digits[--at] = '0';
        return text_append_bytes(text, digits + at, sizeof(digits) - at);
}

int text_append_padded(Text *text, uint64_t value, unsigned width)
{
        char digits[20];
        size_t at = sizeof(digits);

        do {
                digits[--at] = (char) ('0' + value % 10);
                value /= 10;
        } while (value || (sizeof(digits) - at < width && at > 0));
        return text_append_bytes(text, digits + at, sizeof(digits) - at);
}

bool text_append_date(Text *text, int64_t second)
{
        time_t time = second;
        struct tm date;

        if (!gmtime_r(&time, &date))
                return false;
        text_append_signed(text, date.tm_year + INT64_C(1900));
        text_append_char(text, '-');
        text_append_padded(text, (uint64_t) date.tm_mon + 1, 2);
        text_append_char(text, '-');
        text_append_padded(text, (uint64_t) date.tm_mday, 2);
        text_append_char(text, 'T');
        text_append_padded(text, (uint64_t) date.tm_hour, 2);
        text_append_char(text, ':');
        text_append_padded(text, (uint64_t) date.tm_min, 2);
        text_append_char(text, ':');
        text_append_padded(text, (uint64_t) date.tm_sec, 2);
        return true;
}

/* Most texts fit into the room that there is: only one that does not is formatted twice. */
int text_append_format_v(Text *text, const char *format, va_list arguments)
{
        size_t room = text->data && !text->error ? text->capacity - text->length : 0;
        va_list again;
        int length, r;

        va_copy(again, arguments);
        length = vsnprintf(room ? text->data + text->length : NULL, room, format, again);
        va_end(again);
        if (length < 0)
                return text->error = -EINVAL;
        if ((size_t) length >= room) {
                if (room)
                        text->data[text->length] = '\0';
                r = text_reserve(text, (size_t) length);
                if (r < 0)
                        return r;
                vsnprintf(text->data + text->length, (size_t) length + 1, format, arguments);
        }
        text->length += (size_t) length;
        return 0;
}

int text_append_format(Text *text, const char *format, ...)
{
        va_list arguments;
        int r;

        va_start(arguments, format);
        r = text_append_format_v(text, format, arguments);
        va_end(arguments);
        return r;
}

unsigned utf8_decode(const char *bytes, size_t length, uint32_t *ret_code)
{
        static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
        const unsigned char *at = (const unsigned char *) bytes;
        unsigned size;
        uint32_t code;

        if (length == 0)
                return 0;
        if (at[0] < 0x80) {
                *ret_code = at[0];
                return 1;
        }
        if ((at[0] & 0xe0) == 0xc0)
                size = 2, code = at[0] & 0x1fu;
        else if ((at[0] & 0xf0) == 0xe0)
                size = 3, code = at[0] & 0x0fu;
        else if ((at[0] & 0xf8) == 0xf0)
                size = 4, code = at[0] & 0x07u;
        else
                return 0;
        if (length < size)
                return 0;
        for (unsigned i = 1; i < size; i++) {
                if ((at[i] & 0xc0) != 0x80)
                        return 0;
                code = code << 6 | (at[i] & 0x3fu);
        }
        if (code < smallest[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
                return 0;
        *ret_code = code;
        return size;
}

bool text_is_utf8(const char *string, size_t length)
{
        uint32_t code;

        while (length > 0) {
                unsigned size = utf8_decode(string, length, &code);

                if (size == 0)
                        return false;
                string += size;
                length -= size;
        }
        return true;
}

static int append_json_ascii(Text *text, unsigned char c)
{
        static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";

        for (const char *form = short_forms; *form; form += 2)
                if ((unsigned char) form[0] == c) {
                        char pair[2] = {'\\', form[1]};

                        return text_append_bytes(text, pair, 2);
                }
        if (c < 0x20 || c == 0x7f)
                return text_append_format(text, "\\u%04x", c);
        return text_append_char(text, (char) c);
}

/* Bytes that stand for themselves in a JSON string. */
static bool is_plain(char c)
{
        return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

int text_append_json(Text *text, const char *string, size_t length)
{
        text_append_char(text, '"');
        while (length > 0) {
                size_t plain = 0;
                uint32_t code;
                unsigned size;

                while (plain < length && is_plain(string[plain]))
                        plain++;
                if (plain > 0) {
                        text_append_bytes(text, string, plain);
                        string += plain;
                        length -= plain;
                        continue;
                }
                size = utf8_decode(string, length, &code);
                if (size == 0)
                        text_append(text, "\xef\xbf\xbd");
                else if (size == 1)
                        append_json_ascii(text, (unsigned char) *string);
                else
                        text_append_bytes(text, string, size);
                string += size ? size : 1;
                length -= size ? size : 1;
        }
        return text_append_char(text, '"');
}

const char *text_get(const Text *text)
{
        return text->data ? text->data : "";
}

char *text_take(Text *text)
{
        char *data;

        if (text->error || text_reserve(text, 0) < 0) {
                text_release(text);
                return NULL;
        }
        text->data[text->length] = '\0';
        data = text->data;
        *text = TEXT_INIT;
        return data;
}

bool string_equal(const char *a, const char *b)
{
        return a == b || (a && b && strcmp(a, b) == 0);
}

bool string_starts_with(const char *string, const char *prefix)
{
        return strncmp(string, prefix, strlen(prefix)) == 0;
}

char *string_format(const char *format, ...)
{
        _cleanup_text_ Text text = TEXT_INIT;
        va_list arguments;

        va_start(arguments, format);
        text_append_format_v(&text, format, arguments);
        va_end(arguments);
        return text_take(&text);
}
