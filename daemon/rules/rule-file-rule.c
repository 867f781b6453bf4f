/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <string.h>

#include "base/number.h"
#include "rules/path-glob.h"
#include "rules/rule-file.h"
#include "rules/rule-nth.h"
#include "rules/rule-set-data.h"
#include "syscalls/result-field.h"
#include "syscalls/syscall-table.h"

static const char *const rule_keys[] = {"syscall", "action", "where",       "exe",     "started-by",
                                        "pid",     "nth",    "errno",       "value",   "writes",
                                        "fields",  "script", "seed-script", "after",   "delay",
                                        "signal",  "log",    "enabled",     "comment", NULL};

static int read_glob(JsonValue value, char **ret, Diagnostics *diagnostics)
{
        const char *glob, *fault;
        int r = file_read_string(diagnostics, value, "a program", &glob);

        if (r < 0 || !glob)
                return r;
        fault = path_glob_fault(glob);
        if (fault)
                return file_error(diagnostics, value, "%s", fault);
        if (*glob != '/' && *glob != '*')
                return file_error(diagnostics, value,
                                  "a program is named by its path, as \"/usr/bin/%.64s\" or "
                                  "\"**/%.64s\"",
                                  glob, glob);
        free(*ret); /* the key may stand twice, which is reported elsewhere */
        *ret = strdup(glob);
        return *ret ? 0 : -ENOMEM;
}

static int read_nth(JsonValue value, RuleNth *ret, Diagnostics *diagnostics)
{
        const char *text = json_value_string(value);
        uint64_t number = 0;

        if (!text && json_value_type(value) == JSON_NUMBER) {
                int r = file_read_number(diagnostics, value, "\"nth\"", 1, INT64_MAX, &number);

                *ret = (RuleNth){number, number, 1};
                return r;
        }
        if (!text || rule_nth_parse(text, ret) < 0)
                return file_error(
                        diagnostics, value,
                        "\"nth\" is like \"3\" (the third call), \"3+\" (from the third on), "
                        "\"3..7\", \"2+3\" (the second and every third after it), counted "
                        "from 1");
        return 0;
}

static int read_scalar(JsonValue member, Rule *rule, Diagnostics *diagnostics)
{
        const char *key = json_value_key(member), *text;
        uint64_t number = 0;
        bool enabled = true;
        int r = 0;

        if (strcmp(key, "exe") == 0)
                return read_glob(member, &rule->exe, diagnostics);
        if (strcmp(key, "started-by") == 0)
                return read_glob(member, &rule->started_by, diagnostics);
        if (strcmp(key, "nth") == 0)
                return read_nth(member, &rule->nth, diagnostics);
        if (strcmp(key, "log") == 0)
                return file_read_bool(diagnostics, member, &rule->log);
        if (strcmp(key, "pid") == 0) {
                r = file_read_number(diagnostics, member, "\"pid\"", 1, INT_MAX, &number);
                rule->pid = (int) number;
        } else if (strcmp(key, "enabled") == 0) {
                r = file_read_bool(diagnostics, member, &enabled);
                rule->disabled = !enabled;
        } else if (strcmp(key, "comment") == 0) {
                r = file_read_string(diagnostics, member, "\"comment\"", &text);
                if (r < 0 || !text)
                        return r;
                free(rule->comment);
                rule->comment = strdup(text);
                r = rule->comment ? 0 : -ENOMEM;
        }
        return r;
}

static int read_members(JsonValue object, Rule *rule, Diagnostics *diagnostics)
{
        JsonValue member;
        int r = 0;

        for (bool more = json_value_first(object, &member); more && r >= 0;
             more = json_value_next(&member)) {
                bool known = false;

                for (size_t i = 0; rule_keys[i]; i++)
                        known = known || strcmp(rule_keys[i], json_value_key(member)) == 0;
                r = known ? read_scalar(member, rule, diagnostics)
                          : file_unknown_key(diagnostics, member, rule_keys, "a rule");
        }
        return r;
}

/* What only the supervisor can judge may not stand on a forever action. */
static int check_forever(JsonValue object, const Rule *rule, Diagnostics *diagnostics)
{
        static const char *const keys[] = {"exe", "started-by", "pid", "nth"};
        const char *action = action_kind_name(rule->action.kind);
        JsonValue member, where;
        int r = 0;

        if (!action_is_forever(rule->action.kind))
                return 0;
        for (size_t i = 0; i < ELEMENTS_OF(keys) && r >= 0; i++)
                if (json_value_member(object, keys[i], &member))
                        r = file_key_error(diagnostics, member,
                                           "the kernel cannot judge \"%s\", so it cannot stand on "
                                           "%s; write \"action\": \"%.5s\"",
                                           keys[i], action, action);
        if (r < 0 || !json_value_member(object, "where", &where))
                return r;
        for (size_t i = 0; i < rule->condition_count && r >= 0; i++)
                for (size_t j = 0; j < rule->number_count; j++) {
                        if (!rule_condition_needs_memory(rule->conditions[i], j) ||
                            !json_value_member(where, rule->conditions[i]->name, &member))
                                continue;
                        r = file_key_error(diagnostics, member,
                                           "the kernel cannot read memory, so \"%s\" cannot stand "
                                           "on %s; write \"action\": \"%.5s\"",
                                           rule->conditions[i]->name, action, action);
                        break;
                }
        return r;
}

static int check_write(JsonValue place, const SyscallEntry *entry, const BufferWrite *write,
                       Diagnostics *diagnostics)
{
        const char *name = write->argument;
        bool number = name[0] >= '0' && name[0] <= '5' && !name[1];
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        int r = 0;

        if (write->field)
                r = result_field_check(entry->number, name, write->field,
                                       (const char *) write->bytes, &problem);
        else if (!number && syscall_argument_index(entry, name) < 0)
                r = problem_set(&problem, -EINVAL, "%s has no argument '%.64s' to write to",
                                entry->name, name);
        if (r == 0 || r == -ENOMEM)
                return r;
        return file_error(diagnostics, place, "%s", problem_text(&problem));
}

/* What can be said when the rule is for one call; in a group each has arguments of its own. */
static int check_writes(JsonValue object, const Rule *rule, Diagnostics *diagnostics)
{
        const SyscallEntry *entry =
                rule->number_count == 1 ? syscall_by_number(rule->numbers[0]) : NULL;
        size_t before = diagnostics->count;
        JsonValue place = object;
        int r = 0;

        if (!json_value_member(object, "writes", &place) &&
            !json_value_member(object, "fields", &place))
                json_value_member(object, "after", &place);
        for (size_t i = 0; entry && i < rule->action.write_count && r == 0; i++) {
                r = check_write(place, entry, &rule->action.writes[i], diagnostics);
                if (diagnostics->count > before)
                        break;
        }
        return r;
}

/* By itself a call that always runs can have no other action; in a group it is passed over. */
static int check_never_traced(JsonValue object, const Rule *rule, Diagnostics *diagnostics)
{
        ActionKind kind = rule->action.kind;
        JsonValue selector = object;

        if (kind == ACTION_ALLOW || kind == ACTION_ALLOW_FOREVER || !rule->selector ||
            strpbrk(rule->selector, "@*"))
                return 0;
        json_value_member(object, "syscall", &selector);
        for (size_t i = 0; i < rule->number_count; i++)
                if (call_is_never_traced(rule->numbers[i]))
                        return file_error(
                                diagnostics, selector,
                                "%s always runs, it cannot have this action: a process that "
                                "could not end or return from a signal would spin",
                                syscall_by_number(rule->numbers[i])->name);
        return 0;
}

static int read_parts(JsonValue object, Rule *rule, Diagnostics *diagnostics)
{
        JsonValue member;
        int r = read_members(object, rule, diagnostics);

        if (r < 0)
                return r;
        if (json_value_member(object, "syscall", &member))
                r = rule_file_read_selector(member, rule, diagnostics);
        else
                r = file_error(diagnostics, object,
                               "\"syscall\" is missing; name a call, a list of calls or a @group");
        if (r >= 0)
                r = rule_file_read_action(object, &rule->action, diagnostics);
        if (r >= 0 && rule->number_count > 0 && json_value_member(object, "where", &member))
                r = rule_file_read_where(member, rule, diagnostics);
        if (r >= 0)
                r = check_forever(object, rule, diagnostics);
        if (r >= 0)
                r = check_never_traced(object, rule, diagnostics);
        return r < 0 ? r : check_writes(object, rule, diagnostics);
}

int rule_file_read_rule(JsonValue object, bool log, Rule **ret, Diagnostics *diagnostics)
{
        size_t before = diagnostics->count;
        _cleanup_(rule_freep) Rule *rule = NULL;
        int r;

        if (json_value_type(object) != JSON_OBJECT)
                return file_error(diagnostics, object,
                                  "a rule is an object: {\"syscall\": \"mkdir\", \"action\": "
                                  "\"notify\"}, not %s",
                                  json_value_type_name(object));
        rule = calloc(1, sizeof(*rule));
        if (!rule)
                return -ENOMEM;
        rule->log = log;
        rule->line = json_value_spot(object)->line;
        rule->column = json_value_spot(object)->column;
        r = read_parts(object, rule, diagnostics);
        if (r < 0)
                return r;
        for (size_t i = before; i < diagnostics->count; i++)
                if (diagnostics->list[i].severity == SEVERITY_ERROR)
                        return 0;
        if (rule->number_count == 0 || diagnostics->count >= DIAGNOSTICS_MAX)
                return 0;
        *ret = TAKE_PTR(rule);
        return 0;
}

int rule_parse(const char *json, Rule **ret, Problem *problem)
{
        _cleanup_(json_document_freep) JsonDocument *document = NULL;
        _cleanup_(diagnostics_release) Diagnostics diagnostics = {0};
        Rule *rule = NULL;
        int r = json_document_parse(json, strlen(json), &document, &diagnostics);

        if (r >= 0)
                r = rule_file_read_rule(json_document_root(document), true, &rule, &diagnostics);
        if (r == -ENOMEM)
                return r;
        diagnostics_sort(&diagnostics);
        for (size_t i = 0; i < diagnostics.count; i++)
                if (diagnostics.list[i].severity == SEVERITY_ERROR) {
                        rule_free(rule);
                        return problem_set(problem, -EINVAL, "%s", diagnostics.list[i].message);
                }
        if (!rule)
                return problem_set(problem, -EINVAL, "this is no rule");
        rule->line = rule->column = 0;
        *ret = rule;
        return 0;
}
