/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/script-names.h"

#include <string.h>

#define SEED "seed:"

char **script_names_free(char **names)
{
        for (char **name = names; name && *name; name++)
                free(*name);
        free(names);
        return NULL;
}

const char *script_name_seed(const char *name)
{
        return string_starts_with(name, SEED) ? name + strlen(SEED) : NULL;
}

static ssize_t find(char *const *names, const char *name)
{
        for (size_t i = 0; names && names[i]; i++)
                if (string_equal(names[i], name))
                        return (ssize_t) i;
        return -ENOENT;
}

static char *name_of(const Action *action)
{
        return string_format("%s%s", action->script_is_seed ? SEED : "", action->script);
}

int script_names_add(char ***names, const Action *action)
{
        _cleanup_free_ char *name = NULL;
        size_t count = 0;
        char **more;

        if (action->kind != ACTION_SCRIPT || !action->script)
                return 0;
        name = name_of(action);
        if (!name)
                return -ENOMEM;
        if (find(*names, name) >= 0)
                return 0;
        while (*names && (*names)[count])
                count++;
        more = reallocarray(*names, count + 2, sizeof(*more));
        if (!more)
                return -ENOMEM;
        more[count] = TAKE_PTR(name);
        more[count + 1] = NULL;
        *names = more;
        return 0;
}

int script_names_add_rules(char ***names, const RuleSet *rules)
{
        int r = script_names_add(names, rule_set_default(rules));

        for (size_t i = 0; r == 0 && i < rule_set_count(rules); i++)
                r = script_names_add(names, &rule_set_get(rules, i)->action);
        return r;
}

int script_names_add_file(char ***names, const char *text)
{
        _cleanup_(rule_set_freep) RuleSet *rules = NULL;
        Diagnostics diagnostics = {0};
        int r = rule_set_parse(text, strlen(text), &rules, &diagnostics);

        diagnostics_release(&diagnostics);
        if (r < 0)
                return r == -ENOMEM ? r : 0;
        return script_names_add_rules(names, rules);
}

int script_names_add_rule(char ***names, const char *json)
{
        _cleanup_(rule_freep) Rule *rule = NULL;
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        int r = rule_parse(json, &rule, &problem);

        if (r < 0)
                return r == -ENOMEM ? r : 0;
        return script_names_add(names, &rule->action);
}

int script_names_add_action(char ***names, const char *text)
{
        _cleanup_(action_release) Action action = {0};
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        int r = action_parse(text, &action, &problem);

        if (r < 0)
                return r == -ENOMEM ? r : 0;
        return script_names_add(names, &action);
}

ssize_t script_names_find(char *const *names, const Action *action)
{
        _cleanup_free_ char *name = name_of(action);

        return name ? find(names, name) : -ENOMEM;
}

bool script_names_contain(char *const *names, char *const *some)
{
        for (; some && *some; some++)
                if (find(names, *some) < 0)
                        return false;
        return true;
}
