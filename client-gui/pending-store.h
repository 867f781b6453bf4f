/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All held calls of the person's jails: a list model of CallGroup, the longest wait first, so that
 * a new card never moves one that is there. Follows the daemon's signals; a flood is taken in by
 * batches when the main loop is idle.
 *
 * Signals: "changed" (how many wait changed), "failed" (s: a sentence; an answer did not go
 * through).
 */
#pragma once

#include "call-group.h"
#include "daemon-connection.h"
#include "jail-store.h"

#define PENDING_TYPE_STORE (pending_store_get_type())
G_DECLARE_FINAL_TYPE(PendingStore, pending_store, PENDING, STORE, GObject)

PendingStore *pending_store_new(DaemonConnection *connection, JailStore *jails);

/* Calls held now, in all groups. */
guint pending_store_total(PendingStore *self);
/* Groups that hold any: those that are about to go are not counted. */
guint pending_store_groups(PendingStore *self);
/* Jails that hold any. */
guint pending_store_programs(PendingStore *self);
/* The group that holds call `id`, borrowed, NULL when it is answered. */
CallGroup *pending_store_find(PendingStore *self, guint64 id);

/* Answers every call of the group alike, but those that joined it a moment ago. `verdict` may be
 * floating. */
void pending_store_answer(PendingStore *self, CallGroup *group, GVariant *verdict);
/* Call `id` is being answered here by another way: it goes without a farewell. */
void pending_store_expect(PendingStore *self, guint64 id);
/* {action: …} */
GVariant *pending_store_verdict(const char *action);
