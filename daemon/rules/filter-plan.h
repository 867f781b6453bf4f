/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel is to decide for ever, worked out of a rule set as data: for each call number a
 * list of disjoint argument sets with a verdict each. First match wins in a rule file, but nothing
 * orders the rules of a seccomp library; so the sets are made disjoint here and their order is of
 * no matter.
 */
#pragma once

#include "rules/rule-set.h"

/* All (value & mask) == bits, one condition per argument; mask 0 is "any". */
typedef struct ArgumentCube {
        uint64_t mask[6], bits[6];
} ArgumentCube;

typedef enum FilterVerdictKind {
        FILTER_ALLOW, /* SECCOMP_RET_ALLOW */
        FILTER_ERRNO, /* SECCOMP_RET_ERRNO */
        FILTER_TRACE, /* SECCOMP_RET_TRACE: the supervisor decides */
} FilterVerdictKind;

typedef struct FilterVerdict {
        FilterVerdictKind kind;
        int error_number; /* ERRNO */
} FilterVerdict;

typedef struct FilterPart {
        ArgumentCube cube;
        FilterVerdict verdict;
} FilterPart;

typedef struct FilterCall {
        int number;
        FilterVerdict otherwise; /* arguments in none of the parts */
        FilterPart *parts;       /* disjoint */
        size_t part_count;
        bool too_many; /* its rules need more parts than a filter shall have: all of it is traced,
                          the supervisor applies the same rules */
} FilterCall;

typedef struct FilterPlan {
        FilterCall *calls; /* ascending, every number of the table and those that rules name */
        size_t call_count;
} FilterPlan;

/* exit, exit_group, rt_sigreturn and restart_syscall are always FILTER_ALLOW. The guard list
 * (guard-list.h) stands in front. Calls beyond SYSCALL_TABLE_END that no rule names are left to the
 * filter's last resort, ENOSYS. */
int filter_plan_make(const RuleSet *set, FilterPlan **ret, Problem *problem);
void filter_plan_free(FilterPlan *plan);
DEFINE_CLEANUP(FilterPlan *, filter_plan_free)

/* How many parts a call may have before it is left to the supervisor. */
#define FILTER_PARTS_MAX 64

/* Puts a guard that is known only when the jail starts (the supervisor's pid, the landing page's
 * addresses) in front of a plan. -E2BIG, -ENOMEM. */
struct Guard;
int filter_plan_add_guard(FilterPlan *plan, const struct Guard *guard);
/* The call's entry; NULL when the plan does not have it (ENOSYS). */
const FilterCall *filter_plan_call(const FilterPlan *plan, int number);

/* What the plan says of a call; the test's reference for the compiled filter. */
FilterVerdict filter_plan_evaluate(const FilterPlan *plan, const CallRegisters *call);
