/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/rule-file.h"

#include <math.h>
#include <string.h>

#include "base/nearest-name.h"
#include "rules/guard-list.h"
#include "rules/rule-set-data.h"

/* A year: longer than any jail waits for an answer. */
#define TIMEOUT_SECONDS_MAX (366.0 * 86400)

static const char *const file_keys[] = {"seccomp-jail", "description", "default", "on-timeout",
                                        "rules",        "open-guards", "log",     NULL};

static int check_version(JsonValue root, Diagnostics *diagnostics)
{
        JsonValue version;
        uint64_t number = 0;

        if (!json_value_member(root, "seccomp-jail", &version))
                return file_error(
                        diagnostics, root,
                        "\"seccomp-jail\": 1 is missing; it says that this is a rule file");
        if (json_value_type(version) != JSON_NUMBER ||
            json_value_integer(version, &number, NULL) < 0 || number != 1)
                return file_error(diagnostics, version,
                                  "the version of the rule file format is 1; this program knows no "
                                  "other");
        return 0;
}

static int read_description(JsonValue root, RuleSet *set, Diagnostics *diagnostics)
{
        const char *text;
        JsonValue value;
        int r;

        if (!json_value_member(root, "description", &value))
                return 0;
        r = file_read_string(diagnostics, value, "\"description\"", &text);
        if (r < 0 || !text)
                return r;
        set->description = strdup(text);
        return set->description ? 0 : -ENOMEM;
}

static int read_default(JsonValue root, RuleSet *set, Diagnostics *diagnostics)
{
        JsonValue value;

        if (!json_value_member(root, "default", &value))
                return file_error(
                        diagnostics, root,
                        "\"default\" is missing; it decides the calls that no rule names, "
                        "like \"default\": \"notify\"");
        return rule_file_read_action_value(value, &set->default_action, diagnostics);
}

static int read_timeout_action(JsonValue object, RuleSet *set, Diagnostics *diagnostics)
{
        size_t before = diagnostics->count;
        JsonValue value;
        ActionKind kind;
        int r = rule_file_read_action_value(object, &set->timeout_action, diagnostics);

        if (r < 0 || diagnostics->count != before)
                return r;
        kind = set->timeout_action.kind;
        if (kind == ACTION_ALLOW || kind == ACTION_ABORT || kind == ACTION_RETURN)
                return 0;
        if (!json_value_member(object, "action", &value))
                value = object;
        return file_error(diagnostics, value,
                          "when nobody answers a call is decided by allow, abort or return, not by "
                          "%s",
                          action_kind_name(kind));
}

static int read_timeout(JsonValue root, RuleSet *set, Diagnostics *diagnostics)
{
        JsonValue object, seconds;
        double length;

        if (!json_value_member(root, "on-timeout", &object))
                return 0;
        if (json_value_type(object) != JSON_OBJECT)
                return file_error(diagnostics, object,
                                  "\"on-timeout\" is an object: {\"seconds\": 60, \"action\": "
                                  "\"abort\"}, not %s",
                                  json_value_type_name(object));
        if (!json_value_member(object, "seconds", &seconds))
                return file_error(diagnostics, object, "\"seconds\" is missing");
        length = json_value_type(seconds) == JSON_NUMBER ? json_value_double(seconds) : -1;
        if (!(length >= 0.001 && length <= TIMEOUT_SECONDS_MAX))
                return file_error(diagnostics, seconds,
                                  "\"seconds\" is a number from 0.001 to a year");
        set->timeout_usec = (uint64_t) llround(length * 1e6);
        set->has_timeout = true;
        return read_timeout_action(object, set, diagnostics);
}

static const Guard *find_guard(const char *name)
{
        const Guard *guard;

        for (size_t i = 0; (guard = guard_get(i)); i++)
                if (strcmp(guard->name, name) == 0)
                        return guard;
        return NULL;
}

static int report_guard(JsonValue value, const char *name, Diagnostics *diagnostics)
{
        NearestName nearest = nearest_name_begin(name);
        _cleanup_text_ Text hint = TEXT_INIT, list = TEXT_INIT;
        const char *last = NULL;
        const Guard *guard;

        for (size_t i = 0; (guard = guard_get(i)); i++) {
                nearest_name_offer(&nearest, guard->name);
                if (!guard->may_open || string_equal(last, guard->name))
                        continue;
                text_append_format(&list, "%s%s", last ? ", " : "", guard->name);
                last = guard->name;
        }
        if (nearest.best)
                return file_error(diagnostics, value, "unknown guard '%.64s'%s", name,
                                  file_did_you_mean(&hint, nearest.best));
        return file_error(diagnostics, value, "unknown guard '%.64s'; there are %s", name,
                          text_get(&list));
}

static int read_guard(JsonValue value, RuleSet *set, Diagnostics *diagnostics)
{
        const char *name;
        const Guard *guard;
        char **names;
        int r = file_read_string(diagnostics, value, "a guard", &name);

        if (r < 0 || !name)
                return r;
        guard = find_guard(name);
        if (!guard)
                return report_guard(value, name, diagnostics);
        if (!guard->may_open)
                return file_error(diagnostics, value, "the guard '%s' stays shut: %s", name,
                                  guard->reason);
        names = reallocarray(set->open_guards, set->open_guard_count + 1, sizeof(*names));
        if (!names)
                return -ENOMEM;
        set->open_guards = names;
        names[set->open_guard_count] = strdup(name);
        if (!names[set->open_guard_count])
                return -ENOMEM;
        set->open_guard_count++;
        return file_warning(diagnostics, value, "the guard '%s' is open: %s", name, guard->reason);
}

static int read_guards(JsonValue root, RuleSet *set, Diagnostics *diagnostics)
{
        JsonValue list, element;
        int r = 0;

        if (!json_value_member(root, "open-guards", &list))
                return 0;
        if (json_value_type(list) != JSON_LIST)
                return file_error(diagnostics, list,
                                  "\"open-guards\" is a list of names: [\"namespaces\"], not %s",
                                  json_value_type_name(list));
        for (bool more = json_value_first(list, &element); more && r >= 0;
             more = json_value_next(&element))
                r = read_guard(element, set, diagnostics);
        return r;
}

static int read_rules(JsonValue root, RuleSet *set, Diagnostics *diagnostics)
{
        JsonValue list, element;
        int r = 0;

        if (!json_value_member(root, "rules", &list))
                return 0;
        if (json_value_type(list) != JSON_LIST)
                return file_error(diagnostics, list, "\"rules\" is a list of rules, not %s",
                                  json_value_type_name(list));
        for (bool more = json_value_first(list, &element); more && r >= 0;
             more = json_value_next(&element)) {
                _cleanup_(rule_freep) Rule *rule = NULL;

                r = rule_file_read_rule(element, set->log, &rule, diagnostics);
                if (r >= 0 && rule) {
                        r = rule_set_append(set, rule);
                        if (r >= 0)
                                rule = NULL;
                }
        }
        return r;
}

static int read_file(JsonValue root, RuleSet *set, Diagnostics *diagnostics)
{
        JsonValue member;
        int r = 0;

        if (json_value_type(root) != JSON_OBJECT)
                return file_error(diagnostics, root,
                                  "a rule file is one object: {\"seccomp-jail\": 1, \"default\": "
                                  "\"notify\", \"rules\": []}, not %s",
                                  json_value_type_name(root));
        if (rule_file_is_seed(root))
                return rule_file_read_seed(root, set, diagnostics);
        for (bool more = json_value_first(root, &member); more && r >= 0;
             more = json_value_next(&member)) {
                bool known = false;

                for (size_t i = 0; file_keys[i]; i++)
                        known = known || strcmp(file_keys[i], json_value_key(member)) == 0;
                if (!known)
                        r = file_unknown_key(diagnostics, member, file_keys, "the file");
        }
        if (r >= 0 && json_value_member(root, "log", &member))
                r = file_read_bool(diagnostics, member, &set->log);
        if (r >= 0)
                r = check_version(root, diagnostics);
        if (r >= 0)
                r = read_description(root, set, diagnostics);
        if (r >= 0)
                r = read_default(root, set, diagnostics);
        if (r >= 0)
                r = read_timeout(root, set, diagnostics);
        if (r >= 0)
                r = read_guards(root, set, diagnostics);
        return r < 0 ? r : read_rules(root, set, diagnostics);
}

static int read_text(const char *text, size_t size, RuleSet *set, Diagnostics *diagnostics)
{
        _cleanup_(json_document_freep) JsonDocument *document = NULL;
        int r = json_document_parse(text, size, &document, diagnostics);

        if (r < 0)
                return r;
        r = read_file(json_document_root(document), set, diagnostics);
        if (r < 0)
                return r;
        if (diagnostics_have_error(diagnostics))
                return -EINVAL;
        r = rule_set_compile(set);
        return r < 0 ? r : rule_check(set, diagnostics);
}

int rule_set_parse(const char *text, size_t size, RuleSet **ret, Diagnostics *diagnostics)
{
        _cleanup_(rule_set_freep) RuleSet *set = NULL;
        int r;

        if (size > RULE_FILE_BYTES_MAX) {
                diagnostics_add(diagnostics, SEVERITY_ERROR, 1, 1,
                                "the rule file has %zu bytes; at most %u are taken", size,
                                RULE_FILE_BYTES_MAX);
                return -EFBIG;
        }
        set = calloc(1, sizeof(*set));
        if (!set)
                return -ENOMEM;
        set->log = true;
        r = read_text(text, size, set, diagnostics);
        diagnostics_sort(diagnostics);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(set);
        return 0;
}
