/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A held call taken apart: its arguments, its result, its memory; and what will happen. */
#pragma once

#include "call-group.h"

#include <gtk/gtk.h>

/* page: "arguments", "result" or "memory". */
void edit_dialog_present(GtkWidget *parent, CallGroup *group, const char *page);
