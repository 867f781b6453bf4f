/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a rule file: what is taken must come back the same from its own text. */
#include <stdint.h>
#include <string.h>

#include "rules/filter-plan.h"
#include "rules/rule-set.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void expect_same_again(const RuleSet *set)
{
        _cleanup_(rule_set_freep) RuleSet *again = NULL;
        _cleanup_free_ char *first = NULL, *second = NULL;
        Diagnostics diagnostics = {0};

        if (rule_set_write(set, &first) < 0)
                return;
        if (rule_set_parse(first, strlen(first), &again, &diagnostics) == -EINVAL)
                __builtin_trap();
        diagnostics_release(&diagnostics);
        if (again && rule_set_write(again, &second) >= 0 && strcmp(first, second) != 0)
                __builtin_trap();
}

static void try_calls(RuleSet *set)
{
        for (int number = 0; number < 470; number += 7) {
                CallRegisters call = {number, {1, 2, 3, 0x41, 5, 6}};
                RuleQuery query = {.registers = &call};
                RuleOutcome outcome;

                rule_set_match(set, &query, &outcome);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        _cleanup_(rule_set_freep) RuleSet *set = NULL;
        Diagnostics diagnostics = {0};

        rule_set_parse((const char *) bytes, size, &set, &diagnostics);
        diagnostics_release(&diagnostics);
        if (!set)
                return 0;
        expect_same_again(set);
        filter_plan_make(set, &plan, NULL);
        try_calls(set);
        return 0;
}
