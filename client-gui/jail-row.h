/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A jail in the side list: a dot while it runs, its command, its rules, a badge for held calls. */
#pragma once

#include <gtk/gtk.h>

#include "jail-store.h"

#define JAIL_TYPE_ROW (jail_row_get_type())
G_DECLARE_FINAL_TYPE(JailRow, jail_row, JAIL, ROW, GtkListBoxRow)

GtkWidget *jail_row_new(JailItem *item);
JailItem *jail_row_item(JailRow *self);
