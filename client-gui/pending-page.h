/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All held calls at once, a card each. */
#pragma once

#include <gtk/gtk.h>

#include "pending-store.h"

#define PENDING_TYPE_PAGE (pending_page_get_type())
G_DECLARE_FINAL_TYPE(PendingPage, pending_page, PENDING, PAGE, GtkBox)

void pending_page_set_store(PendingPage *self, PendingStore *store);
void pending_page_focus_call(PendingPage *self, guint64 id);
