/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The processes of the chosen jail as a tree, and calls to be put into them. */
#pragma once

#include <gtk/gtk.h>

#include "jail-store.h"

#define PROCESS_TYPE_PAGE (process_page_get_type())
G_DECLARE_FINAL_TYPE(ProcessPage, process_page, PROCESS, PAGE, GtkBox)

void process_page_set_jail(ProcessPage *self, JailItem *jail);
