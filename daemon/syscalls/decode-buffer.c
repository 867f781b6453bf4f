/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of the caller as strings, paths and vectors of strings. */
#include <string.h>

#include "syscalls/decode-context.h"

#define PAGE_BYTES    4096
#define SHORTEST_READ 256 /* asked for even when the page ends earlier: one read more is dearer */
#define VECTOR_CHUNK  16  /* pointers of argv that are read at once */

size_t context_read(DecodeContext *context, uint64_t address, void *buffer, size_t size)
{
        ssize_t n = context->gone ? 0 : caller_read(context->view, address, buffer, size);

        if (n == -ESRCH)
                context->gone = true;
        return n < 0 ? 0 : (size_t) n;
}

bool context_read_all(DecodeContext *context, uint64_t address, void *buffer, size_t size)
{
        return context_read(context, address, buffer, size) == size;
}

void decode_bytes(DecodeContext *context, const void *bytes, size_t size, bool cut)
{
        size_t shown = size < context->limits->string_bytes ? size : context->limits->string_bytes;

        text_append_char(context->text, '"');
        text_append_escaped(context->text, bytes, shown);
        text_append_char(context->text, '"');
        if (cut || shown < size)
                text_append(context->text, "...");
}

/* At most the limit is read, so that a count of terabytes costs nothing. */
void decode_buffer(DecodeContext *context, uint64_t address, uint64_t size)
{
        size_t wanted = size < context->limits->string_bytes ? (size_t) size
                                                             : context->limits->string_bytes;
        _cleanup_free_ char *bytes = NULL;

        if (size == 0 && address) {
                text_append(context->text, "\"\"");
                return;
        }
        bytes = malloc(wanted + 1);
        if (!bytes) {
                context->text->error = -ENOMEM;
                return;
        }
        if (address == 0 || !context_read_all(context, address, bytes, wanted)) {
                decode_address(context, address);
                return;
        }
        decode_bytes(context, bytes, wanted, wanted < size);
}

/* How much to ask for so that no read crosses into a page that is needed for nothing. */
static size_t next_chunk(uint64_t address, size_t left)
{
        size_t chunk = PAGE_BYTES - (size_t) (address % PAGE_BYTES);

        if (chunk < SHORTEST_READ)
                chunk = SHORTEST_READ;
        return chunk < left ? chunk : left;
}

/* Reads up to `max` bytes or the NUL. 1: ended by its NUL at *ret_length; 0: `max` bytes without;
 * -EFAULT: unreadable before either, *ret_length bytes were readable. */
static int read_string(DecodeContext *context, uint64_t address, char *buffer, size_t max,
                       size_t *ret_length)
{
        size_t length = 0;

        while (length < max) {
                size_t chunk = next_chunk(address + length, max - length);
                size_t n = context_read(context, address + length, buffer + length, chunk);
                char *end = n ? memchr(buffer + length, '\0', n) : NULL;

                if (end) {
                        *ret_length = (size_t) (end - buffer);
                        return 1;
                }
                length += n;
                if (n < chunk) {
                        *ret_length = length;
                        return -EFAULT;
                }
        }
        *ret_length = length;
        return 0;
}

void decode_string(DecodeContext *context, uint64_t address)
{
        size_t max = context->limits->string_bytes + 1, length;
        _cleanup_free_ char *buffer = malloc(max);
        int r;

        if (!buffer) {
                context->text->error = -ENOMEM;
                return;
        }
        r = address ? read_string(context, address, buffer, max, &length) : -EFAULT;
        if (r < 0)
                decode_address(context, address);
        else
                decode_bytes(context, buffer, length, r == 0);
}

/* A path is shown whole: the end of it matters most. */
void decode_path(DecodeContext *context, uint64_t address)
{
        char buffer[DECODE_PATH_MAX];
        size_t length;
        int r = address ? read_string(context, address, buffer, sizeof(buffer), &length) : -EFAULT;

        if (r < 0) {
                decode_address(context, address);
                return;
        }
        text_append_char(context->text, '"');
        text_append_escaped(context->text, buffer, length);
        text_append(context->text, r == 0 ? "\"..." : "\"");
}

/* The elements of one chunk; true when the vector ended in it. */
static bool decode_vector_chunk(DecodeContext *context, const uint64_t *pointers, size_t count,
                                size_t *shown)
{
        for (size_t i = 0; i < count; i++) {
                if (pointers[i] == 0)
                        return true;
                if (*shown)
                        text_append(context->text, ", ");
                if (*shown == context->limits->vector_elements ||
                    context->text->length > DECODE_TEXT_MAX) {
                        text_append(context->text, "...");
                        return true;
                }
                decode_string(context, pointers[i]);
                (*shown)++;
        }
        return false;
}

void decode_string_vector(DecodeContext *context, uint64_t address)
{
        uint64_t pointers[VECTOR_CHUNK];
        size_t shown = 0, size = context_read(context, address, pointers, sizeof(pointers));

        if (size < sizeof(pointers[0])) {
                decode_address(context, address);
                return;
        }
        text_append_char(context->text, '[');
        while (!decode_vector_chunk(context, pointers, size / sizeof(pointers[0]), &shown)) {
                address += size / sizeof(pointers[0]) * sizeof(pointers[0]);
                size = context_read(context, address, pointers, sizeof(pointers));
                if (size < sizeof(pointers[0])) {
                        text_append(context->text, ", ");
                        decode_address(context, address);
                        break;
                }
        }
        text_append_char(context->text, ']');
}

int caller_read_string(const CallerView *view, uint64_t address, size_t max, char **ret)
{
        DecodeContext context = {.view = view};
        _cleanup_free_ char *string = NULL;
        size_t size = 0, length = 0;

        if (address == 0)
                return -EFAULT;
        for (;;) {
                size_t grown = size ? size * 2 : SHORTEST_READ;
                char *larger;
                int r;

                if (grown > max + 1 || grown < size)
                        grown = max + 1;
                larger = realloc(string, grown + 1);
                if (!larger)
                        return -ENOMEM;
                string = larger;
                r = read_string(&context, address + size, string + size, grown - size, &length);
                if (context.gone)
                        return -ESRCH;
                if (r < 0)
                        return r;
                if (r > 0)
                        break;
                size = grown;
                if (size > max)
                        return -ENAMETOOLONG;
        }
        *ret = TAKE_PTR(string);
        return 0;
}
