/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rule in the list: number, what it selects, what it does, how often it did.
 *
 * Signals: "action-chosen" (s: action), "enabled-changed" (b), "remove", "move-to" (u).
 */
#pragma once

#include <adwaita.h>

#define RULE_TYPE_ROW (rule_row_get_type())
G_DECLARE_FINAL_TYPE(RuleRow, rule_row, RULE, ROW, AdwActionRow)

/* fixed: nothing of it can be changed here. */
GtkWidget *rule_row_new(GVariant *rule, gboolean fixed);
GVariant *rule_row_rule(RuleRow *self);
guint rule_row_number(RuleRow *self);
/* Whether words (lower case, may be "") are in what it says, and what it does is of `filter`: "",
 * "asks", "refuses", "forever". */
gboolean rule_row_matches(RuleRow *self, const char *words, const char *filter);
