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
        CallGroup *group; /* borrowed: owns this */
        int pid;
        int tid;
        double since;   /* seconds since 1970 */
        gint64 arrived; /* monotonic microseconds: when this process learnt of it */
        GVariant *info; /* owned; NULL past the first of a large group */
        GList link;     /* in the group */
} HeldCall;

CallGroup *call_group_new(const char *key);
const char *call_group_key(CallGroup *self);
/* The new call, borrowed. */
HeldCall *call_group_add(CallGroup *self, guint64 id, GVariant *info);
/* Frees the call; `farewell` (borrowed, NULL for none) is shown when it was the last. */
void call_group_remove(HeldCall *call, const char *farewell);
/* The farewell was long enough. */
void call_group_leave(CallGroup *self);
/* Tells by "changed" what was added and removed since: once for many. */
void call_group_tell(CallGroup *self);

guint call_group_count(CallGroup *self);
/* The held call that waits longest, and the one that came after `call`; NULL for none. */
const HeldCall *call_group_first(CallGroup *self);
const HeldCall *held_call_next(const HeldCall *call);
/* The dictionary that stands for all, borrowed, never NULL; kept when all are gone. */
GVariant *call_group_info(CallGroup *self);
/* Why the card is grey, NULL while calls are held. */
const char *call_group_farewell(CallGroup *self);
/* The program's name, escaped, owned. */
char *call_group_program(CallGroup *self);
/* When it was made known to this process, monotonic microseconds: buttons wake half a second later.
 */
gint64 call_group_born(CallGroup *self);
