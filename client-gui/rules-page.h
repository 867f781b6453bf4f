/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of the chosen jail, in their order; what is changed here acts on the next call. */
#pragma once

#include <gtk/gtk.h>

#include "jail-store.h"

#define RULES_TYPE_PAGE (rules_page_get_type())
G_DECLARE_FINAL_TYPE(RulesPage, rules_page, RULES, PAGE, GtkBox)

void rules_page_set_jail(RulesPage *self, JailItem *jail);
void rules_page_search(RulesPage *self);
