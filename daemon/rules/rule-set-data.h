/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a rule set is made of: shared by the files that read, change, match and write it. */
#pragma once

#include "rules/filter-plan.h"
#include "rules/rule-condition.h"
#include "rules/rule-set.h"

typedef struct RuleEntry {
        Rule *rule;
        RuleUse use;
        uint64_t matched; /* calls that met all but `nth`, over the whole jail */
        bool counted;     /* the present query is one of them */
        bool late;  /* came after the seal: a forever rule behind it still decides its calls */
        bool ended; /* its time or uses are over; goes with the next change */
} RuleEntry;

/* One rule that can apply to a call number. */
typedef struct CallRule {
        size_t entry; /* index into `entries` */
        size_t place; /* of the number in the rule */
} CallRule;

/* The rules of one call number, in their order. */
typedef struct CallRules {
        int number;
        CallRule *list;
        size_t count;
        bool judges_memory;
        bool may_log;
        bool has_late; /* one of them came after the seal */
} CallRules;

struct RuleSet {
        char *description;
        Action default_action;
        bool log; /* of the default, and of rules that say nothing */
        bool has_timeout;
        uint64_t timeout_usec;
        Action timeout_action;
        char **open_guards;
        size_t open_guard_count;

        RuleEntry *entries;
        size_t count, capacity;

        CallRules **calls; /* compiled: by number, CALL_NUMBERS long; NULL where no rule is */

        FilterPlan *sealed; /* what the kernel decides while the jail lives; NULL before the seal */
        bool has_ended;     /* an entry is `ended` */
        Action refusal;     /* what a call gets that could not be judged */
};

int rule_set_append(RuleSet *set, Rule *rule); /* takes the rule on success */
int rule_set_compile(RuleSet *set);
const CallRules *rule_set_calls(const RuleSet *set, int number); /* NULL when no rule names it */
void rule_set_remove_at(RuleSet *set, size_t index);
int rule_set_insert_at(RuleSet *set, size_t index, Rule *rule); /* takes the rule on success */
/* What may be done to a call whatever the rules say: exit, exit_group, rt_sigreturn and
 * restart_syscall run untraced. */
bool call_is_never_traced(int number);
/* Warnings about rules that do not do what they seem to. */
int rule_check(const RuleSet *set, Diagnostics *diagnostics);
