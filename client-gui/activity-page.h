/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much the chosen jail does: a live chart, and its calls by count, errors and time. */
#pragma once

#include <gtk/gtk.h>

#include "jail-store.h"
#include "log-store.h"

#define ACTIVITY_TYPE_PAGE (activity_page_get_type())
G_DECLARE_FINAL_TYPE(ActivityPage, activity_page, ACTIVITY, PAGE, GtkBox)

void activity_page_set_jail(ActivityPage *self, JailItem *jail);
/* Whose lines the chart follows. */
void activity_page_set_log(ActivityPage *self, LogStore *store);
