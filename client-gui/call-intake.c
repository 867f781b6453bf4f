/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals about held calls, taken off the wire by the connection's own thread. */
#include "call-intake.h"

#include "dbus/bus-names.h"

struct CallIntake {
        gatomicrefcount references; /* the owner's, the filter's, the idle source's */
        GDBusConnection *bus;
        guint filter;
        char *sender;
        GMutex lock;
        GQueue events;         /* of CallEvent; under the lock */
        gboolean scheduled;    /* the main loop will look; under the lock */
        gboolean woken;        /* … although no event waits; under the lock */
        CallIntakeReady ready; /* NULL once freed; main thread */
        gpointer data;
};

static void unreference(gpointer data)
{
        CallIntake *self = data;

        if (!g_atomic_ref_count_dec(&self->references))
                return;
        g_queue_clear_full(&self->events, (GDestroyNotify) call_event_free);
        g_mutex_clear(&self->lock);
        g_object_unref(self->bus);
        g_free(self->sender);
        g_free(self);
}

static CallIntake *reference(CallIntake *self)
{
        g_atomic_ref_count_inc(&self->references);
        return self;
}

void call_event_free(CallEvent *event)
{
        g_variant_unref(event->info);
        g_free(event);
}

/* ---- the main loop's side ---- */

static gboolean look(gpointer data)
{
        CallIntake *self = data;
        gboolean more;

        g_mutex_lock(&self->lock);
        self->woken = FALSE;
        g_mutex_unlock(&self->lock);
        if (self->ready)
                self->ready(self->data);
        g_mutex_lock(&self->lock);
        more = self->ready && (self->events.length || self->woken);
        self->scheduled = more;
        g_mutex_unlock(&self->lock);
        return more;
}

/* Under the lock. Drawing and a person's input come first. */
static void schedule(CallIntake *self)
{
        if (self->scheduled)
                return;
        self->scheduled = TRUE;
        g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, look, reference(self), unreference);
}

void call_intake_wake(CallIntake *self)
{
        g_mutex_lock(&self->lock);
        self->woken = TRUE;
        schedule(self);
        g_mutex_unlock(&self->lock);
}

CallEvent *call_intake_take(CallIntake *self)
{
        CallEvent *event;

        g_mutex_lock(&self->lock);
        event = g_queue_pop_head(&self->events);
        g_mutex_unlock(&self->lock);
        return event;
}

/* ---- the connection's thread ---- */

static gboolean is_ours(CallIntake *self, GDBusMessage *message)
{
        return g_dbus_message_get_message_type(message) == G_DBUS_MESSAGE_TYPE_SIGNAL &&
               g_strcmp0(g_dbus_message_get_interface(message), SJ_INTERFACE) == 0 &&
               g_strcmp0(g_dbus_message_get_sender(message), self->sender) == 0 &&
               g_strcmp0(g_dbus_message_get_signature(message), "ta{sv}") == 0;
}

static void put(CallIntake *self, GVariant *body, gboolean arrival)
{
        CallEvent *event = g_new0(CallEvent, 1);

        g_variant_get(body, "(t@a{sv})", &event->id, &event->info);
        /* Fresh from the wire it is a tree of some hundred pieces: ten times as large. */
        g_variant_get_data(event->info);
        event->arrival = arrival;
        g_mutex_lock(&self->lock);
        g_queue_push_tail(&self->events, event);
        schedule(self);
        g_mutex_unlock(&self->lock);
}

static GDBusMessage *filter(GDBusConnection *bus, GDBusMessage *message, gboolean incoming,
                            gpointer data)
{
        CallIntake *self = data;
        gboolean arrival;

        if (!incoming || !is_ours(self, message))
                return message;
        arrival = g_strcmp0(g_dbus_message_get_member(message), "SyscallPending") == 0;
        if (!arrival && g_strcmp0(g_dbus_message_get_member(message), "SyscallDecided") != 0)
                return message;
        put(self, g_dbus_message_get_body(message), arrival);
        g_object_unref(message);
        return NULL;
}

/* ---- life ---- */

CallIntake *call_intake_new(GDBusConnection *bus, const char *sender, CallIntakeReady ready,
                            gpointer data)
{
        CallIntake *self = g_new0(CallIntake, 1);

        g_atomic_ref_count_init(&self->references);
        g_mutex_init(&self->lock);
        g_queue_init(&self->events);
        self->bus = g_object_ref(bus);
        self->sender = g_strdup(sender);
        self->ready = ready;
        self->data = data;
        self->filter = g_dbus_connection_add_filter(bus, filter, reference(self), unreference);
        return self;
}

void call_intake_free(CallIntake *self)
{
        if (!self)
                return;
        self->ready = NULL;
        g_dbus_connection_remove_filter(self->bus, self->filter);
        unreference(self);
}
