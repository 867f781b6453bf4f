/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json-document.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

struct JsonDocument {
        char *text;
        cJSON *root;
        JsonSpots spots;
};

JsonDocument *json_document_free(JsonDocument *document)
{
        if (!document)
                return NULL;
        cJSON_Delete(document->root);
        json_spots_release(&document->spots);
        free(document->text);
        free(document);
        return NULL;
}

JsonValue json_document_root(const JsonDocument *document)
{
        return (JsonValue){.document = document, .node = document->root, .spot = 0};
}

const JsonSpot *json_value_spot(JsonValue value)
{
        return &value.document->spots.list[value.spot];
}

bool json_value_first(JsonValue container, JsonValue *ret)
{
        JsonType type = json_value_type(container);

        if ((type != JSON_LIST && type != JSON_OBJECT) || !container.node->child)
                return false;
        *ret = (JsonValue){.document = container.document,
                           .node = container.node->child,
                           .spot = container.spot + 1};
        return true;
}

bool json_value_next(JsonValue *value)
{
        if (!value->node->next)
                return false;
        value->spot = json_value_spot(*value)->next;
        value->node = value->node->next;
        return true;
}

bool json_value_member(JsonValue object, const char *key, JsonValue *ret)
{
        JsonValue member;

        if (json_value_type(object) != JSON_OBJECT)
                return false;
        for (bool more = json_value_first(object, &member); more; more = json_value_next(&member))
                if (strcmp(json_value_key(member), key) == 0) {
                        *ret = member;
                        return true;
                }
        return false;
}

JsonType json_value_type(JsonValue value)
{
        if (cJSON_IsBool(value.node))
                return JSON_BOOL;
        if (cJSON_IsNumber(value.node))
                return JSON_NUMBER;
        if (cJSON_IsString(value.node))
                return JSON_STRING;
        if (cJSON_IsArray(value.node))
                return JSON_LIST;
        return cJSON_IsObject(value.node) ? JSON_OBJECT : JSON_NULL;
}

const char *json_value_type_name(JsonValue value)
{
        static const char *const names[] = {
                [JSON_NULL] = "null",       [JSON_BOOL] = "true or false",
                [JSON_NUMBER] = "a number", [JSON_STRING] = "a string",
                [JSON_LIST] = "a list",     [JSON_OBJECT] = "an object",
        };

        return names[json_value_type(value)];
}

const char *json_value_key(JsonValue value)
{
        return value.node->string;
}

const char *json_value_string(JsonValue value)
{
        return cJSON_IsString(value.node) ? value.node->valuestring : NULL;
}

bool json_value_bool(JsonValue value)
{
        return cJSON_IsTrue(value.node);
}

double json_value_double(JsonValue value)
{
        return value.node->valuedouble;
}

/* cJSON keeps numbers as double, which is exact to 53 bits only: the text is read again. */
int json_value_integer(JsonValue value, uint64_t *ret, bool *ret_negative)
{
        const JsonSpot *spot = json_value_spot(value);
        const char *string = json_value_string(value);
        char digits[32];
        int r;

        if (!string) {
                size_t length = spot->end - spot->offset;

                if (json_value_type(value) != JSON_NUMBER || length >= sizeof(digits))
                        return -EINVAL;
                memcpy(digits, value.document->text + spot->offset, length);
                digits[length] = '\0';
                string = digits;
        }
        r = number_parse_unsigned(string, ret);
        if (r >= 0 && ret_negative)
                *ret_negative = string[0] == '-';
        return r;
}

char *json_value_text(JsonValue value)
{
        const JsonSpot *spot = json_value_spot(value);
        _cleanup_text_ Text text = TEXT_INIT;
        bool in_string = false;

        for (size_t i = spot->offset; i < spot->end; i++) {
                char c = value.document->text[i];

                if (in_string && c == '\\') {
                        text_append_bytes(&text, value.document->text + i, 2);
                        i++;
                        continue;
                }
                if (c == '"')
                        in_string = !in_string;
                if (!in_string && (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
                        continue;
                text_append_char(&text, c);
                if (!in_string && (c == ',' || c == ':'))
                        text_append_char(&text, ' ');
        }
        return text_take(&text);
}

static int compare_keys(const void *a, const void *b)
{
        const JsonValue *left = a, *right = b;
        int order = strcmp(json_value_key(*left), json_value_key(*right));

        if (order != 0)
                return order;
        return left->spot < right->spot ? -1 : 1;
}

static int check_keys(JsonValue object, Diagnostics *diagnostics)
{
        size_t count = (size_t) cJSON_GetArraySize(object.node), filled = 0;
        _cleanup_free_ JsonValue *members = NULL;
        JsonValue member;

        if (count < 2)
                return 0;
        members = calloc(count, sizeof(*members));
        if (!members)
                return -ENOMEM;
        for (bool more = json_value_first(object, &member); more; more = json_value_next(&member))
                members[filled++] = member;
        qsort(members, count, sizeof(*members), compare_keys);
        for (size_t i = 1; i < count; i++) {
                const JsonSpot *first = json_value_spot(members[i - 1]);
                const JsonSpot *second = json_value_spot(members[i]);

                if (strcmp(json_value_key(members[i - 1]), json_value_key(members[i])) != 0)
                        continue;
                if (diagnostics_add(diagnostics, SEVERITY_ERROR, second->key_line,
                                    second->key_column,
                                    "duplicate key \"%.64s\"; it stands in line %u already",
                                    json_value_key(members[i]), first->key_line) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static int check_all_keys(JsonValue value, Diagnostics *diagnostics)
{
        JsonValue child;
        int r = 0;

        if (json_value_type(value) == JSON_OBJECT)
                r = check_keys(value, diagnostics);
        for (bool more = json_value_first(value, &child); more && r >= 0;
             more = json_value_next(&child))
                r = check_all_keys(child, diagnostics);
        return r;
}

int json_document_parse(const char *text, size_t size, JsonDocument **ret, Diagnostics *diagnostics)
{
        _cleanup_(json_document_freep) JsonDocument *document = calloc(1, sizeof(*document));
        int r;

        if (!document)
                return -ENOMEM;
        document->text = malloc(size + 1);
        if (!document->text)
                return -ENOMEM;
        if (size > 0)
                memcpy(document->text, text, size);
        document->text[size] = '\0';

        r = json_scan(document->text, size, &document->spots, diagnostics);
        if (r < 0)
                return r;
        document->root = cJSON_ParseWithLength(document->text, size + 1);
        if (!document->root)
                return -ENOMEM;
        r = check_all_keys(json_document_root(document), diagnostics);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(document);
        return 0;
}
