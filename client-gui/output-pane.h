/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a program that was started here prints, and where a person types to it: a terminal where
 * VTE was there at build time (output-pane-terminal.c), else a text view (output-pane-text.c).
 */
#pragma once

#include <gtk/gtk.h>

/* Takes the pseudo terminal's master over. */
GtkWidget *output_pane_new(int terminal);
