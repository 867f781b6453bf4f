/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An answer that is remembered: for what, for how long, and what it would have matched so far.
 *
 * Signal "chosen" (v: the verdict for Decide).
 */
#pragma once

#include <gtk/gtk.h>

#define REMEMBER_TYPE_POPOVER (remember_popover_get_type())
G_DECLARE_FINAL_TYPE(RememberPopover, remember_popover, REMEMBER, POPOVER, GtkPopover)

/* action: "allow" or "abort". */
GtkWidget *remember_popover_new(const char *action);
void remember_popover_set_call(RememberPopover *self, guint64 id, GVariant *info);
