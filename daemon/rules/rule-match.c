/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rule decides a call. */
#include <time.h>

#include "rules/path-glob.h"
#include "rules/rule-nth.h"
#include "rules/rule-set-data.h"

static uint64_t now_usec(clockid_t clock)
{
        struct timespec now;

        clock_gettime(clock, &now);
        return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}

/* One query on its way through the rules. */
typedef struct Match {
        const RuleQuery *query;
        bool judged_memory; /* a condition looked at memory */
        int error;          /* of what could not be read */
        size_t looked_at;   /* entries of the call's list */
} Match;

static bool has_ancestor(const RuleQuery *query, const char *glob)
{
        for (size_t i = 0; query->ancestors && query->ancestors[i]; i++)
                if (path_glob_match(glob, query->ancestors[i]))
                        return true;
        return false;
}

/* Who makes the call; cheap, so it is asked before memory is looked at. */
static Judgement judge_caller(const Rule *rule, Match *match)
{
        const RuleQuery *query = match->query;

        if (rule->pid && rule->pid != query->pid)
                return JUDGEMENT_NO;
        if (rule->exe && !query->exe) {
                match->error = EPERM;
                return JUDGEMENT_UNKNOWN;
        }
        if (rule->exe && !path_glob_match(rule->exe, query->exe))
                return JUDGEMENT_NO;
        if (rule->started_by && !has_ancestor(query, rule->started_by))
                return JUDGEMENT_NO;
        return JUDGEMENT_YES;
}

static Judgement judge_conditions(const Rule *rule, size_t place, bool memory, Match *match)
{
        bool every = rule->action.kind == ACTION_ALLOW || rule->action.kind == ACTION_ALLOW_FOREVER;

        for (size_t i = 0; i < rule->condition_count; i++) {
                const RuleCondition *condition = rule->conditions[i];
                Judgement one;

                if (rule_condition_needs_memory(condition, place) != memory)
                        continue;
                match->judged_memory |= memory;
                one = rule_condition_judge(condition, place, match->query->registers,
                                           match->query->view, every, &match->error);
                if (one != JUDGEMENT_YES)
                        return one;
        }
        return JUDGEMENT_YES;
}

static Judgement judge_rule(const Rule *rule, size_t place, Match *match)
{
        Judgement judgement = judge_conditions(rule, place, false, match);

        if (judgement == JUDGEMENT_YES)
                judgement = judge_caller(rule, match);
        if (judgement == JUDGEMENT_YES)
                judgement = judge_conditions(rule, place, true, match);
        return judgement;
}

static bool has_expired(const Rule *rule)
{
        return rule->expires_usec && now_usec(CLOCK_BOOTTIME) >= rule->expires_usec;
}

static Judgement judge_entry(RuleSet *set, RuleEntry *entry, size_t place, bool count, Match *match)
{
        Judgement judgement;

        if (entry->ended)
                return JUDGEMENT_NO;
        if (has_expired(entry->rule)) {
                entry->ended = set->has_ended = true;
                return JUDGEMENT_NO;
        }
        judgement = judge_rule(entry->rule, place, match);
        if (judgement != JUDGEMENT_YES)
                return judgement;
        if (count)
                entry->matched++;
        entry->counted = count;
        return rule_nth_has(&entry->rule->nth, entry->matched + !count) ? JUDGEMENT_YES
                                                                        : JUDGEMENT_NO;
}

static void count_hit(RuleSet *set, RuleEntry *entry)
{
        entry->use.hits++;
        entry->use.last_usec = now_usec(CLOCK_REALTIME);
        if (entry->rule->expires_uses && entry->use.hits >= entry->rule->expires_uses)
                entry->ended = set->has_ended = true;
}

/* The first rule that matches, or SIZE_MAX. A rule that came after the seal does not overrule a
 * forever one behind it: then the forever rule is the answer. */
static Judgement find_entry(RuleSet *set, const CallRules *call, Match *match, size_t *ret)
{
        size_t candidate = SIZE_MAX;

        for (size_t i = 0; call && i < call->count; i++) {
                size_t index = call->list[i].entry;
                RuleEntry *entry = &set->entries[index];
                bool count = !match->query->peek && candidate == SIZE_MAX;
                Judgement judgement;

                entry->counted = false;
                match->looked_at = i + 1;
                if (candidate != SIZE_MAX && entry->late)
                        continue;
                judgement = judge_entry(set, entry, call->list[i].place, count, match);
                if (judgement == JUDGEMENT_NO)
                        continue;
                if (judgement == JUDGEMENT_UNKNOWN) {
                        *ret = index;
                        return judgement;
                }
                if (entry->late && set->sealed) {
                        candidate = index;
                        continue;
                }
                *ret = candidate != SIZE_MAX && !action_is_forever(entry->rule->action.kind)
                               ? candidate
                               : index;
                return JUDGEMENT_YES;
        }
        *ret = candidate;
        if (candidate != SIZE_MAX && action_is_forever(set->default_action.kind))
                *ret = SIZE_MAX;
        return *ret == SIZE_MAX ? JUDGEMENT_NO : JUDGEMENT_YES;
}

/* The rules will be asked about the same call again. */
static void take_back_counts(RuleSet *set, const CallRules *call, const Match *match)
{
        for (size_t i = 0; i < match->looked_at; i++)
                set->entries[call->list[i].entry].matched -=
                        set->entries[call->list[i].entry].counted;
}

static void refuse(RuleSet *set, const Match *match, size_t index, RuleOutcome *ret)
{
        set->refusal = (Action){.kind = ACTION_ABORT, .error_number = match->error};
        *ret = (RuleOutcome){.number = index + 1,
                             .action = &set->refusal,
                             .log = true,
                             .judged_memory = match->judged_memory,
                             .unreadable = true};
}

int rule_set_match(RuleSet *set, const RuleQuery *query, RuleOutcome *ret)
{
        Match match = {.query = query, .error = EPERM};
        const CallRules *call;
        Judgement judgement;
        size_t index;

        if (set->has_ended)
                rule_set_drop_ended(set);
        call = rule_set_calls(set, query->registers->number);
        judgement = find_entry(set, call, &match, &index);
        if (query->wish && *query->wish) {
                take_back_counts(set, call, &match);
                return -EINPROGRESS;
        }
        if (judgement == JUDGEMENT_UNKNOWN) {
                refuse(set, &match, index, ret);
                return 0;
        }
        if (judgement == JUDGEMENT_NO) {
                *ret = (RuleOutcome){.action = &set->default_action,
                                     .log = set->log,
                                     .judged_memory = match.judged_memory};
                return 0;
        }
        if (!query->peek)
                count_hit(set, &set->entries[index]);
        *ret = (RuleOutcome){.number = index + 1,
                             .action = &set->entries[index].rule->action,
                             .log = set->entries[index].rule->log,
                             .judged_memory = match.judged_memory};
        return 0;
}
