/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completion of an entry from a list of names: programs of PATH, or the system calls. */
#pragma once

#include <gtk/gtk.h>

/* `names`: a model of GtkStringObject; what it holds later is offered as well. */
void completion_attach(GtkEntry *entry, GListModel *names);
/* Every executable in PATH, sorted; owned. */
GListModel *completion_programs(void);
