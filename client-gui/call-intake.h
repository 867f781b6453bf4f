/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is told about held calls, in the order of its coming, taken off the wire beside the main
 * loop: a flood of signals neither keeps the window from drawing nor from hearing the person. The
 * main loop takes them when it has nothing better to do, as long at a time as it likes.
 */
#pragma once

#include <gio/gio.h>

typedef struct CallIntake CallIntake;

typedef struct CallEvent {
        guint64 id;
        GVariant *info;   /* owned, one piece of memory */
        gboolean arrival; /* SyscallPending, else SyscallDecided */
} CallEvent;

/* Called by the main loop as long as events wait; takes some of them. */
typedef void (*CallIntakeReady)(gpointer data);

/* Listens to what `sender` (its unique name; NULL on a private socket) says on `bus`. */
CallIntake *call_intake_new(GDBusConnection *bus, const char *sender, CallIntakeReady ready,
                            gpointer data);
/* Nothing is called any more; what waits is thrown away. NULL is fine. */
void call_intake_free(CallIntake *self);

/* The event that waits longest, the caller's to free; NULL when none waits. */
CallEvent *call_intake_take(CallIntake *self);
void call_event_free(CallEvent *event);
/* Has `ready` called although nothing came. */
void call_intake_wake(CallIntake *self);
