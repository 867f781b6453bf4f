/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A process or thread in the tree, with what is below it. Signal "changed".
 */
#pragma once

#include <gio/gio.h>

#define PROCESS_TYPE_ITEM (process_item_get_type())
G_DECLARE_FINAL_TYPE(ProcessItem, process_item, PROCESS, ITEM, GObject)

ProcessItem *process_item_new(int tid);
int process_item_tid(ProcessItem *self);
GVariant *process_item_info(ProcessItem *self);
GListStore *process_item_children(ProcessItem *self);
/* Its name, escaped, owned. */
char *process_item_name(ProcessItem *self);

/* Makes `roots` and what is below equal to the daemon's list (aa{sv}); items that stay are kept, so
 * that selection and expansion stay. `known`: tid → ProcessItem, kept between calls. */
void process_tree_update(GListStore *roots, GHashTable *known, GVariant *list, gboolean threads);
