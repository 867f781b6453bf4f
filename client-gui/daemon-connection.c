/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection to the daemon, on the system bus or on the private socket of user mode. */
#include "daemon-connection.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <stdlib.h>

#include "dbus/bus-names.h"
#include "dbus/daemon-locate.h"
#include "wording.h"

/* How long to wait before the next try, doubled each time up to the last. */
#define RETRY_FIRST_MSEC 500u
#define RETRY_LAST_MSEC  8000u
/* A daemon that does not answer for so long is not there: it may be ending. */
#define ANSWER_MSEC 6000u

struct _DaemonConnection {
        GObject parent;
        char *choice;
        DaemonState state;
        SeccompJail *proxy;
        GDBusConnection *bus; /* the connection that `proxy` uses */
        char *mode;
        char *problem;
        guint retry_source;
        guint answer_source;
        guint retry_msec;
        guint64 attempt; /* a result of an older attempt is thrown away */
};

G_DEFINE_FINAL_TYPE(DaemonConnection, daemon_connection, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

typedef struct Attempt {
        DaemonConnection *self;
        guint64 number;
        gboolean system; /* tried on the system bus now */
} Attempt;

static void attempt_free(Attempt *attempt)
{
        g_object_unref(attempt->self);
        g_free(attempt);
}

static void try_user(Attempt *attempt);
static void try_system(Attempt *attempt);

static void set_state(DaemonConnection *self, DaemonState state, const char *problem)
{
        char *copy = g_strdup(problem);

        g_free(self->problem);
        self->problem = copy;
        self->state = state;
        g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

static gboolean retry(gpointer data)
{
        DaemonConnection *self = data;

        self->retry_source = 0;
        daemon_connection_open(self);
        return G_SOURCE_REMOVE;
}

static void lose(DaemonConnection *self, const char *problem)
{
        self->attempt++;
        g_clear_handle_id(&self->answer_source, g_source_remove);
        if (!self->retry_source)
                self->retry_source = g_timeout_add(self->retry_msec, retry, self);
        self->retry_msec = MIN(self->retry_msec * 2, RETRY_LAST_MSEC);
        set_state(self, DAEMON_LOST, problem);
}

static void bus_closed(GDBusConnection *bus, gboolean vanished, GError *error,
                       DaemonConnection *self)
{
        if (bus == self->bus && self->state == DAEMON_READY)
                lose(self, _("The jail service is gone"));
}

static void owner_changed(GObject *proxy, GParamSpec *property, DaemonConnection *self)
{
        g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(proxy));

        if (proxy == G_OBJECT(self->proxy) && !owner && self->state == DAEMON_READY)
                lose(self, _("The jail service is gone"));
}

static void subscribed(GObject *source, GAsyncResult *result, gpointer data)
{
        Attempt *attempt = data;
        DaemonConnection *self = attempt->self;
        g_autoptr(GError) error = NULL;
        gboolean done = seccomp_jail_call_subscribe_finish(SECCOMP_JAIL(source), result, &error);

        if (attempt->number != self->attempt) {
                attempt_free(attempt);
                return;
        }
        if (done) {
                g_set_object(&self->proxy, SECCOMP_JAIL(source));
                g_set_object(&self->bus, g_dbus_proxy_get_connection(G_DBUS_PROXY(source)));
                g_signal_connect_object(self->bus, "closed", G_CALLBACK(bus_closed), self, 0);
                g_signal_connect_object(source, "notify::g-name-owner", G_CALLBACK(owner_changed),
                                        self, 0);
                g_free(self->mode);
                self->mode = g_strdup(attempt->system ? "system" : "user");
                self->retry_msec = RETRY_FIRST_MSEC;
                g_clear_handle_id(&self->answer_source, g_source_remove);
                set_state(self, DAEMON_READY, NULL);
        } else if (attempt->system && g_strcmp0(self->choice, "auto") == 0) {
                try_user(attempt);
                return;
        } else {
                g_autofree char *text = wording_error(error);

                lose(self, text);
        }
        attempt_free(attempt);
}

static void proxy_made(GObject *source, GAsyncResult *result, gpointer data)
{
        Attempt *attempt = data;
        g_autoptr(GError) error = NULL;
        g_autoptr(SeccompJail) proxy = seccomp_jail_proxy_new_finish(result, &error);

        if (!proxy && attempt->number == attempt->self->attempt)
                lose(attempt->self, error->message);
        if (!proxy) {
                attempt_free(attempt);
                return;
        }
        g_dbus_proxy_set_default_timeout(G_DBUS_PROXY(proxy), G_MAXINT);
        seccomp_jail_call_subscribe(proxy, 0, G_DBUS_CALL_FLAGS_NONE, 20000, NULL, subscribed,
                                    attempt);
}

static void make_proxy(Attempt *attempt, GDBusConnection *bus)
{
        seccomp_jail_proxy_new(bus, G_DBUS_PROXY_FLAGS_NONE, attempt->system ? SJ_BUS_NAME : NULL,
                               SJ_OBJECT_PATH, NULL, proxy_made, attempt);
}

/* ---- the private socket ---- */

static void connect_in_thread(GTask *task, gpointer source, gpointer data, GCancellable *cancel)
{
        g_autoptr(GSocketConnection) stream = NULL;
        g_autoptr(GSocket) socket = NULL;
        GDBusConnection *bus;
        GError *error = NULL;
        char *text = NULL;
        int fd = -1;
        int r = daemon_connect_user(true, &fd, &text);

        if (r < 0) {
                g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                                        text ? text : g_strerror(-r));
                free(text);
                return;
        }
        socket = g_socket_new_from_fd(fd, &error);
        if (!socket) {
                close(fd);
                g_task_return_error(task, error);
                return;
        }
        stream = g_socket_connection_factory_create_connection(socket);
        bus = g_dbus_connection_new_sync(G_IO_STREAM(stream), NULL,
                                         G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL,
                                         &error);
        if (bus)
                g_task_return_pointer(task, bus, g_object_unref);
        else
                g_task_return_error(task, error);
}

static void user_connected(GObject *source, GAsyncResult *result, gpointer data)
{
        Attempt *attempt = data;
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) bus = g_task_propagate_pointer(G_TASK(result), &error);

        if (attempt->number != attempt->self->attempt) {
                attempt_free(attempt);
        } else if (bus) {
                make_proxy(attempt, bus);
        } else {
                lose(attempt->self, error->message);
                attempt_free(attempt);
        }
}

static void try_user(Attempt *attempt)
{
        g_autoptr(GTask) task = g_task_new(attempt->self, NULL, user_connected, attempt);

        attempt->system = FALSE;
        g_task_run_in_thread(task, connect_in_thread);
}

/* ---- the system bus ---- */

static void names_listed(GObject *source, GAsyncResult *result, gpointer data)
{
        Attempt *attempt = data;
        DaemonConnection *self = attempt->self;
        GDBusConnection *bus = G_DBUS_CONNECTION(source);
        g_autoptr(GVariant) reply = g_dbus_connection_call_finish(bus, result, NULL);
        g_auto(GStrv) names = NULL;
        gboolean known = FALSE;

        if (reply)
                g_variant_get(reply, "(^as)", &names);
        known = names && g_strv_contains((const char *const *) names, SJ_BUS_NAME);
        if (attempt->number != self->attempt)
                attempt_free(attempt);
        else if (known || g_strcmp0(self->choice, "system") == 0)
                make_proxy(attempt, bus);
        else
                try_user(attempt);
}

static void system_reached(GObject *source, GAsyncResult *result, gpointer data)
{
        Attempt *attempt = data;
        DaemonConnection *self = attempt->self;
        g_autoptr(GError) error = NULL;
        g_autoptr(GDBusConnection) bus = g_bus_get_finish(result, &error);

        if (attempt->number != self->attempt) {
                attempt_free(attempt);
        } else if (bus) {
                g_dbus_connection_set_exit_on_close(bus, FALSE);
                g_dbus_connection_call(bus, "org.freedesktop.DBus", "/", "org.freedesktop.DBus",
                                       "ListActivatableNames", NULL, G_VARIANT_TYPE("(as)"),
                                       G_DBUS_CALL_FLAGS_NONE, 5000, NULL, names_listed, attempt);
        } else if (g_strcmp0(self->choice, "auto") == 0) {
                try_user(attempt);
        } else {
                lose(self, error->message);
                attempt_free(attempt);
        }
}

static void try_system(Attempt *attempt)
{
        attempt->system = TRUE;
        g_bus_get(G_BUS_TYPE_SYSTEM, NULL, system_reached, attempt);
}

static gboolean no_answer(gpointer data)
{
        DaemonConnection *self = data;

        self->answer_source = 0;
        lose(self, _("The jail service does not answer"));
        return G_SOURCE_REMOVE;
}

void daemon_connection_open(DaemonConnection *self)
{
        Attempt *attempt = g_new0(Attempt, 1);

        attempt->self = g_object_ref(self);
        attempt->number = ++self->attempt;
        g_clear_handle_id(&self->answer_source, g_source_remove);
        self->answer_source = g_timeout_add(ANSWER_MSEC, no_answer, self);
        if (self->state != DAEMON_LOST)
                set_state(self, DAEMON_CONNECTING, NULL);
        if (g_strcmp0(self->choice, "user") == 0)
                try_user(attempt);
        else
                try_system(attempt);
}

void daemon_connection_choose(DaemonConnection *self, const char *choice)
{
        if (g_strcmp0(self->choice, choice) == 0)
                return;
        g_free(self->choice);
        self->choice = g_strdup(choice);
        g_clear_handle_id(&self->retry_source, g_source_remove);
        self->retry_msec = RETRY_FIRST_MSEC;
        g_clear_object(&self->bus);
        self->state = DAEMON_CONNECTING;
        daemon_connection_open(self);
}

DaemonState daemon_connection_state(DaemonConnection *self)
{
        return self->state;
}

SeccompJail *daemon_connection_proxy(DaemonConnection *self)
{
        return self->proxy;
}

const char *daemon_connection_mode(DaemonConnection *self)
{
        return self->mode;
}

const char *daemon_connection_problem(DaemonConnection *self)
{
        return self->problem ? self->problem : "";
}

static void daemon_connection_finalize(GObject *object)
{
        DaemonConnection *self = DAEMON_CONNECTION(object);

        g_clear_handle_id(&self->retry_source, g_source_remove);
        g_clear_handle_id(&self->answer_source, g_source_remove);
        g_clear_object(&self->proxy);
        g_clear_object(&self->bus);
        g_free(self->choice);
        g_free(self->mode);
        g_free(self->problem);
        G_OBJECT_CLASS(daemon_connection_parent_class)->finalize(object);
}

static void daemon_connection_class_init(DaemonConnectionClass *class)
{
        G_OBJECT_CLASS(class)->finalize = daemon_connection_finalize;
        signals[SIGNAL_CHANGED] = g_signal_new("changed", DAEMON_TYPE_CONNECTION, G_SIGNAL_RUN_LAST,
                                               0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void daemon_connection_init(DaemonConnection *self)
{
        self->retry_msec = RETRY_FIRST_MSEC;
}

DaemonConnection *daemon_connection_new(const char *choice)
{
        DaemonConnection *self = g_object_new(DAEMON_TYPE_CONNECTION, NULL);

        self->choice = g_strdup(choice);
        return self;
}
