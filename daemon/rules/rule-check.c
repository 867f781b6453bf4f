/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Warnings about rules that are right as text but do not do what they seem to. */
#include <string.h>
#include <sys/syscall.h>

#include "base/diagnostics.h"
#include "rules/rule-condition.h"
#include "rules/rule-set-data.h"
#include "syscalls/syscall-table.h"

/* What stands in front of a rule, for each call number; 1-based rule numbers, 0 for none. */
typedef struct Standing {
        size_t closed[CALL_NUMBERS];  /* decides every such call */
        size_t mutable[CALL_NUMBERS]; /* may decide any such call, and is not forever */
} Standing;

static void call_name(int number, char *buffer, size_t size)
{
        const SyscallEntry *entry = syscall_by_number(number);

        if (entry)
                snprintf(buffer, size, "%s", entry->name);
        else
                snprintf(buffer, size, "call %d", number);
}

static bool is_vdso_call(int number)
{
        return number == SYS_clock_gettime || number == SYS_gettimeofday || number == SYS_time ||
               number == SYS_getcpu;
}

/* The first call of the vDSO that the rule names and does something about; -1 for none. */
static int named_vdso_call(const Rule *rule)
{
        bool nothing = rule->action.kind == ACTION_ALLOW_FOREVER ||
                       (rule->action.kind == ACTION_ALLOW && !rule->log && !rule->action.after &&
                        !rule->action.delay_usec && !rule->action.signal);

        if (rule->disabled || nothing || strpbrk(rule->selector, "@*"))
                return -1;
        for (size_t i = 0; i < rule->number_count; i++)
                if (is_vdso_call(rule->numbers[i]))
                        return rule->numbers[i];
        return -1;
}

bool rule_set_names_vdso_calls(const RuleSet *set)
{
        for (size_t i = 0; i < set->count; i++)
                if (named_vdso_call(set->entries[i].rule) >= 0)
                        return true;
        return false;
}

static int check_reached(const Rule *rule, size_t number, const Standing *standing,
                         Diagnostics *diagnostics)
{
        size_t by = rule->number_count ? standing->closed[rule->numbers[0]] : 0;

        for (size_t i = 0; i < rule->number_count; i++)
                if (!standing->closed[rule->numbers[i]])
                        return 0;
        return diagnostics_add(
                diagnostics, SEVERITY_WARNING, rule->line, rule->column,
                "rule %zu (%s) is never reached: rule %zu in front of it decides every "
                "such call; move it up or remove it",
                number, rule->selector, by);
}

static int check_forever_place(const Rule *rule, const Standing *standing, Diagnostics *diagnostics)
{
        char name[32];

        if (!action_is_forever(rule->action.kind))
                return 0;
        for (size_t i = 0; i < rule->number_count; i++) {
                int number = rule->numbers[i];

                if (!standing->mutable[number] || standing->closed[number])
                        continue;
                call_name(number, name, sizeof(name));
                return diagnostics_add(diagnostics, SEVERITY_WARNING, rule->line, rule->column,
                                       "%s for %s stands behind rule %zu, which the kernel cannot "
                                       "judge: the supervisor decides both, at its speed; put the "
                                       "forever rule first if it may decide first",
                                       action_kind_name(rule->action.kind), name,
                                       standing->mutable[number]);
        }
        return 0;
}

/* Once for all such rules. */
static int check_vdso(const Rule *rule, bool *said, Diagnostics *diagnostics)
{
        int number = named_vdso_call(rule);
        char name[32];

        if (number < 0 || *said)
                return 0;
        *said = true;
        call_name(number, name, sizeof(name));
        return diagnostics_add(
                diagnostics, SEVERITY_WARNING, rule->line, rule->column,
                "for %s to be seen, programs started in this jail have no vDSO: each look at a "
                "clock is a call; programs that run already go on asking theirs",
                name);
}

static bool looks_at_paths(const Rule *rule)
{
        for (size_t i = 0; i < rule->condition_count; i++)
                if (rule->conditions[i]->subject == SUBJECT_PATH ||
                    rule->conditions[i]->subject == SUBJECT_FD_PATH)
                        return true;
        return rule->exe || rule->started_by;
}

/* Where one of these guards is open the program can give a file other names than the rule has. */
static int check_names(const RuleSet *set, const Rule *rule, size_t number,
                       Diagnostics *diagnostics)
{
        static const struct {
                const char *guard, *how;
        } openings[] = {
                {"mounts", "chroot, pivot_root or a mount"},
                {"setns", "setns into another mount namespace"},
                {"file-names", "a link or a renaming"},
        };

        if (!looks_at_paths(rule))
                return 0;
        for (size_t i = 0; i < ELEMENTS_OF(openings); i++)
                if (rule_set_opens_guard(set, openings[i].guard))
                        return diagnostics_add(
                                diagnostics, SEVERITY_WARNING, rule->line, rule->column,
                                "rule %zu (%s) goes by paths, and the guard '%s' is open: after %s "
                                "the program reaches the same file by a path that the rule does "
                                "not have; leave the guard shut",
                                number, rule->selector, openings[i].guard, openings[i].how);
        return 0;
}

static bool kernel_narrows(const Rule *rule)
{
        for (size_t i = 0; i < rule->condition_count; i++)
                if (rule->number_count > 0 && !rule_condition_needs_memory(rule->conditions[i], 0))
                        return true;
        return false;
}

static void stand(const Rule *rule, size_t number, Standing *standing)
{
        bool closes = rule_is_unconditional(rule);
        bool mutable = !action_is_forever(rule->action.kind) && !kernel_narrows(rule);

        for (size_t i = 0; i < rule->number_count; i++) {
                if (closes && !standing->closed[rule->numbers[i]])
                        standing->closed[rule->numbers[i]] = number;
                if (mutable && !standing->mutable[rule->numbers[i]])
                        standing->mutable[rule->numbers[i]] = number;
        }
}

/* Calls whose rules the kernel's filter has no room for. */
static int check_plan(const RuleSet *set, Diagnostics *diagnostics)
{
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        int r = filter_plan_make(set, &plan, NULL);

        for (size_t i = 0; r >= 0 && i < plan->call_count; i++) {
                const CallRules *call = rule_set_calls(set, plan->calls[i].number);
                const Rule *rule;
                char name[32];

                if (!plan->calls[i].too_many || !call)
                        continue;
                rule = set->entries[call->list[0].entry].rule;
                call_name(plan->calls[i].number, name, sizeof(name));
                r = diagnostics_add(diagnostics, SEVERITY_WARNING, rule->line, rule->column,
                                    "the conditions on %s are too many for a kernel filter: the "
                                    "supervisor decides every such call, as they say but slower",
                                    name);
        }
        return r;
}

int rule_check(const RuleSet *set, Diagnostics *diagnostics)
{
        _cleanup_free_ Standing *standing = calloc(1, sizeof(*standing));
        bool said = false;
        int r = 0;

        if (!standing)
                return -ENOMEM;
        for (size_t i = 0; i < set->count && r >= 0; i++) {
                const Rule *rule = set->entries[i].rule;

                if (rule->disabled)
                        continue;
                r = check_reached(rule, i + 1, standing, diagnostics);
                if (r >= 0)
                        r = check_forever_place(rule, standing, diagnostics);
                if (r >= 0)
                        r = check_vdso(rule, &said, diagnostics);
                if (r >= 0)
                        r = check_names(set, rule, i + 1, diagnostics);
                stand(rule, i + 1, standing);
        }
        return r < 0 ? r : check_plan(set, diagnostics);
}
