/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The person's jails, newest first: a list model of JailItem that follows the daemon's signals. */
#pragma once

#include <gio/gio.h>

#include "daemon-connection.h"

#define JAIL_TYPE_ITEM (jail_item_get_type())
G_DECLARE_FINAL_TYPE(JailItem, jail_item, JAIL, ITEM, GObject)

guint64 jail_item_id(JailItem *self);
/* The dictionary as the daemon sent it last, borrowed. */
GVariant *jail_item_info(JailItem *self);
gboolean jail_item_is_ended(JailItem *self);
/* "mkdir test": the program's name with its arguments, escaped, owned. */
char *jail_item_title(JailItem *self);
/* The name of the program alone, escaped, owned. */
char *jail_item_program(JailItem *self);
/* Calls that wait for an answer. Signal "changed" when this or the dictionary changes. */
guint jail_item_pending(JailItem *self);
void jail_item_set_pending(JailItem *self, guint pending);

#define JAIL_TYPE_STORE (jail_store_get_type())
G_DECLARE_FINAL_TYPE(JailStore, jail_store, JAIL, STORE, GObject)

JailStore *jail_store_new(DaemonConnection *connection);
GListModel *jail_store_model(JailStore *self);
/* Borrowed; NULL when there is none. */
JailItem *jail_store_find(JailStore *self, guint64 id);
/* Takes ended ones out of the list. */
void jail_store_forget_ended(JailStore *self);
