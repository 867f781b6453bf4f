/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link/rule-message.h"

#include <cjson/cJSON.h>
#include <time.h>

#include "rules/rule-nth.h"
#include "syscalls/syscall-table.h"

static int add_text(sd_bus_message *message, const char *key, const char *value)
{
        return sd_bus_message_append(message, "{sv}", key, "s", value ? value : "");
}

static int add_bool(sd_bus_message *message, const char *key, bool value)
{
        return sd_bus_message_append(message, "{sv}", key, "b", (int) value);
}

static int append_call_name(sd_bus_message *message, int number)
{
        const SyscallEntry *entry = syscall_by_number(number);
        char digits[16];

        snprintf(digits, sizeof(digits), "%d", number);
        return sd_bus_message_append(message, "s", entry ? entry->name : digits);
}

static int add_calls(sd_bus_message *message, const Rule *rule)
{
        int r = sd_bus_message_open_container(message, 'e', "sv");

        if (r >= 0)
                r = sd_bus_message_append(message, "s", "calls");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "s");
        for (size_t i = 0; r >= 0 && i < rule->number_count; i++)
                r = append_call_name(message, rule->numbers[i]);
        for (int depth = 0; r >= 0 && depth < 3; depth++)
                r = sd_bus_message_close_container(message);
        return r;
}

/* The rule's `where` as its file would write it; "" for none. */
static void append_where(const char *json, Text *where)
{
        cJSON *rule = cJSON_Parse(json);
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(rule, "where");
        char *printed = item ? cJSON_PrintUnformatted(item) : NULL;

        if (printed)
                text_append(where, printed);
        cJSON_free(printed);
        cJSON_Delete(rule);
}

/* "openat=abort=EACCES where {"path":"/etc/passwd"} of /usr/bin/python3* nth 3+". */
static void append_line(const Rule *rule, const char *action, const char *where, const char *nth,
                        Text *line)
{
        text_append_format(line, "%s=%s", rule->selector, action);
        if (*where)
                text_append_format(line, " where %s", where);
        if (rule->exe)
                text_append_format(line, " of %s", rule->exe);
        if (rule->started_by)
                text_append_format(line, " started by %s", rule->started_by);
        if (rule->pid > 0)
                text_append_format(line, " in process %d", rule->pid);
        if (*nth)
                text_append_format(line, " nth %s", nth);
        if (rule->disabled)
                text_append(line, " (disabled)");
}

static int add_words(sd_bus_message *message, const Rule *rule, const char *action)
{
        _cleanup_text_ Text json = TEXT_INIT, where = TEXT_INIT, nth = TEXT_INIT, line = TEXT_INIT;
        int r;

        rule_append_json(rule, &json);
        append_where(text_get(&json), &where);
        if (rule->nth.first > 0)
                rule_nth_append(&rule->nth, &nth);
        append_line(rule, action, text_get(&where), text_get(&nth), &line);
        r = add_text(message, "where", text_get(&where));
        if (r >= 0)
                r = add_text(message, "nth", text_get(&nth));
        if (r >= 0)
                r = add_text(message, "json", text_get(&json));
        return r < 0 ? r : add_text(message, "text", text_get(&line));
}

static int add_narrowing(sd_bus_message *message, const Rule *rule)
{
        int r;

        r = add_text(message, "exe", rule->exe);
        if (r >= 0)
                r = add_text(message, "started-by", rule->started_by);
        if (r >= 0)
                r = sd_bus_message_append(message, "{sv}", "pid", "i", (int32_t) rule->pid);
        if (r >= 0)
                r = add_bool(message, "enabled", !rule->disabled);
        if (r >= 0)
                r = add_bool(message, "log", rule->log);
        if (r >= 0)
                r = add_text(message, "comment", rule->comment);
        return r < 0 ? r : add_calls(message, rule);
}

static int add_use(sd_bus_message *message, RuleUse use)
{
        time_t seconds = (time_t) (use.last_usec / 1000000);
        char last[40] = "";
        struct tm parts;

        if (use.last_usec > 0 && gmtime_r(&seconds, &parts)) {
                size_t length = strftime(last, sizeof(last), "%Y-%m-%dT%H:%M:%S", &parts);

                snprintf(last + length, sizeof(last) - length, ".%06uZ",
                         (unsigned) (use.last_usec % 1000000));
        }
        return sd_bus_message_append(message, "{sv}{sv}", "hits", "t", use.hits, "last", "s", last);
}

static int append_rule(sd_bus_message *message, const RuleSet *set, size_t index)
{
        const Rule *rule = index < rule_set_count(set) ? rule_set_get(set, index) : NULL;
        const Action *action = rule ? &rule->action : rule_set_default(set);
        _cleanup_text_ Text words = TEXT_INIT;
        int r;

        action_append(action, &words);
        r = sd_bus_message_open_container(message, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(message, "{sv}", "number", "u",
                                          rule ? (uint32_t) index + 1 : 0);
        if (r >= 0)
                r = add_text(message, "syscall", rule ? rule->selector : "default");
        if (r >= 0)
                r = add_text(message, "action", text_get(&words));
        if (r >= 0)
                r = add_bool(message, "forever", action_is_forever(action->kind));
        if (r >= 0)
                r = add_use(message, rule_set_use(set, index));
        if (r >= 0 && rule)
                r = add_narrowing(message, rule);
        if (r >= 0 && rule)
                r = add_words(message, rule, text_get(&words));
        return r < 0 ? r : sd_bus_message_close_container(message);
}

int rule_message_append_rules(sd_bus_message *message, const RuleSet *set)
{
        int r = sd_bus_message_open_container(message, 'a', "a{sv}");

        for (size_t i = 0; r >= 0 && i <= rule_set_count(set); i++)
                r = append_rule(message, set, i);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

int rule_message_append_diagnostics(sd_bus_message *message, const Diagnostics *diagnostics)
{
        int r = sd_bus_message_open_container(message, 'a', "a{sv}");

        for (size_t i = 0; r >= 0 && i < diagnostics->count; i++) {
                const Diagnostic *one = &diagnostics->list[i];

                r = sd_bus_message_append(message, "a{sv}", 4, "severity", "s",
                                          one->severity == SEVERITY_ERROR ? "error" : "warning",
                                          "line", "u", (uint32_t) one->line, "column", "u",
                                          (uint32_t) one->column, "message", "s", one->message);
        }
        return r < 0 ? r : sd_bus_message_close_container(message);
}
