/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of the rule file's reader share. rule-file.c reads the whole, rule-file-rule.c one
 * rule, rule-file-selector.c its calls, rule-file-where.c its conditions, rule-file-action.c its
 * action, rule-file-seed.c the seed's number-keyed form, rule-file-write.c the way back.
 *
 * A reader reports a mistake and goes on; it answers negative only for -ENOMEM. Whether a file is
 * good is asked of the diagnostics at the end.
 */
#pragma once

#include "base/json-read.h"
#include "rules/rule-condition.h"
#include "rules/rule-set.h"

/* One object of "rules"; *ret stays NULL when it had errors. */
int rule_file_read_rule(JsonValue object, bool log, Rule **ret, Diagnostics *diagnostics);
int rule_file_read_selector(JsonValue value, Rule *rule, Diagnostics *diagnostics);
/* The calls that a text selects ("mkdir", "83", "@network", words with blanks or commas between).
 */
int rule_selector_parse(const char *text, Rule *rule, Problem *problem);
int rule_file_read_where(JsonValue object, Rule *rule, Diagnostics *diagnostics);
/* `object` is a rule, or the object form of "default" and "on-timeout". */
int rule_file_read_action(JsonValue object, Action *ret, Diagnostics *diagnostics);
/* A string as action_parse() takes it, or an object. */
int rule_file_read_action_value(JsonValue value, Action *ret, Diagnostics *diagnostics);

bool rule_file_is_seed(JsonValue root);
int rule_file_read_seed(JsonValue root, RuleSet *set, Diagnostics *diagnostics);
