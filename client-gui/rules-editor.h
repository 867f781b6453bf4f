/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule file as text, judged by the daemon while it is typed, each message at its line. */
#pragma once

#include "main-window.h"

/* jail: whose rules they are ("Use" acts on it), NULL for a file alone. text: NULL for a new one.
 */
GtkWindow *rules_editor_new(MainWindow *window, JailItem *jail, const char *text);

/* FALSE when an editor has text that is neither saved nor in use: it asks what becomes of it. */
gboolean rules_editor_may_all_close(GtkApplication *application);
