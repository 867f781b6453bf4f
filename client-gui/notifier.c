/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Desktop notifications about held calls. */
#include "notifier.h"

#include <glib/gi18n.h>
#include <libnotify/notify.h>

#include "main-window.h"
#include "sentence.h"

/* Changes are gathered for so long before a notification is shown or changed. */
#define GATHER_MSEC 150u
/* How often the number of those that wait is brought up to date: each time asks the server. */
#define COUNT_MSEC 1000u

struct _Notifier {
        GObject parent;
        JailApplication *application; /* borrowed: owns this */
        NotifyNotification *shown;    /* NULL when none is */
        guint64 shown_id;             /* the call that its buttons answer, 0 for several */
        guint shown_groups;
        guint gather_source;
        gboolean dismissed; /* closed by the person: quiet until something new is held */
        guint known_groups;
};

G_DEFINE_FINAL_TYPE(Notifier, notifier, G_TYPE_OBJECT)

static void withdraw(Notifier *self)
{
        NotifyNotification *old = g_steal_pointer(&self->shown);

        self->shown_id = 0;
        self->shown_groups = 0;
        if (!old)
                return;
        g_signal_handlers_disconnect_by_data(old, self);
        notify_notification_close(old, NULL);
        g_object_unref(old);
}

static gboolean window_in_front(Notifier *self)
{
        GtkWindow *window = gtk_application_get_active_window(GTK_APPLICATION(self->application));

        return MAIN_IS_WINDOW(window) && gtk_window_is_active(window) &&
               gtk_widget_get_mapped(GTK_WIDGET(window));
}

static void closed(NotifyNotification *notification, Notifier *self)
{
        if (notification != self->shown)
                return;
        self->dismissed = TRUE;
        self->shown_id = 0;
        self->shown_groups = 0;
        g_clear_object(&self->shown);
}

static void action_invoked(NotifyNotification *notification, char *action, gpointer data)
{
        Notifier *self = data;
        PendingStore *store = jail_application_pending(self->application);
        CallGroup *group = pending_store_find(store, self->shown_id);

        if (g_str_equal(action, "allow") && group)
                pending_store_answer(store, group, pending_store_verdict("allow"));
        else if (g_str_equal(action, "refuse") && group)
                pending_store_answer(store, group, pending_store_verdict("abort"));
        else if (g_str_equal(action, "default") || g_str_equal(action, "show"))
                jail_application_show_call(self->application, self->shown_id);
}

/* The server takes the body as markup; what stands in it came from a program. */
static char *body_of(const char *text)
{
        GList *capabilities = notify_get_server_caps();
        gboolean markup =
                g_list_find_custom(capabilities, "body-markup", (GCompareFunc) g_strcmp0) != NULL;

        g_list_free_full(capabilities, g_free);
        return markup ? g_markup_escape_text(text, -1) : g_strdup(text);
}

static void show(Notifier *self, const char *title, const char *text, gboolean answerable)
{
        g_autofree char *body = body_of(text);
        g_autoptr(GError) error = NULL;

        if (self->shown)
                notify_notification_update(self->shown, title, body, "org.deepin.SeccompJail");
        else
                self->shown = notify_notification_new(title, body, "org.deepin.SeccompJail");
        notify_notification_clear_actions(self->shown);
        notify_notification_add_action(self->shown, "default", _("Show"), action_invoked, self,
                                       NULL);
        if (answerable) {
                notify_notification_add_action(self->shown, "allow", _("Allow"), action_invoked,
                                               self, NULL);
                notify_notification_add_action(self->shown, "refuse", _("Refuse"), action_invoked,
                                               self, NULL);
        } else {
                notify_notification_add_action(self->shown, "show", _("Show"), action_invoked, self,
                                               NULL);
        }
        notify_notification_set_urgency(self->shown, NOTIFY_URGENCY_CRITICAL);
        notify_notification_set_timeout(self->shown, NOTIFY_EXPIRES_NEVER);
        notify_notification_set_hint(self->shown, "desktop-entry",
                                     g_variant_new_string("org.deepin.SeccompJail"));
        g_signal_handlers_disconnect_by_func(self->shown, closed, self);
        g_signal_connect(self->shown, "closed", G_CALLBACK(closed), self);
        if (!notify_notification_show(self->shown, &error)) {
                /* No server: the window is there all the same. */
                g_debug("no notification: %s", error->message);
                g_clear_object(&self->shown);
        }
}

/* The group that waits longest; some groups hold any. */
static CallGroup *first_held(PendingStore *store)
{
        for (guint i = 0;; i++) {
                g_autoptr(CallGroup) group = g_list_model_get_item(G_LIST_MODEL(store), i);

                if (call_group_count(group))
                        return group; /* the store keeps it alive */
        }
}

static void show_one(Notifier *self, CallGroup *group)
{
        const HeldCall *call = call_group_first(group);
        guint count = call_group_count(group);
        g_autofree char *program = call_group_program(group);
        g_autofree char *sentence = sentence_of_call(call_group_info(group), NULL);
        g_autofree char *text =
                count > 1 ? g_strdup_printf("%s ×%u", sentence, count) : g_strdup(sentence);

        if (self->shown && self->shown_id == call->id && self->shown_groups == 1)
                return;
        if (self->shown && self->shown_groups != 1)
                withdraw(self);
        self->shown_id = call->id;
        self->shown_groups = 1;
        show(self, program, text, TRUE);
}

static void show_several(Notifier *self, CallGroup *first, guint groups)
{
        g_autofree char *program = call_group_program(first);
        g_autofree char *text =
                g_strdup_printf(g_dngettext(NULL, "%s and %u other are waiting",
                                            "%s and %u others are waiting", groups - 1),
                                program, groups - 1);

        if (self->shown && self->shown_groups == groups)
                return;
        if (self->shown_groups == 1)
                withdraw(self);
        self->shown_id = 0;
        self->shown_groups = groups;
        show(self, _("Programs wait for your answer"), text, FALSE);
}

static gboolean update(gpointer data)
{
        Notifier *self = data;
        PendingStore *store = jail_application_pending(self->application);
        WindowSettings *settings = jail_application_settings(self->application);
        guint groups = pending_store_groups(store);

        self->gather_source = 0;
        if (groups > self->known_groups)
                self->dismissed = FALSE;
        self->known_groups = groups;
        if (!groups || window_in_front(self) || !window_settings_boolean(settings, "notifications"))
                withdraw(self);
        else if (self->dismissed)
                return G_SOURCE_REMOVE;
        else if (groups == 1)
                show_one(self, first_held(store));
        else
                show_several(self, first_held(store), groups);
        return G_SOURCE_REMOVE;
}

static void gather(Notifier *self)
{
        if (!self->gather_source)
                self->gather_source = g_timeout_add(
                        self->shown_groups > 1 ? COUNT_MSEC : GATHER_MSEC, update, self);
}

static void active_changed(GObject *window, GParamSpec *property, Notifier *self)
{
        gather(self);
}

static void window_added(GtkApplication *application, GtkWindow *window, Notifier *self)
{
        g_signal_connect_object(window, "notify::is-active", G_CALLBACK(active_changed), self, 0);
}

static void notifier_finalize(GObject *object)
{
        Notifier *self = DESKTOP_NOTIFIER(object);

        g_clear_handle_id(&self->gather_source, g_source_remove);
        withdraw(self);
        notify_uninit();
        G_OBJECT_CLASS(notifier_parent_class)->finalize(object);
}

static void notifier_class_init(NotifierClass *class)
{
        G_OBJECT_CLASS(class)->finalize = notifier_finalize;
}

static void notifier_init(Notifier *self)
{
        notify_init(_("Seccomp Jail"));
}

Notifier *notifier_new(JailApplication *application)
{
        Notifier *self = g_object_new(DESKTOP_TYPE_NOTIFIER, NULL);

        self->application = application;
        g_signal_connect_object(jail_application_pending(application), "changed",
                                G_CALLBACK(gather), self, G_CONNECT_SWAPPED);
        g_signal_connect_object(jail_application_settings(application), "changed::notifications",
                                G_CALLBACK(gather), self, G_CONNECT_SWAPPED);
        g_signal_connect_object(application, "window-added", G_CALLBACK(window_added), self, 0);
        return self;
}
