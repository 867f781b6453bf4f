/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The application: its models, its actions, its life with and without a window. */
#include "application.h"

#include <glib/gi18n.h>

#include "main-window.h"
#include "notifier.h"
#include "preferences.h"
#include "rules-editor.h"

#define APPLICATION_ID "org.deepin.SeccompJail"

struct _JailApplication {
        AdwApplication parent;
        DaemonConnection *connection;
        JailStore *jails;
        PendingStore *pending;
        SyscallCatalog *catalog;
        WindowSettings *settings;
        Notifier *notifier;
        gboolean background; /* --background: stays without a window */
        gboolean held;       /* g_application_hold() is in force */
        char *choice;        /* --user, --system; NULL for the setting's */
};

G_DEFINE_FINAL_TYPE(JailApplication, jail_application, ADW_TYPE_APPLICATION)

JailApplication *jail_application_get(void)
{
        return JAIL_APPLICATION(g_application_get_default());
}

DaemonConnection *jail_application_connection(JailApplication *self)
{
        return self->connection;
}

SeccompJail *jail_application_proxy(JailApplication *self)
{
        return daemon_connection_proxy(self->connection);
}

JailStore *jail_application_jails(JailApplication *self)
{
        return self->jails;
}

PendingStore *jail_application_pending(JailApplication *self)
{
        return self->pending;
}

SyscallCatalog *jail_application_catalog(JailApplication *self)
{
        return self->catalog;
}

WindowSettings *jail_application_settings(JailApplication *self)
{
        return self->settings;
}

gboolean jail_application_in_background(JailApplication *self)
{
        return self->background || window_settings_boolean(self->settings, "background");
}

static MainWindow *find_window(JailApplication *self)
{
        for (GList *at = gtk_application_get_windows(GTK_APPLICATION(self)); at; at = at->next)
                if (MAIN_IS_WINDOW(at->data))
                        return at->data;
        return NULL;
}

static MainWindow *present_window(JailApplication *self)
{
        MainWindow *window = find_window(self);

        if (!window)
                window = main_window_new(self);
        gtk_window_present(GTK_WINDOW(window));
        return window;
}

void jail_application_show_call(JailApplication *self, guint64 id)
{
        main_window_show_call(present_window(self), id);
}

/* ---- settings that act at once ---- */

static void apply_colours(JailApplication *self)
{
        g_autofree char *colours = window_settings_string(self->settings, "colours");
        AdwColorScheme scheme = ADW_COLOR_SCHEME_DEFAULT;

        if (g_strcmp0(colours, "light") == 0)
                scheme = ADW_COLOR_SCHEME_FORCE_LIGHT;
        else if (g_strcmp0(colours, "dark") == 0)
                scheme = ADW_COLOR_SCHEME_FORCE_DARK;
        adw_style_manager_set_color_scheme(adw_style_manager_get_default(), scheme);
}

static void apply_background(JailApplication *self)
{
        gboolean wanted = jail_application_in_background(self);

        if (wanted == self->held)
                return;
        self->held = wanted;
        if (wanted)
                g_application_hold(G_APPLICATION(self));
        else
                g_application_release(G_APPLICATION(self));
}

static void setting_changed(WindowSettings *settings, const char *key, JailApplication *self)
{
        if (g_strcmp0(key, "colours") == 0)
                apply_colours(self);
        else if (g_strcmp0(key, "background") == 0)
                apply_background(self);
        else if (g_strcmp0(key, "daemon") == 0 && !self->choice) {
                g_autofree char *choice = window_settings_string(settings, "daemon");

                daemon_connection_choose(self->connection, choice);
        }
}

/* ---- actions ---- */

static void show_about(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        static const char *const developers[] = {"The seccomp-jail developers", NULL};
        JailApplication *self = data;

        adw_show_about_window(
                gtk_application_get_active_window(GTK_APPLICATION(self)), "application-name",
                _("Seccomp Jail"), "application-icon", APPLICATION_ID, "version", SJ_VERSION,
                "developer-name", _("The seccomp-jail developers"), "developers", developers,
                "license-type", GTK_LICENSE_GPL_3_0, "comments",
                _("Start a program you do not trust and decide what it may ask of the system."),
                /* Translators: your names, one to a line. */
                "translator-credits", _("translator-credits"), NULL);
}

static void show_preferences(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        GtkWindow *window = preferences_window_new(data);

        gtk_window_set_transient_for(window,
                                     gtk_application_get_active_window(GTK_APPLICATION(data)));
        gtk_window_present(window);
}

static void quit(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        JailApplication *self = data;
        MainWindow *window = find_window(self);

        if (!rules_editor_may_all_close(GTK_APPLICATION(self)))
                return;
        if (window && !main_window_may_close(window, TRUE))
                return;
        g_application_quit(G_APPLICATION(self));
}

static void show_pending(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        jail_application_show_call(data, g_variant_get_uint64(parameter));
}

static const GActionEntry actions[] = {
        {.name = "about", .activate = show_about},
        {.name = "preferences", .activate = show_preferences},
        {.name = "quit", .activate = quit},
        {.name = "show-call", .activate = show_pending, .parameter_type = "t"},
};

typedef struct Accelerator {
        const char *action;
        const char *keys[3];
} Accelerator;

static void add_accelerators(JailApplication *self)
{
        static const Accelerator accelerators[] = {
                {"app.quit", {"<Primary>q", NULL}},
                {"app.preferences", {"<Primary>comma", NULL}},
                {"win.start", {"<Primary>n", NULL}},
                {"win.stop", {"<Primary>period", NULL}},
                {"win.search", {"<Primary>f", NULL}},
                {"win.output", {"<Primary>t", NULL}},
                {"win.sidebar", {"F9", NULL}},
                {"win.show-help-overlay", {"<Primary>question", "F1", NULL}},
                {"win.page('pending')", {"<Alt>1", NULL}},
                {"win.page('rules')", {"<Alt>2", NULL}},
                {"win.page('processes')", {"<Alt>3", NULL}},
                {"win.page('log')", {"<Alt>4", NULL}},
                {"win.page('activity')", {"<Alt>5", NULL}},
                {"window.close", {"<Primary>w", NULL}},
        };

        for (size_t i = 0; i < G_N_ELEMENTS(accelerators); i++)
                gtk_application_set_accels_for_action(GTK_APPLICATION(self), accelerators[i].action,
                                                      (const char **) accelerators[i].keys);
}

/* ---- life ---- */

static void startup(GApplication *application)
{
        JailApplication *self = JAIL_APPLICATION(application);
        g_autofree char *choice = NULL;

        G_APPLICATION_CLASS(jail_application_parent_class)->startup(application);
        gtk_window_set_default_icon_name(APPLICATION_ID);
        self->settings = window_settings_new();
        choice = self->choice ? g_strdup(self->choice)
                              : window_settings_string(self->settings, "daemon");
        self->connection = daemon_connection_new(choice);
        self->jails = jail_store_new(self->connection);
        self->pending = pending_store_new(self->connection, self->jails);
        self->catalog = syscall_catalog_new(self->connection);
        self->notifier = notifier_new(self);
        g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
        add_accelerators(self);
        g_signal_connect_object(self->settings, "changed", G_CALLBACK(setting_changed), self, 0);
        apply_colours(self);
        apply_background(self);
        daemon_connection_open(self->connection);
}

static void activate(GApplication *application)
{
        present_window(JAIL_APPLICATION(application));
}

static int handle_local_options(GApplication *application, GVariantDict *options)
{
        JailApplication *self = JAIL_APPLICATION(application);

        if (g_variant_dict_contains(options, "version")) {
                g_print("jail-window %s\n", SJ_VERSION);
                return 0;
        }
        if (g_variant_dict_contains(options, "user"))
                self->choice = g_strdup("user");
        else if (g_variant_dict_contains(options, "system"))
                self->choice = g_strdup("system");
        return -1;
}

static int command_line(GApplication *application, GApplicationCommandLine *line)
{
        JailApplication *self = JAIL_APPLICATION(application);
        GVariantDict *options = g_application_command_line_get_options_dict(line);

        if (!g_variant_dict_contains(options, "background")) {
                g_application_activate(application);
                return 0;
        }
        self->background = TRUE;
        apply_background(self);
        return 0;
}

static void shutdown_application(GApplication *application)
{
        JailApplication *self = JAIL_APPLICATION(application);

        g_clear_object(&self->notifier);
        G_APPLICATION_CLASS(jail_application_parent_class)->shutdown(application);
        g_clear_object(&self->catalog);
        g_clear_object(&self->pending);
        g_clear_object(&self->jails);
        g_clear_object(&self->connection);
        g_clear_object(&self->settings);
        g_clear_pointer(&self->choice, g_free);
}

static void jail_application_class_init(JailApplicationClass *class)
{
        GApplicationClass *application_class = G_APPLICATION_CLASS(class);

        application_class->startup = startup;
        application_class->activate = activate;
        application_class->command_line = command_line;
        application_class->handle_local_options = handle_local_options;
        application_class->shutdown = shutdown_application;
}

static void jail_application_init(JailApplication *self)
{
        static const GOptionEntry options[] = {
                {"background", 0, 0, G_OPTION_ARG_NONE, NULL,
                 N_("Ask by notifications, without a window"), NULL},
                {"user", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Talk to your own service only"), NULL},
                {"system", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Talk to the system service only"),
                 NULL},
                {"version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version"), NULL},
                {NULL, 0, 0, 0, NULL, NULL, NULL},
        };

        g_application_add_main_option_entries(G_APPLICATION(self), options);
}

JailApplication *jail_application_new(void)
{
        return g_object_new(JAIL_TYPE_APPLICATION, "application-id", APPLICATION_ID, "flags",
                            G_APPLICATION_HANDLES_COMMAND_LINE, "resource-base-path",
                            "/org/deepin/SeccompJail", NULL);
}
