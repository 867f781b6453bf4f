/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/number.h"
#include "rules/rule-file.h"
#include "rules/rule-set-data.h"
#include "syscalls/syscall-table.h"

#define CALL_NUMBER_MAX (CALL_NUMBERS - 1)

static int add_number(Rule *rule, int number)
{
        int *numbers = reallocarray(rule->numbers, rule->number_count + 1, sizeof(*numbers));

        if (!numbers)
                return -ENOMEM;
        numbers[rule->number_count++] = number;
        rule->numbers = numbers;
        return 0;
}

static int compare_numbers(const void *a, const void *b)
{
        return *(const int *) a - *(const int *) b;
}

static void sort_numbers(Rule *rule)
{
        size_t kept = 0;

        if (rule->number_count < 2)
                return;
        qsort(rule->numbers, rule->number_count, sizeof(*rule->numbers), compare_numbers);
        for (size_t i = 1; i < rule->number_count; i++)
                if (rule->numbers[i] != rule->numbers[kept])
                        rule->numbers[++kept] = rule->numbers[i];
        rule->number_count = kept + 1;
}

static int add_group(Rule *rule, const char *name, Problem *problem)
{
        _cleanup_text_ Text hint = TEXT_INIT;
        size_t count;
        const int *numbers = syscall_group(name, &count);

        if (!numbers)
                return problem_set(problem, -EINVAL, "unknown group '%.64s'%s", name,
                                   file_did_you_mean(&hint, syscall_group_nearest_name(name)));
        for (size_t i = 0; i < count; i++)
                if (add_number(rule, numbers[i]) < 0)
                        return -ENOMEM;
        return 0;
}

static int add_all(Rule *rule)
{
        for (int number = 0; number < SYSCALL_TABLE_END; number++)
                if (syscall_by_number(number) && add_number(rule, number) < 0)
                        return -ENOMEM;
        return 0;
}

static int add_numbered(Rule *rule, const char *word, Problem *problem)
{
        uint64_t number;

        if (number_parse_unsigned(word, &number) < 0 || number > CALL_NUMBER_MAX)
                return problem_set(
                        problem, -EINVAL,
                        "'%.64s' is not the number of a call; x86_64 has 0 to %d, and up "
                        "to %d may be named",
                        word, SYSCALL_TABLE_END - 1, CALL_NUMBER_MAX);
        return add_number(rule, (int) number);
}

static int add_word(Rule *rule, const char *word, Problem *problem)
{
        _cleanup_text_ Text hint = TEXT_INIT;
        const SyscallEntry *entry;

        if (strcmp(word, "*") == 0)
                return add_all(rule);
        if (*word == '@')
                return add_group(rule, word, problem);
        if ((*word >= '0' && *word <= '9') || *word == '-')
                return add_numbered(rule, word, problem);
        entry = syscall_by_name(word);
        if (!entry)
                return problem_set(problem, -EINVAL, "unknown system call '%.64s'%s", word,
                                   file_did_you_mean(&hint, syscall_nearest_name(word)));
        return add_number(rule, entry->number);
}

int rule_selector_parse(const char *text, Rule *rule, Problem *problem)
{
        _cleanup_text_ Text selector = TEXT_INIT;
        _cleanup_free_ char *copy = strdup(text);
        char *rest = copy;
        int r = copy ? 0 : -ENOMEM;

        for (const char *word; r >= 0 && (word = strsep(&rest, " ,\t\n"));) {
                if (!*word)
                        continue;
                r = add_word(rule, word, problem);
                if (selector.length > 0)
                        text_append_char(&selector, ' ');
                text_append(&selector, word);
        }
        if (r < 0)
                return r;
        if (rule->number_count == 0)
                return problem_set(problem, -EINVAL,
                                   "no system call is named; write a name, a number or a @group");
        sort_numbers(rule);
        rule->selector = text_take(&selector);
        return rule->selector ? 0 : -ENOMEM;
}

static int read_word(JsonValue value, Rule *rule, Text *selector, Diagnostics *diagnostics)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        _cleanup_free_ char *digits = NULL;
        const char *word = json_value_string(value);
        int r;

        if (!word) {
                if (json_value_type(value) != JSON_NUMBER)
                        return file_error(diagnostics, value,
                                          "a call is a name, a number or a @group, not %s",
                                          json_value_type_name(value));
                word = digits = json_value_text(value);
                if (!digits)
                        return -ENOMEM;
        }
        if (strpbrk(word, " ,"))
                return file_error(diagnostics, value,
                                  "several calls stand in a list: [\"open\", \"openat\"]");
        r = add_word(rule, word, &problem);
        if (r == -ENOMEM)
                return r;
        if (r < 0)
                return file_error(diagnostics, value, "%s", problem_text(&problem));
        if (selector->length > 0)
                text_append_char(selector, ' ');
        return text_append(selector, word);
}

int rule_file_read_selector(JsonValue value, Rule *rule, Diagnostics *diagnostics)
{
        _cleanup_text_ Text selector = TEXT_INIT;
        JsonValue element;
        int r = 0;

        if (json_value_type(value) == JSON_LIST) {
                if (!json_value_first(value, &element))
                        return file_error(diagnostics, value, "an empty list selects no call");
                for (bool more = true; more && r >= 0; more = json_value_next(&element))
                        r = read_word(element, rule, &selector, diagnostics);
        } else
                r = read_word(value, rule, &selector, diagnostics);
        if (r < 0)
                return r;
        sort_numbers(rule);
        rule->selector = text_take(&selector);
        return rule->selector ? 0 : -ENOMEM;
}
