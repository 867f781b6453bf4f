/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the chosen jail did: every mediated call with its answer and its result. */
#pragma once

#include <gtk/gtk.h>

#include "jail-store.h"
#include "log-store.h"

#define LOG_TYPE_PAGE (log_page_get_type())
G_DECLARE_FINAL_TYPE(LogPage, log_page, LOG, PAGE, GtkBox)

void log_page_set_jail(LogPage *self, JailItem *jail);
void log_page_search(LogPage *self);
void log_page_set_filter(LogPage *self, const char *words);
LogStore *log_page_store(LogPage *self);
