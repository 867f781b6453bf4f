/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One argument of a call to be typed: its name, its kind in words, a field that fits the kind.
 * Strings are typed without quotation marks; flags have check marks beside the text.
 *
 * Signal "changed".
 */
#pragma once

#include <adwaita.h>

#define ARGUMENT_TYPE_ROW (argument_row_get_type())
G_DECLARE_FINAL_TYPE(ArgumentRow, argument_row, ARGUMENT, ROW, AdwEntryRow)

/* spec: {name, kind, constants}; text: as the decoder shows it, NULL for an empty one. */
GtkWidget *argument_row_new(guint index, GVariant *spec, const char *text);
/* As the daemon takes it: strings quoted. Owned. */
char *argument_row_typed(ArgumentRow *self);
gboolean argument_row_is_changed(ArgumentRow *self);
guint argument_row_index(ArgumentRow *self);
const char *argument_row_name(ArgumentRow *self);

/* "path", "flags" …: whether memory stands behind it, and who writes there. */
gboolean argument_kind_is_read(const char *kind);
gboolean argument_kind_is_written(const char *kind);
