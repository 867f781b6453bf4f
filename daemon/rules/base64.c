/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The bits of one group of four; -EINVAL. '=' counts as 0. */
static int group_value(const char *group, uint32_t *ret)
{
        uint32_t value = 0;

        for (unsigned i = 0; i < 4; i++) {
                const char *at = strchr(digits, group[i]);

                if (group[i] == '=')
                        at = digits;
                if (!at || !group[i])
                        return -EINVAL;
                value = value << 6 | (uint32_t) (at - digits);
        }
        *ret = value;
        return 0;
}

int base64_decode(const char *text, uint8_t **ret, size_t *ret_size)
{
        size_t length = strlen(text), padding = 0, size = 0;
        _cleanup_free_ uint8_t *bytes = NULL;

        if (length % 4 != 0)
                return -EINVAL;
        while (padding < 2 && padding < length && text[length - 1 - padding] == '=')
                padding++;
        if (memchr(text, '=', length - padding))
                return -EINVAL;
        bytes = malloc(length / 4 * 3 + 1);
        if (!bytes)
                return -ENOMEM;
        for (size_t i = 0; i < length; i += 4) {
                uint32_t value;

                if (group_value(text + i, &value) < 0)
                        return -EINVAL;
                bytes[size++] = (uint8_t) (value >> 16);
                bytes[size++] = (uint8_t) (value >> 8);
                bytes[size++] = (uint8_t) value;
        }
        size -= padding;
        bytes[size] = 0;
        *ret = TAKE_PTR(bytes);
        *ret_size = size;
        return 0;
}

int base64_append(const uint8_t *bytes, size_t size, Text *text)
{
        for (size_t i = 0; i < size; i += 3) {
                uint32_t value = (uint32_t) bytes[i] << 16;
                char group[4];

                if (i + 1 < size)
                        value |= (uint32_t) bytes[i + 1] << 8;
                if (i + 2 < size)
                        value |= bytes[i + 2];
                group[0] = digits[value >> 18 & 63];
                group[1] = digits[value >> 12 & 63];
                group[2] = i + 1 < size ? digits[value >> 6 & 63] : '=';
                group[3] = i + 2 < size ? digits[value & 63] : '=';
                text_append_bytes(text, group, sizeof(group));
        }
        return text_error(text);
}
