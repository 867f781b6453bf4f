/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "rules/base64.h"
#include "rules/rule-file.h"
#include "syscalls/errno-names.h"

/* What a rule's `writes` may hold for one buffer, and how long it may wait. */
#define WRITE_BYTES_MAX (64u * 1024)
#define DELAY_USEC_MAX  (UINT64_C(3600) * 1000000)

static int read_errno(JsonValue value, int *ret, Diagnostics *diagnostics)
{
        _cleanup_text_ Text hint = TEXT_INIT;
        const char *name = json_value_string(value);
        uint64_t number = 0;
        int found;

        if (!name) {
                if (json_value_type(value) == JSON_NUMBER &&
                    json_value_integer(value, &number, NULL) >= 0 && number >= 1 &&
                    number <= 4095) {
                        *ret = (int) number;
                        return 0;
                }
                return file_error(diagnostics, value,
                                  "an errno is a name like \"EACCES\" or a number from 1 to 4095");
        }
        found = errno_from_name(name);
        if (found < 1 || found > 4095)
                return file_error(diagnostics, value, "unknown errno '%.64s'%s", name,
                                  file_did_you_mean(&hint, errno_nearest_name(name)));
        *ret = found;
        return 0;
}

static int read_value(JsonValue value, int64_t *ret, Diagnostics *diagnostics)
{
        uint64_t bits;

        if (json_value_integer(value, &bits, NULL) < 0)
                return file_error(diagnostics, value,
                                  "a return value is a whole number of 64 bits; an error is given "
                                  "with \"errno\"");
        *ret = (int64_t) bits;
        return 0;
}

static int bytes_of_text(JsonValue value, uint8_t **ret, size_t *ret_size)
{
        const char *text = json_value_string(value);

        *ret = (uint8_t *) strdup(text);
        *ret_size = strlen(text);
        return *ret ? 0 : -ENOMEM;
}

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c |= 32;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int bytes_of_hex(const char *hex, uint8_t **ret, size_t *ret_size)
{
        size_t length = strlen(hex);
        _cleanup_free_ uint8_t *bytes = NULL;

        if (length % 2 != 0)
                return -EINVAL;
        bytes = malloc(length / 2 + 1);
        if (!bytes)
                return -ENOMEM;
        for (size_t i = 0; i < length / 2; i++) {
                int high = hex_digit(hex[2 * i]), low = hex_digit(hex[2 * i + 1]);

                if (high < 0 || low < 0)
                        return -EINVAL;
                bytes[i] = (uint8_t) (high << 4 | low);
        }
        *ret = TAKE_PTR(bytes);
        *ret_size = length / 2;
        return 0;
}

/* "text", {"hex": "00ff"} or {"base64": "AP8="}; -EINVAL when it is none of them. */
static int read_bytes(JsonValue value, uint8_t **ret, size_t *ret_size)
{
        JsonValue member;

        if (json_value_string(value))
                return bytes_of_text(value, ret, ret_size);
        if (json_value_member(value, "hex", &member) && json_value_string(member))
                return bytes_of_hex(json_value_string(member), ret, ret_size);
        if (json_value_member(value, "base64", &member) && json_value_string(member))
                return base64_decode(json_value_string(member), ret, ret_size);
        return -EINVAL;
}

static int read_write(JsonValue member, Action *action, Diagnostics *diagnostics)
{
        _cleanup_free_ uint8_t *bytes = NULL;
        size_t size = 0;
        int r;

        r = read_bytes(member, &bytes, &size);
        if (r == -EINVAL)
                return file_error(diagnostics, member,
                                  "the bytes of a buffer are \"text\", {\"hex\": \"00ff\"} or "
                                  "{\"base64\": \"AP8=\"}");
        if (r < 0)
                return r;
        if (size > WRITE_BYTES_MAX)
                return file_error(diagnostics, member, "a buffer takes at most %u bytes",
                                  WRITE_BYTES_MAX);
        return buffer_writes_add(&action->writes, &action->write_count,
                                 &(BufferWrite){.argument = (char *) json_value_key(member),
                                                .bytes = bytes,
                                                .size = size});
}

static int read_writes(JsonValue object, Action *action, Diagnostics *diagnostics)
{
        JsonValue member;
        int r = 0;

        if (json_value_type(object) != JSON_OBJECT)
                return file_error(diagnostics, object,
                                  "\"writes\" is an object: {\"buf\": \"text\"}");
        for (bool more = json_value_first(object, &member); more && r >= 0;
             more = json_value_next(&member))
                r = read_write(member, action, diagnostics);
        return r;
}

/* A number as text, as it is typed elsewhere. */
static char *field_value(JsonValue value)
{
        uint64_t bits;

        if (json_value_string(value))
                return strdup(json_value_string(value));
        if (json_value_integer(value, &bits, NULL) < 0)
                return NULL;
        return string_format("%lld", (long long) bits);
}

static int read_field(JsonValue member, Action *action, Diagnostics *diagnostics)
{
        _cleanup_free_ char *argument = NULL, *field = NULL, *value = field_value(member);
        int r;

        if (!value)
                return file_error(diagnostics, member,
                                  "a field is a whole number or a text: {\"statbuf.st_size\": 0}");
        r = buffer_field_split(json_value_key(member), &argument, &field);
        if (r < 0)
                return r;
        return buffer_writes_add(&action->writes, &action->write_count,
                                 &(BufferWrite){.argument = argument,
                                                .field = field,
                                                .bytes = (uint8_t *) value,
                                                .size = strlen(value)});
}

static int read_fields(JsonValue object, Action *action, Diagnostics *diagnostics)
{
        JsonValue member;
        int r = 0;

        if (json_value_type(object) != JSON_OBJECT)
                return file_error(diagnostics, object,
                                  "\"fields\" is an object: {\"statbuf.st_size\": 0}");
        for (bool more = json_value_first(object, &member); more && r >= 0;
             more = json_value_next(&member))
                r = read_field(member, action, diagnostics);
        return r;
}

static int read_after(JsonValue object, Action *action, Diagnostics *diagnostics)
{
        static const char *const keys[] = {"value", "errno", "writes", "fields", NULL};
        JsonValue member;
        int r = 0;

        if (json_value_type(object) != JSON_OBJECT)
                return file_error(diagnostics, object,
                                  "\"after\" is an object: {\"value\": 0}, {\"errno\": \"EIO\"}, "
                                  "{\"writes\": {...}} or {\"fields\": {...}}");
        action->after = true;
        for (bool more = json_value_first(object, &member); more && r >= 0;
             more = json_value_next(&member)) {
                const char *key = json_value_key(member);

                if (strcmp(key, "value") == 0)
                        r = read_value(member, &action->value, diagnostics);
                else if (strcmp(key, "errno") == 0)
                        r = read_errno(member, &action->error_number, diagnostics);
                else if (strcmp(key, "writes") == 0)
                        r = read_writes(member, action, diagnostics);
                else if (strcmp(key, "fields") == 0)
                        r = read_fields(member, action, diagnostics);
                else
                        r = file_unknown_key(diagnostics, member, keys, "\"after\"");
                if (strcmp(key, "value") == 0 || strcmp(key, "errno") == 0)
                        action->after_return = true;
        }
        return r;
}

static int read_delay(JsonValue value, Action *action, Diagnostics *diagnostics)
{
        static const struct {
                const char *unit;
                double usec;
        } units[] = {{"us", 1}, {"ms", 1e3}, {"s", 1e6}, {"min", 60e6}};
        const char *text = json_value_string(value);
        double usec = -1;

        if (json_value_type(value) == JSON_NUMBER)
                usec = json_value_double(value) * 1e6;
        else if (text && *text >= '0' && *text <= '9') {
                char *end;
                double amount = strtod(text, &end);

                for (size_t i = 0; i < ELEMENTS_OF(units); i++)
                        if (strcmp(end, units[i].unit) == 0)
                                usec = amount * units[i].usec;
        }
        if (!(usec > 0 && usec <= (double) DELAY_USEC_MAX))
                return file_error(
                        diagnostics, value,
                        "a delay is a number of seconds or like \"10ms\", \"2s\", at most "
                        "an hour");
        action->delay_usec = (uint64_t) llround(usec);
        return 0;
}

static int read_signal(JsonValue value, Action *action, Diagnostics *diagnostics)
{
        const char *name = json_value_string(value);
        uint64_t number = 0;
        int found = name ? signal_from_name(name) : -EINVAL;

        if (!name && json_value_integer(value, &number, NULL) >= 0 && number >= 1 && number <= 64)
                found = (int) number;
        if (found < 1)
                return file_error(diagnostics, value,
                                  "a signal is a name like \"SIGTERM\" or a number from 1 to 64");
        action->signal = found;
        return 0;
}

static int read_script(JsonValue value, bool seed, Action *action, Diagnostics *diagnostics)
{
        const char *text;
        int r = file_read_string(diagnostics, value, "a script", &text);

        if (r < 0 || !text)
                return r;
        if (!seed && *text != '/')
                return file_error(diagnostics, value,
                                  "a script is named by its absolute path, as \"/usr/bin/judge\"");
        if (action->script)
                return file_error(diagnostics, value,
                                  "a rule has \"script\" or \"seed-script\", not both");
        action->script = strdup(text);
        action->script_is_seed = seed;
        return action->script ? 0 : -ENOMEM;
}

static int read_kind(JsonValue value, Action *ret, Diagnostics *diagnostics)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        const char *name;
        int r = file_read_string(diagnostics, value, "an action", &name);

        if (r < 0 || !name)
                return r;
        /* what "return" and "script" need stands beside them in the object */
        if (strcmp(name, "return") == 0 || strcmp(name, "script") == 0) {
                ret->kind = (ActionKind) action_kind_from_name(name);
                return 0;
        }
        r = action_parse(name, ret, &problem);
        if (r == -EINVAL)
                return file_error(diagnostics, value, "%s", problem_text(&problem));
        return r;
}

/* Which actions a key has a meaning for. */
typedef struct ActionKey {
        const char *key;
        unsigned kinds; /* bits of ActionKind */
        const char *wants;
} ActionKey;

#define KIND(kind) (1u << ACTION_##kind)
#define MUTABLE    (KIND(ALLOW) | KIND(ABORT) | KIND(NOTIFY) | KIND(RETURN) | KIND(SCRIPT))

static const ActionKey action_keys[] = {
        {"errno", KIND(ABORT) | KIND(ABORT_FOREVER) | KIND(RETURN),
         "abort, abort-forever or return"},
        {"value", KIND(RETURN), "return"},
        {"writes", KIND(RETURN), "return (for allow write it in \"after\")"},
        {"fields", KIND(RETURN), "return (for allow write it in \"after\")"},
        {"script", KIND(SCRIPT), "script"},
        {"seed-script", KIND(SCRIPT), "script"},
        {"after", KIND(ALLOW), "allow"},
        {"delay", MUTABLE, "an action that is not forever: the kernel does not wait"},
        {"signal", MUTABLE, "an action that is not forever: the kernel sends none"},
};

static int read_key(JsonValue member, Action *action, Diagnostics *diagnostics)
{
        const char *key = json_value_key(member);

        if (strcmp(key, "errno") == 0)
                return read_errno(member, &action->error_number, diagnostics);
        if (strcmp(key, "value") == 0)
                return read_value(member, &action->value, diagnostics);
        if (strcmp(key, "writes") == 0)
                return read_writes(member, action, diagnostics);
        if (strcmp(key, "fields") == 0)
                return read_fields(member, action, diagnostics);
        if (strcmp(key, "script") == 0)
                return read_script(member, false, action, diagnostics);
        if (strcmp(key, "seed-script") == 0)
                return read_script(member, true, action, diagnostics);
        if (strcmp(key, "after") == 0)
                return read_after(member, action, diagnostics);
        if (strcmp(key, "delay") == 0)
                return read_delay(member, action, diagnostics);
        return read_signal(member, action, diagnostics);
}

static int read_keys(JsonValue object, Action *action, Diagnostics *diagnostics)
{
        int r = 0;

        for (size_t i = 0; i < ELEMENTS_OF(action_keys) && r >= 0; i++) {
                JsonValue member;

                if (!json_value_member(object, action_keys[i].key, &member))
                        continue;
                if (!(action_keys[i].kinds >> action->kind & 1))
                        r = file_key_error(diagnostics, member, "\"%s\" goes with the action %s",
                                           action_keys[i].key, action_keys[i].wants);
                else
                        r = read_key(member, action, diagnostics);
        }
        return r;
}

static int check_needs(JsonValue object, const Action *action, Diagnostics *diagnostics)
{
        JsonValue ignored;
        bool value = json_value_member(object, "value", &ignored);
        bool error = json_value_member(object, "errno", &ignored);

        if (action->kind == ACTION_RETURN && value && error)
                return file_error(diagnostics, object,
                                  "a call returns a value or an errno, not both");
        if (action->kind == ACTION_RETURN && !value && !error && action->value == 0 &&
            action->error_number == 0 && json_value_member(object, "action", &ignored) &&
            strcmp(json_value_string(ignored), "return") == 0)
                return file_error(
                        diagnostics, object,
                        "the action return needs \"value\": NUMBER or \"errno\": \"E...\"");
        if (action->kind == ACTION_SCRIPT && !json_value_member(object, "script", &ignored) &&
            !json_value_member(object, "seed-script", &ignored) && !action->script)
                return file_error(diagnostics, object,
                                  "the action script needs \"script\": \"/path/to/program\"");
        return 0;
}

int rule_file_read_action(JsonValue object, Action *ret, Diagnostics *diagnostics)
{
        size_t before = diagnostics->count;
        JsonValue kind;
        int r;

        if (!json_value_member(object, "action", &kind))
                return file_error(diagnostics, object,
                                  "\"action\" is missing; there are allow, abort, notify, return, "
                                  "script, allow-forever and abort-forever");
        r = read_kind(kind, ret, diagnostics);
        if (r < 0 || diagnostics->count != before)
                return r;
        r = read_keys(object, ret, diagnostics);
        return r < 0 ? r : check_needs(object, ret, diagnostics);
}

int rule_file_read_action_value(JsonValue value, Action *ret, Diagnostics *diagnostics)
{
        static const char *const keys[] = {"action", "errno",  "value",   "writes",
                                           "fields", "script", "after",   "seed-script",
                                           "delay",  "signal", "seconds", NULL};
        JsonValue member;
        int r = 0;

        if (json_value_type(value) == JSON_STRING)
                return read_kind(value, ret, diagnostics);
        if (json_value_type(value) != JSON_OBJECT)
                return file_error(diagnostics, value,
                                  "an action is like \"notify\" or {\"action\": \"abort\", "
                                  "\"errno\": \"EACCES\"}, not %s",
                                  json_value_type_name(value));
        for (bool more = json_value_first(value, &member); more && r >= 0;
             more = json_value_next(&member)) {
                bool known = false;

                for (size_t i = 0; keys[i]; i++)
                        known = known || strcmp(keys[i], json_value_key(member)) == 0;
                if (!known)
                        r = file_unknown_key(diagnostics, member, keys, "an action");
        }
        return r < 0 ? r : rule_file_read_action(value, ret, diagnostics);
}
