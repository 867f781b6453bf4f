/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the kernel is to decide, worked out of a rule set as data: for each call number a list of
 * disjoint argument sets with a verdict each. First match wins in a rule file, but nothing orders
 * the rules of a seccomp library; so the sets are made disjoint here and their order is of no
 * matter.
 *
 * A forever action is decided there for good. A mutable `allow` that nobody has to hear of passes
 * as well, for as long as the rules say so: a filter can be made stricter by one more, never
 * milder.
 */
#pragma once

#include "rules/rule-set.h"

/* Numbers that rules may name: far above any call of a kernel to come, far below the x32 ones. */
#define CALL_NUMBERS 4096

/* All (value & mask) == bits, one condition per argument; mask 0 is "any". */
typedef struct ArgumentCube {
        uint64_t mask[6], bits[6];
} ArgumentCube;

typedef enum FilterVerdictKind {
        FILTER_ALLOW,     /* SECCOMP_RET_ALLOW */
        FILTER_ERRNO,     /* SECCOMP_RET_ERRNO */
        FILTER_TRACE,     /* SECCOMP_RET_TRACE: the supervisor decides */
        FILTER_ALLOW_YET, /* SECCOMP_RET_ALLOW, until the rules say something else */
        FILTER_KILL, /* SECCOMP_RET_KILL_PROCESS; of no rule, but of the supervisor's own plan */
} FilterVerdictKind;

/* Kinds of verdicts as a set. */
#define FILTER_KIND(kind) (1u << (kind))
#define FILTER_FIXED      (FILTER_KIND(FILTER_ALLOW) | FILTER_KIND(FILTER_ERRNO))
#define FILTER_MUTABLE    (FILTER_KIND(FILTER_TRACE) | FILTER_KIND(FILTER_ALLOW_YET))

typedef struct FilterVerdict {
        FilterVerdictKind kind;
        int error_number; /* ERRNO */
} FilterVerdict;

bool filter_verdict_equal(FilterVerdict a, FilterVerdict b);

typedef struct FilterPart {
        ArgumentCube cube;
        FilterVerdict verdict;
} FilterPart;

typedef struct FilterPlan FilterPlan;

typedef struct FilterCall {
        int number;
        FilterVerdict otherwise; /* arguments in none of the parts */
        FilterPart *parts;       /* disjoint */
        size_t part_count;
        bool too_many; /* its rules need more parts than a filter shall have: all of it is traced,
                          the supervisor applies the same rules */
} FilterCall;

struct FilterPlan {
        FilterCall *calls; /* ascending, every number of the table and those that rules name */
        size_t call_count;
};

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

/* Whether some of it passes only for the time being. */
bool filter_call_passes_yet(const FilterCall *call);

/* One call's entry, owned by the caller (`parts`), as the rules are now. -ENOMEM. */
int filter_plan_make_call(const RuleSet *set, int number, FilterCall *ret);

/* Whether some arguments get a verdict of the kinds `ones` from `one` and of `others` from `other`.
 * -E2BIG, -ENOMEM. */
int filter_calls_meet(const FilterCall *one, unsigned ones, const FilterCall *other,
                      unsigned others, bool *ret);

/* Nothing passes for the time being any more: all that is mutable is traced. */
void filter_plan_trace_mutable(FilterPlan *plan);
/* What takes back from `plan` that calls of `numbers` (CALL_NUMBERS long) pass for the time being:
 * only they are in it. For a filter that comes on top of the plan's own. */
int filter_plan_tighten(const FilterPlan *plan, const bool *numbers, FilterPlan **ret);

/* What the plan says of a call; the test's reference for the compiled filter. */
FilterVerdict filter_plan_evaluate(const FilterPlan *plan, const CallRegisters *call);
