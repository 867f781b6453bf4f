/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of one jail: ordered rules, a default, what to do when nobody answers, and what the
 * rule file opens of the guard list. Compiled per call number, so that a match looks only at the
 * rules that can apply. Counts hits.
 */
#pragma once

#include "base/diagnostics.h"
#include "rules/rule.h"
#include "syscalls/caller-view.h"

typedef struct RuleSet RuleSet;

RuleSet *rule_set_free(RuleSet *set);
static inline void rule_set_freep(RuleSet **set)
{
        if (*set)
                rule_set_free(*set);
}

/* ---- reading ---- */

/* The largest rule file taken, in bytes. */
#define RULE_FILE_BYTES_MAX (1024u * 1024u)

/* Reads a rule file's text (or the seed's number-keyed form, or a preset's). Every mistake is found
 * in one go, up to a limit; with an error nothing is made. 0, -EINVAL (see the diagnostics),
 * -EFBIG, -ENOMEM. `diagnostics` may hold warnings on success. */
int rule_set_parse(const char *text, size_t size, RuleSet **ret, Diagnostics *diagnostics);

/* The file that rule_set_parse() would read back the same. Owned text, pretty-printed, UTF-8. */
int rule_set_write(const RuleSet *set, char **ret);

/* The text of a built-in preset ("all-notify", "ask-before-write" …); NULL when there is none. */
const char *preset_text(const char *name);
const char *preset_name(size_t index, const char **ret_description); /* NULL past the last */

/* ---- what it says ---- */

const Action *rule_set_default(const RuleSet *set);
const char *rule_set_description(const RuleSet *set);
size_t rule_set_count(const RuleSet *set);
const Rule *rule_set_get(const RuleSet *set, size_t index); /* 0-based; people see index + 1 */

/* Nobody answers: false when the file has no on-timeout (wait without end). */
bool rule_set_timeout(const RuleSet *set, uint64_t *ret_usec, const Action **ret_action);

/* Guards that the file opens by name ("io_uring", "ptrace" …; guard-list.h). */
bool rule_set_opens_guard(const RuleSet *set, const char *guard);

typedef struct RuleUse {
        uint64_t hits;
        uint64_t last_usec; /* CLOCK_REALTIME of the last hit, 0 for never */
} RuleUse;
RuleUse rule_set_use(const RuleSet *set, size_t index);

/* Whether rules on opening name, or could, something below the directory. */
bool rule_set_paths_reach_below(const RuleSet *set, const char *directory);

/* ---- changing a running jail's rules ---- */

/* Whether a rule that looks at or changes more than nothing names a call that programs make in the
 * vDSO (clock_gettime, gettimeofday, time, getcpu): where it is there, no rule sees them. */
bool rule_set_names_vdso_calls(const RuleSet *set);

/* Each answers 0 or -EPERM (a forever action is fixed while the jail lives), -EINVAL, -ENOENT, with
 * a sentence. A change that fails changes nothing. */

/* `call` is a name, number or group; replaces an unconditional rule for exactly that selector, else
 * stands first. "default" changes the default. *ret_number: 1-based, 0 for the default. */
int rule_set_change(RuleSet *set, const char *call, const char *action, size_t *ret_number,
                    Problem *problem);
/* A rule as one JSON object of a rule file; `position` 1-based, 0 for the end. */
int rule_set_insert(RuleSet *set, const char *json, size_t position, size_t *ret_number,
                    Problem *problem);
/* Takes ownership of `rule` on success; puts it first. */
int rule_set_insert_rule(RuleSet *set, Rule *rule, Problem *problem);
/* By number ("3") or by selector ("mkdir": every unconditional mutable rule for exactly it). */
int rule_set_remove(RuleSet *set, const char *which, Problem *problem);
int rule_set_move(RuleSet *set, size_t from, size_t to, Problem *problem);
int rule_set_enable(RuleSet *set, size_t number, bool enabled, Problem *problem);
/* All mutable rules replaced by another file's; refused when its forever part differs. On success
 * `with` is *set and the old one is freed; on failure the caller still has both. */
int rule_set_replace(RuleSet **set, RuleSet *with, Problem *problem);

/* Fixes the forever part: from now on the changes above refuse to touch it. */
void rule_set_seal(RuleSet *set);

/* What the kernel decides since the seal; NULL before it. */
const struct FilterPlan *rule_set_sealed(const RuleSet *set);
/* The calls that it lets pass by itself because a mutable rule allowed them unlogged, and that the
 * rules as they are now want to hear of: set to true in `numbers` (CALL_NUMBERS of filter-plan.h),
 * where others stay as they are. Answers how many were added, -ENOMEM. */
int rule_set_find_outdated(const RuleSet *set, bool *numbers);
/* Likewise all that it lets pass for the time being, whatever the rules are now. */
void rule_set_mark_passing(const RuleSet *set, bool *numbers);

/* Drops the rules whose time or uses are over. rule_set_match() and the changes above do it by
 * themselves; call it before a list is shown. Answers how many went. */
size_t rule_set_drop_ended(RuleSet *set);
/* A process is gone: its rules (`pid`, `expires_pid`) that were made from answers go with it. */
size_t rule_set_end_process(RuleSet *set, int pid);

/* ---- applying ---- */

typedef struct RuleQuery {
        const CallRegisters *registers;
        const CallerView *view;
        const char *exe; /* /proc/PID/exe, NULL when it cannot be known: then `exe` rules refuse */
        const char *const
                *ancestors; /* exe of each ancestor inside the jail, nearest first, NULL-ended */
        int pid;
        bool peek;         /* do not count the call for hits and nth (an edited call judged again, a
                              preview) */
        char *const *wish; /* when *wish is set while rules are asked, the view lacks something that
                              they will be asked again with; NULL: never */
} RuleQuery;

typedef struct RuleOutcome {
        size_t number;        /* 1-based rule that decided, 0 for the default */
        const Action *action; /* borrowed until the next change of the set */
        bool log;             /* whether the call belongs into the log */
        bool judged_memory;   /* a condition looked at memory or at a path: pin what was judged */
        bool unreadable;      /* a condition could not be judged: `action` is a refusal (EPERM) */
} RuleOutcome;

/* 0; -EINPROGRESS when the query has a wish: then the call was not counted. */
int rule_set_match(RuleSet *set, const RuleQuery *query, RuleOutcome *ret);

/* Whether any rule speaks of this call number. */
bool rule_set_has_rules(const RuleSet *set, int number);

/* Whether any enabled rule for this call number has a condition on memory (so that the supervisor
 * pins arguments before it matches). */
bool rule_set_judges_memory(const RuleSet *set, int number);

/* Whether a call with this number needs the log (so that an unlogged allow skips its exit stop). */
bool rule_set_may_log(const RuleSet *set, int number);
