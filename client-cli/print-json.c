/* SPDX-License-Identifier: GPL-3.0-or-later */
/* D-Bus values as JSON, and JSON lines for machines. */
#include "client-cli/print-json.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/print-text.h"

/* The largest integer up to which a double holds every one. */
#define EXACT_MAX (UINT64_C(1) << 53)

static int json_made(cJSON *value, cJSON **ret)
{
        if (!value)
                return -ENOMEM;
        *ret = value;
        return 0;
}

static int json_from_unsigned(uint64_t number, cJSON **ret)
{
        char digits[24];

        if (number <= EXACT_MAX)
                return json_made(cJSON_CreateNumber((double) number), ret);
        snprintf(digits, sizeof(digits), "%" PRIu64, number);
        return json_made(cJSON_CreateRaw(digits), ret);
}

static int json_from_signed(int64_t number, cJSON **ret)
{
        char digits[24];

        if (number >= -(int64_t) EXACT_MAX && number <= (int64_t) EXACT_MAX)
                return json_made(cJSON_CreateNumber((double) number), ret);
        snprintf(digits, sizeof(digits), "%" PRId64, number);
        return json_made(cJSON_CreateRaw(digits), ret);
}

static int json_from_basic(sd_bus_message *message, char type, cJSON **ret)
{
        union {
                uint8_t y;
                int b;
                int16_t n;
                uint16_t q;
                int32_t i;
                uint32_t u;
                int64_t x;
                uint64_t t;
                double d;
                const char *s;
        } value;
        int r = sd_bus_message_read_basic(message, type, &value);

        if (r < 0)
                return r;
        switch (type) {
        case 'y':
                return json_from_unsigned(value.y, ret);
        case 'b':
                return json_made(cJSON_CreateBool(value.b), ret);
        case 'n':
                return json_from_signed(value.n, ret);
        case 'q':
                return json_from_unsigned(value.q, ret);
        case 'i':
        case 'h':
                return json_from_signed(value.i, ret);
        case 'u':
                return json_from_unsigned(value.u, ret);
        case 'x':
                return json_from_signed(value.x, ret);
        case 't':
                return json_from_unsigned(value.t, ret);
        case 'd':
                return json_made(cJSON_CreateNumber(value.d), ret);
        case 's':
        case 'o':
        case 'g':
                return json_made(cJSON_CreateString(value.s), ret);
        default:
                return -EBADMSG;
        }
}

static int json_from_bytes(sd_bus_message *message, cJSON **ret)
{
        _cleanup_free_ char *digits = NULL;
        const uint8_t *bytes;
        size_t size;
        int r = sd_bus_message_read_array(message, 'y', (const void **) &bytes, &size);

        if (r < 0)
                return r;
        digits = malloc(2 * size + 1);
        if (!digits)
                return -ENOMEM;
        digits[0] = '\0';
        for (size_t i = 0; i < size; i++)
                snprintf(digits + 2 * i, 3, "%02x", bytes[i]);
        return json_made(cJSON_CreateString(digits), ret);
}

/* A key of properties in the spelling of JSON: "held-ns" is "held_ns". */
static char *json_key(const char *key, bool properties)
{
        char *copy = strdup(key);

        for (char *c = copy; copy && properties && *c; c++)
                if (*c == '-')
                        *c = '_';
        return copy;
}

static int json_add_entry(sd_bus_message *message, const char *contents, cJSON *object)
{
        _cleanup_json_ cJSON *value = NULL;
        _cleanup_free_ char *key = NULL;
        const char *name;
        int r = sd_bus_message_enter_container(message, 'e', contents);

        if (r <= 0)
                return r;
        r = sd_bus_message_read_basic(message, 's', &name);
        if (r < 0)
                return r;
        key = json_key(name, contents[1] == 'v');
        r = json_from_bus(message, &value);
        if (r < 0)
                return r;
        if (!key || !cJSON_AddItemToObject(object, key, value))
                return -ENOMEM;
        value = NULL;
        r = sd_bus_message_exit_container(message);
        return r < 0 ? r : 1;
}

static int json_from_dictionary(sd_bus_message *message, const char *contents, cJSON **ret)
{
        _cleanup_json_ cJSON *object = cJSON_CreateObject();
        _cleanup_free_ char *entry = NULL;
        int r;

        if (!object)
                return -ENOMEM;
        if (contents[1] != 's')
                return -EBADMSG;
        /* "{sv}" without its braces */
        entry = strndup(contents + 1, strlen(contents) - 2);
        if (!entry)
                return -ENOMEM;
        r = sd_bus_message_enter_container(message, 'a', contents);
        if (r < 0)
                return r;
        do
                r = json_add_entry(message, entry, object);
        while (r > 0);
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;
        *ret = object;
        object = NULL;
        return 0;
}

static int json_from_list(sd_bus_message *message, char type, const char *contents, cJSON **ret)
{
        _cleanup_json_ cJSON *list = cJSON_CreateArray();
        int r;

        if (!list)
                return -ENOMEM;
        r = sd_bus_message_enter_container(message, type, contents);
        if (r < 0)
                return r;
        while ((r = sd_bus_message_at_end(message, false)) == 0) {
                cJSON *value;

                r = json_from_bus(message, &value);
                if (r < 0)
                        return r;
                cJSON_AddItemToArray(list, value);
        }
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(message);
        if (r < 0)
                return r;
        *ret = list;
        list = NULL;
        return 0;
}

int json_from_bus(sd_bus_message *message, cJSON **ret)
{
        const char *contents;
        char type;
        int r = sd_bus_message_peek_type(message, &type, &contents);

        if (r < 0)
                return r;
        if (r == 0)
                return -ENODATA;
        if (type == 'v') {
                r = sd_bus_message_enter_container(message, 'v', contents);
                if (r >= 0)
                        r = json_from_bus(message, ret);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(message);
                return r < 0 ? r : 0;
        }
        if (type == 'a' && contents[0] == 'y')
                return json_from_bytes(message, ret);
        if (type == 'a' && contents[0] == '{')
                return json_from_dictionary(message, contents, ret);
        if (type == 'a' || type == 'r')
                return json_from_list(message, type, contents, ret);
        return json_from_basic(message, type, ret);
}

int json_print_line(const cJSON *value, FILE *stream)
{
        _cleanup_free_ char *line = cJSON_PrintUnformatted(value);
        _cleanup_text_ Text shown = TEXT_INIT;

        if (!line)
                return -ENOMEM;
        text_append_json_shown(&shown, line);
        if (text_error(&shown) < 0)
                return text_error(&shown);
        fprintf(stream, "%s\n", text_get(&shown));
        return fflush(stream) == 0 ? 0 : -errno;
}

const char *json_string(const cJSON *object, const char *key)
{
        const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

        return text ? text : "";
}

uint64_t json_unsigned(const cJSON *object, const char *key)
{
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);

        if (cJSON_IsRaw(value))
                return strtoull(value->valuestring, NULL, 10);
        if (cJSON_IsNumber(value))
                return value->valuedouble < 0 ? (uint64_t) (int64_t) value->valuedouble
                                              : (uint64_t) value->valuedouble;
        return cJSON_IsTrue(value);
}

int64_t json_signed(const cJSON *object, const char *key)
{
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, key);

        if (cJSON_IsRaw(value))
                return strtoll(value->valuestring, NULL, 10);
        if (cJSON_IsNumber(value))
                return (int64_t) value->valuedouble;
        return cJSON_IsTrue(value);
}

bool json_boolean(const cJSON *object, const char *key)
{
        return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, key));
}

bool json_has(const cJSON *object, const char *key)
{
        return cJSON_HasObjectItem(object, key);
}
