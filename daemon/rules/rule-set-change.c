/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Changes of a running jail's rules. After the seal the forever part stands: forever rules stay as
 * and where they are, no call that the kernel decides alone gets a rule, and a rule that comes
 * later does not overrule a forever one behind it (rule-match.c).
 */
#include <string.h>

#include "base/number.h"
#include "rules/rule-file.h"
#include "rules/rule-set-data.h"
#include "syscalls/syscall-table.h"

#define RULES_MAX 10000

/* ---- what the seal holds ---- */

static void append_call(Text *text, int number)
{
        const SyscallEntry *entry = syscall_by_number(number);

        if (entry)
                text_append(text, entry->name);
        else
                text_append_format(text, "call %d", number);
}

static bool is_wholly_decided(const FilterCall *call)
{
        if (!call)
                return true; /* beyond the table and unnamed: ENOSYS */
        if (FILTER_KIND(call->otherwise.kind) & FILTER_MUTABLE)
                return false;
        for (size_t i = 0; i < call->part_count; i++)
                if (FILTER_KIND(call->parts[i].verdict.kind) & FILTER_MUTABLE)
                        return false;
        return true;
}

/* "rule 3 (abort-forever)", "the default (allow-forever)", "a guard". */
static void append_decider(const RuleSet *set, int number, Text *text)
{
        const CallRules *call = rule_set_calls(set, number);

        for (size_t i = 0; call && i < call->count; i++) {
                const Rule *rule = set->entries[call->list[i].entry].rule;

                if (!action_is_forever(rule->action.kind))
                        continue;
                text_append_format(text, "rule %zu (%s)", call->list[i].entry + 1,
                                   action_kind_name(rule->action.kind));
                return;
        }
        if (call_is_never_traced(number))
                text_append(text, "a rule of its own (it always runs)");
        else if (action_is_forever(set->default_action.kind))
                text_append_format(text, "the default (%s)",
                                   action_kind_name(set->default_action.kind));
        else
                text_append(text, "a guard");
}

/* Refuses a rule for calls that never reach the supervisor. */
static int check_calls(const RuleSet *set, const Rule *rule, Problem *problem)
{
        if (!set->sealed)
                return 0;
        for (size_t i = 0; i < rule->number_count; i++) {
                _cleanup_text_ Text call = TEXT_INIT, decider = TEXT_INIT;
                int number = rule->numbers[i];

                if (!is_wholly_decided(filter_plan_call(set->sealed, number)))
                        continue;
                append_call(&call, number);
                append_decider(set, number, &decider);
                return problem_set(
                        problem, -EPERM,
                        "%s is decided in the kernel by %s for as long as this jail lives; "
                        "start a jail with %s=%s to be able to change it",
                        text_get(&call), text_get(&decider), text_get(&call),
                        action_kind_name(rule->action.kind));
        }
        return 0;
}

static int check_action(const RuleSet *set, const Action *action, Problem *problem)
{
        const char *name = action_kind_name(action->kind);

        if (!set->sealed || !action_is_forever(action->kind))
                return 0;
        return problem_set(
                problem, -EPERM,
                "%s is decided in the kernel's filter, which is fixed once a jail runs; use "
                "%.5s, or start a jail with this rule",
                name, name);
}

static int check_fixed(const RuleSet *set, size_t index, Problem *problem)
{
        const Rule *rule = set->entries[index].rule;

        if (!set->sealed || !action_is_forever(rule->action.kind))
                return 0;
        return problem_set(
                problem, -EPERM,
                "rule %zu (%s %s) is decided in the kernel for as long as this jail lives; "
                "start a jail without it to be able to change it",
                index + 1, rule->selector, action_kind_name(rule->action.kind));
}

static int check_never_traced(const Rule *rule, Problem *problem)
{
        ActionKind kind = rule->action.kind;

        if (kind == ACTION_ALLOW || kind == ACTION_ALLOW_FOREVER)
                return 0;
        for (size_t i = 0; i < rule->number_count; i++) {
                _cleanup_text_ Text call = TEXT_INIT;

                if (!call_is_never_traced(rule->numbers[i]))
                        return 0;
                append_call(&call, rule->numbers[i]);
                if (i + 1 == rule->number_count)
                        return problem_set(problem, -EINVAL,
                                           "%s always runs: a process that could not end or return "
                                           "from a signal would spin",
                                           text_get(&call));
        }
        return 0;
}

static int check_new(const RuleSet *set, const Rule *rule, Problem *problem)
{
        int r = check_never_traced(rule, problem);

        if (r >= 0)
                r = check_action(set, &rule->action, problem);
        if (r >= 0)
                r = check_calls(set, rule, problem);
        if (r >= 0 && set->count >= RULES_MAX)
                r = problem_set(problem, -E2BIG, "a jail has at most %d rules", RULES_MAX);
        return r;
}

static int out_of_memory(Problem *problem)
{
        return problem_set(problem, -ENOMEM, "out of memory");
}

/* ---- rules that ended ---- */

size_t rule_set_drop_ended(RuleSet *set)
{
        size_t before = set->count;

        for (size_t i = set->count; i-- > 0;)
                if (set->entries[i].ended)
                        rule_set_remove_at(set, i);
        set->has_ended = false;
        return before - set->count;
}

size_t rule_set_end_process(RuleSet *set, int pid)
{
        for (size_t i = 0; i < set->count; i++) {
                const Rule *rule = set->entries[i].rule;

                if (pid > 0 && rule->expires_pid == pid)
                        set->entries[i].ended = set->has_ended = true;
        }
        return set->has_ended ? rule_set_drop_ended(set) : 0;
}

/* ---- insert ---- */

/* Takes the rule on success. */
static int insert_checked(RuleSet *set, size_t index, Rule *rule, Problem *problem)
{
        int r = rule_set_insert_at(set, index, rule);

        if (r < 0)
                return out_of_memory(problem);
        set->entries[index].late = set->sealed != NULL;
        r = rule_set_compile(set);
        if (r >= 0)
                return 0;
        set->count--;
        memmove(set->entries + index, set->entries + index + 1,
                (set->count - index) * sizeof(*set->entries));
        return out_of_memory(problem);
}

int rule_set_insert(RuleSet *set, const char *json, size_t position, size_t *ret_number,
                    Problem *problem)
{
        _cleanup_(rule_freep) Rule *rule = NULL;
        int r;

        rule_set_drop_ended(set);
        if (position > set->count + 1)
                return problem_set(
                        problem, -EINVAL,
                        "there is no place %zu; the jail has %zu rules, 0 stands for the "
                        "end",
                        position, set->count);
        r = rule_parse(json, &rule, problem);
        if (r < 0)
                return r;
        r = check_new(set, rule, problem);
        if (r < 0)
                return r;
        if (position == 0)
                position = set->count + 1;
        r = insert_checked(set, position - 1, rule, problem);
        if (r < 0)
                return r;
        rule = NULL;
        if (ret_number)
                *ret_number = position;
        return 0;
}

int rule_set_insert_rule(RuleSet *set, Rule *rule, Problem *problem)
{
        int r;

        rule_set_drop_ended(set);
        r = check_new(set, rule, problem);
        return r < 0 ? r : insert_checked(set, 0, rule, problem);
}

/* ---- change ---- */

static int change_default(RuleSet *set, const char *action_text, Problem *problem)
{
        _cleanup_(action_release) Action action = {0};
        int r = action_parse(action_text, &action, problem);

        if (r < 0)
                return r;
        r = check_action(set, &action, problem);
        if (r < 0)
                return r;
        if (set->sealed && action_is_forever(set->default_action.kind))
                return problem_set(
                        problem, -EPERM,
                        "the default (%s) is decided in the kernel for as long as this jail "
                        "lives; start a jail with --default %s to be able to change it",
                        action_kind_name(set->default_action.kind), action_kind_name(action.kind));
        action_release(&set->default_action);
        set->default_action = action;
        action = (Action){0};
        return 0;
}

static bool same_numbers(const Rule *a, const Rule *b)
{
        return a->number_count == b->number_count &&
               memcmp(a->numbers, b->numbers, a->number_count * sizeof(*a->numbers)) == 0;
}

/* The enabled rule that decides every call of `wanted` before any other rule that could: changing
 * it is enough. SIZE_MAX when there is none. */
static size_t find_plain_rule(const RuleSet *set, const Rule *wanted)
{
        for (size_t i = 0; i < set->count; i++) {
                const Rule *rule = set->entries[i].rule;

                if (rule->disabled || !rule_is_unconditional(rule))
                        continue;
                if (same_numbers(rule, wanted))
                        return i;
                for (size_t j = 0; j < wanted->number_count; j++)
                        if (rule_place(rule, wanted->numbers[j]) >= 0)
                                return SIZE_MAX;
        }
        return SIZE_MAX;
}

static int change_in_place(RuleSet *set, size_t index, Rule *wanted, Problem *problem)
{
        Rule *rule = set->entries[index].rule;
        Action before = rule->action;

        rule->action = wanted->action;
        if (rule_set_compile(set) < 0) {
                rule->action = before;
                return out_of_memory(problem);
        }
        wanted->action = before;
        return 0;
}

int rule_set_change(RuleSet *set, const char *call, const char *action, size_t *ret_number,
                    Problem *problem)
{
        _cleanup_(rule_freep) Rule *rule = NULL;
        size_t index;
        int r;

        rule_set_drop_ended(set);
        if (strcmp(call, "default") == 0) {
                r = change_default(set, action, problem);
                if (r >= 0 && ret_number)
                        *ret_number = 0;
                return r;
        }
        rule = calloc(1, sizeof(*rule));
        if (!rule)
                return out_of_memory(problem);
        rule->log = true;
        r = rule_selector_parse(call, rule, problem);
        if (r >= 0)
                r = action_parse(action, &rule->action, problem);
        if (r >= 0)
                r = check_new(set, rule, problem);
        if (r < 0)
                return r;

        index = find_plain_rule(set, rule);
        if (index != SIZE_MAX) {
                r = check_fixed(set, index, problem);
                if (r >= 0)
                        r = change_in_place(set, index, rule, problem);
        } else {
                index = 0;
                r = insert_checked(set, index, rule, problem);
                if (r >= 0)
                        rule = NULL;
        }
        if (r >= 0 && ret_number)
                *ret_number = index + 1;
        return r;
}

/* ---- remove, move, enable ---- */

static int find_number(const RuleSet *set, size_t number, size_t *ret_index, Problem *problem)
{
        if (number == 0 || number > set->count)
                return problem_set(problem, -ENOENT, "there is no rule %zu; the jail has %zu rules",
                                   number, set->count);
        *ret_index = number - 1;
        return 0;
}

static int remove_number(RuleSet *set, size_t number, Problem *problem)
{
        size_t index;
        int r = find_number(set, number, &index, problem);

        if (r >= 0)
                r = check_fixed(set, index, problem);
        if (r < 0)
                return r;
        set->entries[index].ended = true;
        rule_set_drop_ended(set);
        return 0;
}

static int remove_selector(RuleSet *set, const char *which, Problem *problem)
{
        _cleanup_(rule_freep) Rule *wanted = calloc(1, sizeof(*wanted));
        size_t fixed = SIZE_MAX, removed = 0;
        int r = wanted ? rule_selector_parse(which, wanted, problem) : out_of_memory(problem);

        if (r < 0)
                return r;
        for (size_t i = 0; i < set->count; i++) {
                const Rule *rule = set->entries[i].rule;

                if (!rule_is_unconditional(rule) || !same_numbers(rule, wanted))
                        continue;
                if (set->sealed && action_is_forever(rule->action.kind)) {
                        fixed = i;
                        continue;
                }
                set->entries[i].ended = true;
                removed++;
        }
        if (removed > 0) {
                rule_set_drop_ended(set);
                return 0;
        }
        if (fixed != SIZE_MAX)
                return check_fixed(set, fixed, problem);
        return problem_set(
                problem, -ENOENT,
                "no rule is for exactly %s without conditions; name the rule by its number", which);
}

int rule_set_remove(RuleSet *set, const char *which, Problem *problem)
{
        uint64_t number;

        rule_set_drop_ended(set);
        if (number_parse_unsigned(which, &number) >= 0)
                return remove_number(set, number, problem);
        return remove_selector(set, which, problem);
}

static bool have_common_call(const Rule *a, const Rule *b)
{
        for (size_t i = 0; i < a->number_count; i++)
                if (rule_place(b, a->numbers[i]) >= 0)
                        return true;
        return false;
}

/* A rule may not go past a forever one for the same call, nor a forever one past it. */
static int check_way(const RuleSet *set, size_t from, size_t to, Problem *problem)
{
        size_t low = from < to ? from : to, high = from < to ? to : from;
        const Rule *moved = set->entries[from].rule;

        if (!set->sealed)
                return 0;
        for (size_t i = low; i <= high; i++) {
                const Rule *passed = set->entries[i].rule;

                if (i == from || !have_common_call(moved, passed))
                        continue;
                if (action_is_forever(moved->action.kind))
                        return check_fixed(set, from, problem);
                if (action_is_forever(passed->action.kind))
                        return problem_set(
                                problem, -EPERM,
                                "rule %zu cannot go past rule %zu (%s %s), which is fixed "
                                "while this jail lives",
                                from + 1, i + 1, passed->selector,
                                action_kind_name(passed->action.kind));
        }
        return 0;
}

static void shift_entry(RuleSet *set, size_t from, size_t to)
{
        RuleEntry moved = set->entries[from];

        if (from < to)
                memmove(set->entries + from, set->entries + from + 1,
                        (to - from) * sizeof(*set->entries));
        else
                memmove(set->entries + to + 1, set->entries + to,
                        (from - to) * sizeof(*set->entries));
        set->entries[to] = moved;
}

int rule_set_move(RuleSet *set, size_t from, size_t to, Problem *problem)
{
        size_t source, target;
        int r;

        rule_set_drop_ended(set);
        r = find_number(set, from, &source, problem);
        if (r >= 0)
                r = find_number(set, to, &target, problem);
        if (r >= 0)
                r = check_way(set, source, target, problem);
        if (r < 0)
                return r;
        shift_entry(set, source, target);
        if (rule_set_compile(set) >= 0)
                return 0;
        shift_entry(set, target, source);
        return out_of_memory(problem);
}

int rule_set_enable(RuleSet *set, size_t number, bool enabled, Problem *problem)
{
        size_t index;
        Rule *rule;
        int r;

        rule_set_drop_ended(set);
        r = find_number(set, number, &index, problem);
        if (r >= 0)
                r = check_fixed(set, index, problem);
        if (r < 0)
                return r;
        rule = set->entries[index].rule;
        if (enabled && rule->disabled) {
                r = check_calls(set, rule, problem);
                if (r < 0)
                        return r;
        }
        rule->disabled = !enabled;
        if (rule_set_compile(set) >= 0)
                return 0;
        rule->disabled = enabled;
        return out_of_memory(problem);
}
