/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json-read.h"

#include "base/nearest-name.h"

const char *file_did_you_mean(Text *text, const char *nearest)
{
        text_clear(text);
        if (nearest)
                text_append_format(text, "; did you mean '%s'?", nearest);
        return text_get(text);
}

int file_unknown_key(Diagnostics *diagnostics, JsonValue member, const char *const *keys,
                     const char *where)
{
        const char *key = json_value_key(member);
        NearestName nearest = nearest_name_begin(key);
        _cleanup_text_ Text hint = TEXT_INIT, list = TEXT_INIT;

        for (size_t i = 0; keys[i]; i++) {
                nearest_name_offer(&nearest, keys[i]);
                text_append_format(&list, "%s%s", i ? ", " : "", keys[i]);
        }
        if (nearest.best)
                return file_key_error(diagnostics, member, "unknown key \"%.64s\" in %s%s", key,
                                      where, file_did_you_mean(&hint, nearest.best));
        return file_key_error(diagnostics, member, "unknown key \"%.64s\" in %s; there are %s", key,
                              where, text_get(&list));
}

int file_read_string(Diagnostics *diagnostics, JsonValue value, const char *what, const char **ret)
{
        *ret = json_value_string(value);
        if (*ret)
                return 0;
        return file_error(diagnostics, value, "%s is a string, not %s", what,
                          json_value_type_name(value));
}

int file_read_bool(Diagnostics *diagnostics, JsonValue value, bool *ret)
{
        if (json_value_type(value) != JSON_BOOL)
                return file_error(diagnostics, value, "\"%s\" is true or false, not %s",
                                  json_value_key(value), json_value_type_name(value));
        *ret = json_value_bool(value);
        return 0;
}

int file_read_number(Diagnostics *diagnostics, JsonValue value, const char *what, uint64_t min,
                     uint64_t max, uint64_t *ret)
{
        uint64_t number = 0;
        bool negative = false;

        if (json_value_type(value) != JSON_NUMBER ||
            json_value_integer(value, &number, &negative) == -EINVAL)
                return file_error(diagnostics, value, "%s is a whole number, not %s", what,
                                  json_value_type(value) == JSON_NUMBER
                                          ? "a fraction"
                                          : json_value_type_name(value));
        if (negative || number < min || number > max)
                return file_error(diagnostics, value, "%s is from %llu to %llu", what,
                                  (unsigned long long) min, (unsigned long long) max);
        *ret = number;
        return 0;
}
