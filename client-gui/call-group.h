/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Equal held calls of one program: what one card shows. The first dictionary stands for all; of the
 * others only what differs is kept, so that a flood stays cheap.
 *
 * Signal "changed": count, or the farewell of a card that is about to go.
 */
#pragma once

#include <gio/gio.h>

#define CALL_TYPE_GROUP (call_group_get_type())
G_DECLARE_FINAL_TYPE(CallGroup, call_group, CALL, GROUP, GObject)

typedef struct HeldCall {
        guint64 id;
        int pid;
        int tid;
        double since;   /* seconds since 1970 */
        gint64 arrived; /* monotonic microseconds: when this process learnt of it */
        GVariant *info; /* owned; NULL past the first of a large group */
} HeldCall;

CallGroup *call_group_new(const char *key);
const char *call_group_key(CallGroup *self);
void call_group_add(CallGroup *self, guint64 id, GVariant *info);
/* The ids that `calls` holds are taken out; `farewell` (borrowed, NULL for none) is shown when it
 * was the last. */
gboolean call_group_remove(CallGroup *self, guint64 id, const char *farewell);

guint call_group_count(CallGroup *self);
/* The i-th held call, the one that waits longest first; NULL past the last. */
const HeldCall *call_group_call(CallGroup *self, guint i);
/* The dictionary that stands for all, borrowed, never NULL; kept when all are gone. */
GVariant *call_group_info(CallGroup *self);
/* Why the card is grey, NULL while calls are held. */
const char *call_group_farewell(CallGroup *self);
/* The program's name, escaped, owned. */
char *call_group_program(CallGroup *self);
/* When it was made known to this process, monotonic microseconds: buttons wake half a second later.
 */
gint64 call_group_born(CallGroup *self);
