/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The number-keyed files of the program that this one grows out of: {"83": 2, "59": [5,
 * "<base64>"]}. A number that is missing is refused for ever.
 */
#include <string.h>

#include "base/number.h"
#include "rules/base64.h"
#include "rules/rule-file.h"
#include "rules/rule-set-data.h"
#include "syscalls/syscall-table.h"

static const ActionKind seed_kinds[] = {
        ACTION_ALLOW,         ACTION_ABORT,         ACTION_NOTIFY,
        ACTION_ALLOW_FOREVER, ACTION_ABORT_FOREVER, ACTION_SCRIPT,
};

bool rule_file_is_seed(JsonValue root)
{
        JsonValue member;
        size_t count = 0;

        for (bool more = json_value_first(root, &member); more; more = json_value_next(&member)) {
                const char *key = json_value_key(member);

                if (!*key || key[strspn(key, "0123456789")])
                        return false;
                count++;
        }
        return count > 0;
}

static int read_script(JsonValue list, Action *action, Diagnostics *diagnostics)
{
        JsonValue element;
        uint8_t *bytes = NULL;
        size_t size;
        int r = -EINVAL;

        if (json_value_first(list, &element) && json_value_next(&element) &&
            json_value_string(element))
                r = base64_decode(json_value_string(element), &bytes, &size);
        if (r == -ENOMEM)
                return r;
        if (r < 0 || !text_is_utf8((char *) bytes, size) || memchr(bytes, 0, size)) {
                free(bytes);
                return file_error(diagnostics, list,
                                  "a script rule is [5, \"...\"] with the script in base64");
        }
        action->script = (char *) bytes;
        action->script_is_seed = true;
        return 0;
}

static int read_action(JsonValue value, Action *action, Diagnostics *diagnostics)
{
        JsonValue code = value;
        uint64_t number = 0;

        if (json_value_type(value) == JSON_LIST && !json_value_first(value, &code))
                code = value;
        if (json_value_type(code) != JSON_NUMBER || json_value_integer(code, &number, NULL) < 0 ||
            number >= ELEMENTS_OF(seed_kinds))
                return file_error(
                        diagnostics, value,
                        "an action of the old format is 0 (allow), 1 (abort), 2 (notify), 3 "
                        "(allow forever), 4 (abort forever) or [5, \"script in base64\"]");
        action->kind = seed_kinds[number];
        if (action->kind == ACTION_ABORT || action->kind == ACTION_ABORT_FOREVER)
                action->error_number = EPERM;
        return action->kind == ACTION_SCRIPT ? read_script(value, action, diagnostics) : 0;
}

/* Written anew a rule has the name that people know, where the call has one. */
static int name_the_call(Rule *rule)
{
        const SyscallEntry *entry = syscall_by_number(rule->numbers[0]);
        char *name = entry ? strdup(entry->name) : NULL;

        if (!entry)
                return 0;
        if (!name)
                return -ENOMEM;
        free(rule->selector);
        rule->selector = name;
        return 0;
}

static int read_member(JsonValue member, RuleSet *set, Diagnostics *diagnostics)
{
        _cleanup_(rule_freep) Rule *rule = calloc(1, sizeof(*rule));
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        int r;

        if (!rule)
                return -ENOMEM;
        rule->log = true;
        rule->line = json_value_spot(member)->key_line;
        rule->column = json_value_spot(member)->key_column;
        r = rule_selector_parse(json_value_key(member), rule, &problem);
        if (r == -EINVAL)
                return file_key_error(diagnostics, member, "%s", problem_text(&problem));
        if (r >= 0)
                r = read_action(member, &rule->action, diagnostics);
        /* such a number has no effect, and none of its own form could be written back */
        if (r < 0 || call_is_never_traced(rule->numbers[0]))
                return r;
        r = name_the_call(rule);
        if (r >= 0)
                r = rule_set_append(set, rule);
        if (r >= 0)
                rule = NULL;
        return r;
}

int rule_file_read_seed(JsonValue root, RuleSet *set, Diagnostics *diagnostics)
{
        JsonValue member;
        int r = 0;

        set->default_action = (Action){.kind = ACTION_ABORT_FOREVER, .error_number = EPERM};
        for (bool more = json_value_first(root, &member); more && r >= 0;
             more = json_value_next(&member))
                r = read_member(member, set, diagnostics);
        return r;
}
