/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/rule-set.h"

#include <string.h>
#include <sys/syscall.h>

#include "rules/rule-set-data.h"

bool call_is_never_traced(int number)
{
        return number == SYS_exit || number == SYS_exit_group || number == SYS_rt_sigreturn ||
               number == SYS_restart_syscall;
}

static void forget_calls(RuleSet *set)
{
        for (size_t i = 0; set->calls && i < CALL_NUMBERS; i++)
                if (set->calls[i]) {
                        free(set->calls[i]->list);
                        free(set->calls[i]);
                }
        free(set->calls);
        set->calls = NULL;
}

RuleSet *rule_set_free(RuleSet *set)
{
        if (!set)
                return NULL;
        forget_calls(set);
        for (size_t i = 0; i < set->count; i++)
                rule_free(set->entries[i].rule);
        free(set->entries);
        for (size_t i = 0; i < set->open_guard_count; i++)
                free(set->open_guards[i]);
        free(set->open_guards);
        free(set->description);
        action_release(&set->default_action);
        action_release(&set->timeout_action);
        filter_plan_free(set->sealed);
        free(set);
        return NULL;
}

int rule_set_insert_at(RuleSet *set, size_t index, Rule *rule)
{
        if (set->count == set->capacity) {
                size_t capacity = set->capacity ? 2 * set->capacity : 16;
                RuleEntry *entries = reallocarray(set->entries, capacity, sizeof(*entries));

                if (!entries)
                        return -ENOMEM;
                set->entries = entries;
                set->capacity = capacity;
        }
        memmove(set->entries + index + 1, set->entries + index,
                (set->count - index) * sizeof(*set->entries));
        set->entries[index] = (RuleEntry){.rule = rule};
        set->count++;
        return 0;
}

int rule_set_append(RuleSet *set, Rule *rule)
{
        return rule_set_insert_at(set, set->count, rule);
}

/* Takes an entry out of what was compiled, without memory, so that removing cannot fail. */
static void forget_entry(CallRules *call, size_t index)
{
        size_t kept = 0;

        for (size_t i = 0; i < call->count; i++) {
                CallRule rule = call->list[i];

                if (rule.entry == index)
                        continue;
                rule.entry -= rule.entry > index;
                call->list[kept++] = rule;
        }
        /* add_call_rule() takes the count for the size of the list, and is never called on these */
        call->count = kept;
}

void rule_set_remove_at(RuleSet *set, size_t index)
{
        for (size_t i = 0; set->calls && i < CALL_NUMBERS; i++)
                if (set->calls[i])
                        forget_entry(set->calls[i], index);
        rule_free(set->entries[index].rule);
        set->count--;
        memmove(set->entries + index, set->entries + index + 1,
                (set->count - index) * sizeof(*set->entries));
}

static int add_call_rule(CallRules **calls, int number, CallRule added)
{
        CallRules *call = calls[number];
        CallRule *list;

        if (!call) {
                call = calls[number] = calloc(1, sizeof(*call));
                if (!call)
                        return -ENOMEM;
                call->number = number;
        }
        if ((call->count & (call->count - 1)) == 0) { /* full at each power of two */
                list = reallocarray(call->list, call->count ? 2 * call->count : 1, sizeof(*list));
                if (!list)
                        return -ENOMEM;
                call->list = list;
        }
        call->list[call->count++] = added;
        return 0;
}

static int compile_rule(const RuleSet *set, size_t index, CallRules **calls)
{
        const RuleEntry *entry = &set->entries[index];
        const Rule *rule = entry->rule;

        for (size_t place = 0; place < rule->number_count; place++) {
                int number = rule->numbers[place];
                int r = add_call_rule(calls, number, (CallRule){.entry = index, .place = place});

                if (r < 0)
                        return r;
                calls[number]->has_late |= entry->late;
                for (size_t i = 0; i < rule->condition_count; i++)
                        calls[number]->judges_memory |=
                                rule_condition_needs_memory(rule->conditions[i], place);
        }
        return 0;
}

/* Whether any rule that can decide the call, or else the default, wants it in the log. */
static bool may_log(const RuleSet *set, const CallRules *call)
{
        for (size_t i = 0; i < call->count; i++) {
                const Rule *rule = set->entries[call->list[i].entry].rule;

                if (rule->log)
                        return true;
                if (rule_is_unconditional(rule))
                        return false;
        }
        return set->log;
}

int rule_set_compile(RuleSet *set)
{
        RuleSet compiled = {.calls = calloc(CALL_NUMBERS, sizeof(*compiled.calls))};
        int r = compiled.calls ? 0 : -ENOMEM;

        for (size_t i = 0; i < set->count && r >= 0; i++)
                if (!set->entries[i].rule->disabled && !set->entries[i].ended)
                        r = compile_rule(set, i, compiled.calls);
        if (r < 0) {
                forget_calls(&compiled);
                return r;
        }
        forget_calls(set);
        set->calls = compiled.calls;
        for (size_t i = 0; i < CALL_NUMBERS; i++)
                if (set->calls[i])
                        set->calls[i]->may_log = may_log(set, set->calls[i]);
        return 0;
}

const CallRules *rule_set_calls(const RuleSet *set, int number)
{
        return number >= 0 && number < CALL_NUMBERS ? set->calls[number] : NULL;
}

const Action *rule_set_default(const RuleSet *set)
{
        return &set->default_action;
}

const char *rule_set_description(const RuleSet *set)
{
        return set->description;
}

size_t rule_set_count(const RuleSet *set)
{
        return set->count;
}

const Rule *rule_set_get(const RuleSet *set, size_t index)
{
        return index < set->count ? set->entries[index].rule : NULL;
}

bool rule_set_timeout(const RuleSet *set, uint64_t *ret_usec, const Action **ret_action)
{
        if (!set->has_timeout)
                return false;
        *ret_usec = set->timeout_usec;
        *ret_action = &set->timeout_action;
        return true;
}

bool rule_set_opens_guard(const RuleSet *set, const char *guard)
{
        for (size_t i = 0; i < set->open_guard_count; i++)
                if (strcmp(set->open_guards[i], guard) == 0)
                        return true;
        return false;
}

RuleUse rule_set_use(const RuleSet *set, size_t index)
{
        return index < set->count ? set->entries[index].use : (RuleUse){0};
}

bool rule_set_has_rules(const RuleSet *set, int number)
{
        return rule_set_calls(set, number);
}

bool rule_set_judges_memory(const RuleSet *set, int number)
{
        const CallRules *call = rule_set_calls(set, number);

        return call && call->judges_memory;
}

static bool rule_reaches_below(const Rule *rule, const char *directory)
{
        for (size_t i = 0; i < rule->condition_count; i++) {
                const RuleCondition *condition = rule->conditions[i];

                for (size_t j = 0; condition->subject == SUBJECT_PATH && j < condition->test_count;
                     j++)
                        if (condition_test_reaches_below(condition->tests[j], directory))
                                return true;
        }
        return false;
}

bool rule_set_paths_reach_below(const RuleSet *set, const char *directory)
{
        for (size_t i = 0; i < set->count; i++)
                if (!set->entries[i].ended && rule_reaches_below(set->entries[i].rule, directory))
                        return true;
        return false;
}

bool rule_set_may_log(const RuleSet *set, int number)
{
        const CallRules *call = rule_set_calls(set, number);

        return call ? call->may_log : set->log;
}
