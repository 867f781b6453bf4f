/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/rule.h"

#include <string.h>

#include "base/nearest-name.h"
#include "rules/rule-condition.h"

static const char *const kind_names[_ACTION_KIND_COUNT] = {
        [ACTION_ALLOW] = "allow",
        [ACTION_ABORT] = "abort",
        [ACTION_NOTIFY] = "notify",
        [ACTION_RETURN] = "return",
        [ACTION_SCRIPT] = "script",
        [ACTION_ALLOW_FOREVER] = "allow-forever",
        [ACTION_ABORT_FOREVER] = "abort-forever",
};

bool action_is_forever(ActionKind kind)
{
        return kind == ACTION_ALLOW_FOREVER || kind == ACTION_ABORT_FOREVER;
}

const char *action_kind_name(ActionKind kind)
{
        return kind < _ACTION_KIND_COUNT ? kind_names[kind] : NULL;
}

int action_kind_from_name(const char *name)
{
        for (size_t i = 0; i < _ACTION_KIND_COUNT; i++)
                if (strcmp(kind_names[i], name) == 0)
                        return (int) i;
        return -EINVAL;
}

const char *action_kind_nearest_name(const char *name)
{
        static const char *const words_of_others[][2] = {
                {"deny", "abort"},         {"block", "abort"},   {"refuse", "abort"},
                {"ask", "notify"},         {"prompt", "notify"}, {"accept", "allow"},
                {"permit", "allow"},       {"fake", "return"},   {"forever", "allow-forever"},
                {"kill", "abort-forever"},
        };
        NearestName nearest = nearest_name_begin(name);

        for (size_t i = 0; i < ELEMENTS_OF(words_of_others); i++)
                if (strcmp(words_of_others[i][0], name) == 0)
                        return words_of_others[i][1];
        for (size_t i = 0; i < _ACTION_KIND_COUNT; i++)
                nearest_name_offer(&nearest, kind_names[i]);
        return nearest.best;
}

static int copy_string(const char *string, char **ret)
{
        if (!string)
                return 0;
        *ret = strdup(string);
        return *ret ? 0 : -ENOMEM;
}

static void write_release(BufferWrite *write)
{
        free(write->argument);
        free(write->field);
        free(write->bytes);
}

int buffer_writes_add(BufferWrite **writes, size_t *count, const BufferWrite *write)
{
        BufferWrite *more = reallocarray(*writes, *count + 1, sizeof(*more));
        BufferWrite copy = {.size = write->size};

        if (!more)
                return -ENOMEM;
        *writes = more;
        copy.bytes = malloc(write->size + 1);
        if (!copy.bytes || copy_string(write->argument, &copy.argument) < 0 ||
            copy_string(write->field, &copy.field) < 0) {
                write_release(&copy);
                return -ENOMEM;
        }
        if (write->size > 0)
                memcpy(copy.bytes, write->bytes, write->size);
        copy.bytes[write->size] = '\0';
        more[(*count)++] = copy;
        return 0;
}

int buffer_field_split(const char *name, char **ret_argument, char **ret_field)
{
        size_t length = strcspn(name, ".");
        _cleanup_free_ char *argument = strndup(name, length);

        if (!argument)
                return -ENOMEM;
        *ret_field = strdup(name[length] ? name + length + 1 : "");
        if (!*ret_field)
                return -ENOMEM;
        *ret_argument = TAKE_PTR(argument);
        return 0;
}

static int copy_writes(const Action *action, Action *copy)
{
        int r = 0;

        for (size_t i = 0; i < action->write_count && r == 0; i++)
                r = buffer_writes_add(&copy->writes, &copy->write_count, &action->writes[i]);
        return r;
}

int action_copy(const Action *action, Action *ret)
{
        _cleanup_(action_release) Action copy = *action;

        copy.script = NULL;
        copy.writes = NULL;
        copy.write_count = 0;
        if (copy_string(action->script, &copy.script) < 0 || copy_writes(action, &copy) < 0)
                return -ENOMEM;
        *ret = copy;
        copy = (Action){0};
        return 0;
}

void action_release(Action *action)
{
        for (size_t i = 0; i < action->write_count; i++)
                write_release(&action->writes[i]);
        free(action->writes);
        free(action->script);
        *action = (Action){0};
}

void rule_free(Rule *rule)
{
        if (!rule)
                return;
        for (size_t i = 0; i < rule->condition_count; i++)
                rule_condition_free(rule->conditions[i]);
        free(rule->conditions);
        free(rule->numbers);
        free(rule->selector);
        free(rule->exe);
        free(rule->started_by);
        free(rule->comment);
        action_release(&rule->action);
        free(rule);
}

bool rule_is_unconditional(const Rule *rule)
{
        return rule->condition_count == 0 && !rule->exe && !rule->started_by && rule->pid == 0 &&
               rule->nth.first == 0 && rule->expires_usec == 0 && rule->expires_uses == 0 &&
               rule->expires_pid == 0;
}

ssize_t rule_place(const Rule *rule, int number)
{
        size_t low = 0, high = rule->number_count;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (rule->numbers[middle] == number)
                        return (ssize_t) middle;
                if (rule->numbers[middle] < number)
                        low = middle + 1;
                else
                        high = middle;
        }
        return -1;
}
