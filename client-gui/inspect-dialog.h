/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a process has: its program, folder, open files, memory areas, waiting signals. */
#pragma once

#include <gtk/gtk.h>

void inspect_dialog_present(GtkWidget *parent, int pid);
