/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is fixed when a jail starts, and another file's rules for a jail that runs. */
#include <string.h>

#include "rules/rule-set-data.h"
#include "syscalls/syscall-table.h"

void rule_set_seal(RuleSet *set)
{
        if (set->sealed)
                return;
        /* Without memory for the true plan an empty one: then no call takes a change. */
        if (filter_plan_make(set, &set->sealed, NULL) < 0)
                set->sealed = calloc(1, sizeof(*set->sealed));
        for (size_t i = 0; i < set->count; i++)
                set->entries[i].late = set->entries[i].rule->disabled;
}

static bool same_numbers(const Rule *a, const Rule *b)
{
        return a->number_count == b->number_count &&
               memcmp(a->numbers, b->numbers, a->number_count * sizeof(*a->numbers)) == 0;
}

/* They select the same calls of the same callers. */
static bool same_selection(const Rule *a, const Rule *b)
{
        return same_numbers(a, b) && rule_conditions_equal(a, b) && string_equal(a->exe, b->exe) &&
               string_equal(a->started_by, b->started_by) && a->pid == b->pid &&
               memcmp(&a->nth, &b->nth, sizeof(a->nth)) == 0;
}

static bool is_fixed(const RuleEntry *entry)
{
        return action_is_forever(entry->rule->action.kind) && !entry->rule->disabled;
}

static bool same_fixed_action(const Action *a, const Action *b)
{
        return a->kind == b->kind && a->error_number == b->error_number;
}

static const Rule *next_fixed(const RuleSet *set, size_t *at)
{
        while (*at < set->count) {
                const RuleEntry *entry = &set->entries[(*at)++];

                if (is_fixed(entry))
                        return entry->rule;
        }
        return NULL;
}

static int check_same_rules(const RuleSet *set, const RuleSet *with, Problem *problem)
{
        size_t ours = 0, theirs = 0;

        for (;;) {
                const Rule *a = next_fixed(set, &ours), *b = next_fixed(with, &theirs);

                if (!a && !b)
                        return 0;
                if (a && b && same_selection(a, b) && same_fixed_action(&a->action, &b->action))
                        continue;
                if (a)
                        return problem_set(
                                problem, -EPERM,
                                "the file does not have rule %zu (%s %s) in its place, which "
                                "is decided in the kernel for as long as this jail lives; "
                                "start a jail with the file instead",
                                ours, a->selector, action_kind_name(a->action.kind));
                return problem_set(
                        problem, -EPERM,
                        "the file's rule %zu (%s %s) would be new; the kernel's part of the "
                        "rules is fixed while a jail lives; start a jail with the file "
                        "instead",
                        theirs, b->selector, action_kind_name(b->action.kind));
        }
}

static int check_same_default(const RuleSet *set, const RuleSet *with, Problem *problem)
{
        const Action *ours = &set->default_action, *theirs = &with->default_action;

        if (!action_is_forever(ours->kind) && !action_is_forever(theirs->kind))
                return 0;
        if (same_fixed_action(ours, theirs))
                return 0;
        return problem_set(
                problem, -EPERM,
                "the default is %s and the file says %s; a forever default is fixed while a "
                "jail lives; start a jail with the file instead",
                action_kind_name(ours->kind), action_kind_name(theirs->kind));
}

static int check_same_guards(const RuleSet *set, const RuleSet *with, Problem *problem)
{
        bool same = set->open_guard_count == with->open_guard_count;

        for (size_t i = 0; i < with->open_guard_count && same; i++)
                same = rule_set_opens_guard(set, with->open_guards[i]);
        if (same)
                return 0;
        return problem_set(
                problem, -EPERM,
                "the file opens other guards; they are walls in the kernel and fixed while a "
                "jail lives; start a jail with the file instead");
}

static int check_same_plan(const RuleSet *set, const RuleSet *with, Problem *problem)
{
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        int r = filter_plan_make(with, &plan, problem);

        for (size_t i = 0; r >= 0 && i < plan->call_count; i++) {
                const FilterCall *wanted = &plan->calls[i];
                const FilterCall *fixed = filter_plan_call(set->sealed, wanted->number);
                const SyscallEntry *entry = syscall_by_number(wanted->number);
                bool conflict = !fixed;

                if (fixed)
                        r = filter_calls_meet(fixed, FILTER_FIXED, wanted, FILTER_MUTABLE,
                                              &conflict);
                if (r >= 0 && conflict)
                        return problem_set(
                                problem, -EPERM,
                                "the file has a rule on %s (%d), which the kernel decides "
                                "for as long as this jail lives; start a jail with the file "
                                "instead",
                                entry ? entry->name : "call", wanted->number);
        }
        return r;
}

/* Rules that stood here at the seal keep their right to stand in front of forever ones. */
static bool was_sealed(const RuleSet *set, const Rule *rule)
{
        for (size_t i = 0; i < set->count; i++)
                if (!set->entries[i].late && same_selection(set->entries[i].rule, rule))
                        return true;
        return false;
}

int rule_set_replace(RuleSet **set, RuleSet *with, Problem *problem)
{
        RuleSet *old = *set;
        int r = 0;

        if (old->sealed) {
                r = check_same_default(old, with, problem);
                if (r >= 0)
                        r = check_same_rules(old, with, problem);
                if (r >= 0)
                        r = check_same_guards(old, with, problem);
                if (r >= 0)
                        r = check_same_plan(old, with, problem);
                if (r < 0)
                        return r;
                for (size_t i = 0; i < with->count; i++)
                        with->entries[i].late = !is_fixed(&with->entries[i]) &&
                                                !was_sealed(old, with->entries[i].rule);
                r = rule_set_compile(with);
                if (r < 0)
                        return problem_set(problem, r, "out of memory");
                with->sealed = TAKE_PTR(old->sealed);
        }
        *set = with;
        rule_set_free(old);
        return 0;
}

/* ---- what the kernel lets pass for the time being ---- */

const FilterPlan *rule_set_sealed(const RuleSet *set)
{
        return set->sealed;
}

static int is_outdated(const RuleSet *set, const FilterCall *running, bool *ret)
{
        FilterCall now;
        int r = filter_plan_make_call(set, running->number, &now);

        if (r < 0)
                return r;
        r = filter_calls_meet(running, FILTER_KIND(FILTER_ALLOW_YET), &now,
                              ~FILTER_KIND(FILTER_ALLOW_YET), ret);
        free(now.parts);
        if (r != -E2BIG)
                return r;
        *ret = true; /* it cannot be told: then the supervisor looks at each call */
        return 0;
}

int rule_set_find_outdated(const RuleSet *set, bool *numbers)
{
        const FilterPlan *sealed = set->sealed;
        int found = 0;

        for (size_t i = 0; sealed && i < sealed->call_count; i++) {
                const FilterCall *running = &sealed->calls[i];
                bool outdated;
                int r;

                if (numbers[running->number] || !filter_call_passes_yet(running))
                        continue;
                r = is_outdated(set, running, &outdated);
                if (r < 0)
                        return r;
                numbers[running->number] = outdated;
                found += outdated;
        }
        return found;
}

void rule_set_mark_passing(const RuleSet *set, bool *numbers)
{
        const FilterPlan *sealed = set->sealed;

        for (size_t i = 0; sealed && i < sealed->call_count; i++)
                if (filter_call_passes_yet(&sealed->calls[i]))
                        numbers[sealed->calls[i].number] = true;
}
