/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules back into the text that rule_set_parse() reads: a rule a line, as people write them. */
#include <string.h>

#include "rules/base64.h"
#include "rules/rule-nth.h"
#include "rules/rule-set-data.h"
#include "syscalls/errno-names.h"

static void append_string(Text *text, const char *string)
{
        text_append_json(text, string, strlen(string));
}

static void append_key(Text *text, const char *key)
{
        text_append(text, ", ");
        append_string(text, key);
        text_append(text, ": ");
}

static void append_member(Text *text, const char *key, const char *value)
{
        append_key(text, key);
        append_string(text, value);
}

static void append_word(Text *text, const char *word, size_t length)
{
        if (strspn(word, "0123456789") >= length && (*word != '0' || length == 1))
                text_append_bytes(text, word, length);
        else
                text_append_json(text, word, length);
}

static void append_selector(Text *text, const char *selector)
{
        bool list = strchr(selector, ' ') != NULL;

        text_append(text, list ? "[" : "");
        while (*selector) {
                size_t length = strcspn(selector, " ");

                append_word(text, selector, length);
                selector += length;
                if (!*selector)
                        break;
                selector++;
                text_append(text, ", ");
        }
        text_append(text, list ? "]" : "");
}

static void append_errno_member(Text *text, int number)
{
        const char *name = errno_name(number);

        append_key(text, "errno");
        if (name)
                append_string(text, name);
        else
                text_append_unsigned(text, (uint64_t) number);
}

static void append_bytes(Text *text, const BufferWrite *write)
{
        if (text_is_utf8((const char *) write->bytes, write->size) &&
            !memchr(write->bytes, 0, write->size)) {
                text_append_json(text, (const char *) write->bytes, write->size);
                return;
        }
        text_append(text, "{\"base64\": \"");
        base64_append(write->bytes, write->size, text);
        text_append(text, "\"}");
}

/* "argument.field": the value as it was typed. */
static void append_field(Text *text, const BufferWrite *write)
{
        _cleanup_free_ char *name =
                string_format("%s%s%s", write->argument, *write->field ? "." : "", write->field);

        if (!name) {
                text->error = -ENOMEM;
                return;
        }
        append_string(text, name);
        text_append(text, ": ");
        text_append_json(text, (const char *) write->bytes, write->size);
}

/* Plain bytes and fields stand in objects of their own. */
static void append_some_writes(Text *text, const char *key, const Action *action, bool fields)
{
        bool first = true;

        for (size_t i = 0; i < action->write_count; i++) {
                const BufferWrite *write = &action->writes[i];

                if ((write->field != NULL) != fields)
                        continue;
                if (first)
                        append_key(text, key);
                text_append(text, first ? "{" : ", ");
                first = false;
                if (fields) {
                        append_field(text, write);
                        continue;
                }
                append_string(text, write->argument);
                text_append(text, ": ");
                append_bytes(text, write);
        }
        if (!first)
                text_append(text, "}");
}

static void append_writes(Text *text, const Action *action)
{
        append_some_writes(text, "writes", action, false);
        append_some_writes(text, "fields", action, true);
}

static void append_after(Text *text, const Action *action)
{
        _cleanup_text_ Text members = TEXT_INIT;

        if (action->after_return && action->error_number)
                append_errno_member(&members, action->error_number);
        else if (action->after_return) {
                append_key(&members, "value");
                text_append_format(&members, "%lld", (long long) action->value);
        }
        append_writes(&members, action);
        append_key(text, "after");
        text_append_format(text, "{%s}", members.length > 2 ? text_get(&members) + 2 : "");
        if (text_error(&members))
                text->error = -ENOMEM;
}

static void append_return(Text *text, const Action *action)
{
        if (action->error_number)
                append_errno_member(text, action->error_number);
        else {
                append_key(text, "value");
                text_append_format(text, "%lld", (long long) action->value);
        }
        append_writes(text, action);
}

/* `, "action": "abort", "errno": "EACCES"` and all that goes with it. */
static void append_action(Text *text, const Action *action)
{
        append_member(text, "action", action_kind_name(action->kind));
        if ((action->kind == ACTION_ABORT || action->kind == ACTION_ABORT_FOREVER) &&
            action->error_number != EPERM)
                append_errno_member(text, action->error_number);
        if (action->kind == ACTION_RETURN)
                append_return(text, action);
        if (action->kind == ACTION_SCRIPT)
                append_member(text, action->script_is_seed ? "seed-script" : "script",
                              action->script ? action->script : "");
        if (action->after)
                append_after(text, action);
        if (action->delay_usec) {
                append_key(text, "delay");
                text_append_format(text, "\"%lluus\"", (unsigned long long) action->delay_usec);
        }
        if (action->signal) {
                append_key(text, "signal");
                if (signal_name(action->signal))
                        append_string(text, signal_name(action->signal));
                else
                        text_append_unsigned(text, (uint64_t) action->signal);
        }
}

static void append_where(Text *text, const Rule *rule)
{
        append_key(text, "where");
        text_append(text, "{");
        for (size_t i = 0; i < rule->condition_count; i++) {
                text_append(text, i ? ", " : "");
                append_string(text, rule->conditions[i]->name);
                text_append(text, ": ");
                text_append(text, rule->conditions[i]->json);
        }
        text_append(text, "}");
}

static void append_rule(const Rule *rule, bool log, Text *text)
{
        text_append(text, "{\"syscall\": ");
        append_selector(text, rule->selector);
        if (rule->condition_count > 0)
                append_where(text, rule);
        if (rule->exe)
                append_member(text, "exe", rule->exe);
        if (rule->started_by)
                append_member(text, "started-by", rule->started_by);
        if (rule->pid) {
                append_key(text, "pid");
                text_append_unsigned(text, (uint64_t) rule->pid);
        }
        if (rule->nth.first) {
                append_key(text, "nth");
                text_append_char(text, '"');
                rule_nth_append(&rule->nth, text);
                text_append_char(text, '"');
        }
        append_action(text, &rule->action);
        if (rule->log != log)
                text_append(text, rule->log ? ", \"log\": true" : ", \"log\": false");
        if (rule->disabled)
                text_append(text, ", \"enabled\": false");
        if (rule->comment)
                append_member(text, "comment", rule->comment);
        text_append(text, "}");
}

int rule_append_json(const Rule *rule, Text *text)
{
        append_rule(rule, true, text);
        return text_error(text);
}

/* "notify", or an object when a word does not say it all. */
static void append_plain_action(Text *text, const Action *action, const char *before)
{
        _cleanup_text_ Text members = TEXT_INIT;
        bool word = !*before && (action->kind == ACTION_ALLOW || action->kind == ACTION_NOTIFY ||
                                 action_is_forever(action->kind) || action->kind == ACTION_ABORT);

        append_action(&members, action);
        if (word && !action->after && !action->delay_usec && !action->signal) {
                text_append_char(text, '"');
                action_append(action, text);
                text_append_char(text, '"');
        } else
                text_append_format(text, "{%s%s}", before,
                                   text_get(&members) + (*before ? 0 : strlen(", ")));
        if (text_error(&members))
                text->error = -ENOMEM;
}

static void append_head(const RuleSet *set, Text *text)
{
        text_append(text, "{\n  \"seccomp-jail\": 1");
        if (set->description) {
                text_append(text, ",\n  \"description\": ");
                append_string(text, set->description);
        }
        text_append(text, ",\n  \"default\": ");
        append_plain_action(text, &set->default_action, "");
        if (!set->log)
                text_append(text, ",\n  \"log\": false");
        if (set->has_timeout) {
                char seconds[64];

                snprintf(seconds, sizeof(seconds), "\"seconds\": %.16g",
                         (double) set->timeout_usec / 1e6);
                text_append(text, ",\n  \"on-timeout\": ");
                append_plain_action(text, &set->timeout_action, seconds);
        }
        for (size_t i = 0; i < set->open_guard_count; i++) {
                text_append(text, i ? ", " : ",\n  \"open-guards\": [");
                append_string(text, set->open_guards[i]);
        }
        if (set->open_guard_count > 0)
                text_append(text, "]");
}

int rule_set_write(const RuleSet *set, char **ret)
{
        _cleanup_text_ Text text = TEXT_INIT;
        size_t written = 0;

        append_head(set, &text);
        text_append(&text, ",\n  \"rules\": [");
        for (size_t i = 0; i < set->count; i++) {
                const Rule *rule = set->entries[i].rule;

                if (rule->expires_usec || rule->expires_uses || rule->expires_pid)
                        continue;
                text_append(&text, written++ ? ",\n    " : "\n    ");
                append_rule(rule, set->log, &text);
        }
        text_append(&text, written ? "\n  ]\n}\n" : "]\n}\n");
        *ret = text_take(&text);
        return *ret ? 0 : -ENOMEM;
}
