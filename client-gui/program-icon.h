/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The icon of a program: that of the installed application whose executable it is. */
#pragma once

#include <gtk/gtk.h>

/* A plain symbol when no application is known for `exe`. */
void program_icon_set(GtkImage *image, const char *exe);
