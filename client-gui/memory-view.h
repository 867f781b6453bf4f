/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Memory of a program, sixteen bytes a row: address, the bytes in hexadecimal, the same as text.
 * Either side can be typed in; changed rows are marked; one step takes all changes back.
 *
 * Signal "changed".
 */
#pragma once

#include <gtk/gtk.h>

#define MEMORY_TYPE_VIEW (memory_view_get_type())
G_DECLARE_FINAL_TYPE(MemoryView, memory_view, MEMORY, VIEW, GtkBox)

GtkWidget *memory_view_new(void);
/* bytes: `ay`; NULL for none. message: what to say instead, may be NULL. */
void memory_view_show(MemoryView *self, guint64 address, GVariant *bytes, const char *message);
gboolean memory_view_is_changed(MemoryView *self);
/* The bytes as they stand now, `ay`, floating. */
GVariant *memory_view_bytes(MemoryView *self);
void memory_view_undo(MemoryView *self);
