/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window: the list of jails, the pages about the chosen one, the output of the programs. */
#pragma once

#include "application.h"

#define MAIN_TYPE_WINDOW (main_window_get_type())
G_DECLARE_FINAL_TYPE(MainWindow, main_window, MAIN, WINDOW, AdwApplicationWindow)

MainWindow *main_window_new(JailApplication *application);
/* Shows the held calls, call `id` focused when it is still held. */
void main_window_show_call(MainWindow *self, guint64 id);
/* A sentence that shows for a moment. */
void main_window_toast(MainWindow *self, const char *text);
/* The main window that a widget is in, or that its dialog belongs to. */
MainWindow *main_window_of(GtkWidget *widget);
/* A program was started here: its terminal (taken over) and its place in the list. */
void main_window_take_program(MainWindow *self, guint64 jail, int terminal);
/* Shows the log with only this call's records. */
void main_window_filter_log(MainWindow *self, const char *words);
/* FALSE when programs started here would lose their terminal; a question is asked then. `quit`:
 * what was asked for is to end the application. */
gboolean main_window_may_close(MainWindow *self, gboolean quit);
