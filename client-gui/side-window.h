/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small window beside the main one: a header bar, what it shows, closed by Escape. */
#pragma once

#include <gtk/gtk.h>

/* Transient for the window that `parent` is in; not shown yet. The contents, which
 * it takes over, fill it below the header bar. Sizes in pixels. */
GtkWindow *side_window_new(GtkWidget *parent, const char *title, int width, int height,
                           GtkWidget *contents);
