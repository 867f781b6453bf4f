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

#include "rules/json-document.h"
#include "rules/rule-condition.h"
#include "rules/rule-set.h"

/* Reports at a value, or at its key. Each answers 0 or -ENOMEM. */
#define file_error(diagnostics, value, ...)                                                        \
        diagnostics_add(diagnostics, SEVERITY_ERROR, json_value_spot(value)->line,                 \
                        json_value_spot(value)->column, __VA_ARGS__)
#define file_warning(diagnostics, value, ...)                                                      \
        diagnostics_add(diagnostics, SEVERITY_WARNING, json_value_spot(value)->line,               \
                        json_value_spot(value)->column, __VA_ARGS__)
#define file_key_error(diagnostics, value, ...)                                                    \
        diagnostics_add(diagnostics, SEVERITY_ERROR, json_value_spot(value)->key_line,             \
                        json_value_spot(value)->key_column, __VA_ARGS__)

/* "; did you mean 'x'?" or "". The result is valid until the text is released. */
const char *file_did_you_mean(Text *text, const char *nearest);

/* A key that an object cannot have: says so, with the nearest of `keys` (NULL-ended). */
int file_unknown_key(Diagnostics *diagnostics, JsonValue member, const char *const *keys,
                     const char *where);

/* Takes a string, or reports and leaves *ret NULL. The string belongs to the document. */
int file_read_string(Diagnostics *diagnostics, JsonValue value, const char *what, const char **ret);
int file_read_bool(Diagnostics *diagnostics, JsonValue value, bool *ret);
/* A whole number within [min, max]; *ret is untouched when it is not one. */
int file_read_number(Diagnostics *diagnostics, JsonValue value, const char *what, uint64_t min,
                     uint64_t max, uint64_t *ret);

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
