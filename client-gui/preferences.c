/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person can choose. */
#include "preferences.h"

#include "dictionary.h"

#define PREFERENCES_TYPE_WINDOW (preferences_window_get_type())
G_DECLARE_FINAL_TYPE(PreferencesWindow, preferences_window, PREFERENCES, WINDOW,
                     AdwPreferencesWindow)

struct _PreferencesWindow {
        AdwPreferencesWindow parent;
        WindowSettings *settings;
        AdwComboRow *preset;
        AdwComboRow *timeout_action;
        GtkWidget *seconds_row;
        GtkSpinButton *seconds;
        GtkSwitch *notifications;
        GtkSwitch *background;
        AdwComboRow *colours;
        GtkSpinButton *bytes;
};

G_DEFINE_FINAL_TYPE(PreferencesWindow, preferences_window, ADW_TYPE_PREFERENCES_WINDOW)

static const char *const timeout_actions[] = {"wait", "abort", "allow", NULL};
static const char *const colour_names[] = {"system", "light", "dark", NULL};

static void choice_changed(GObject *row, GParamSpec *property, PreferencesWindow *self)
{
        guint chosen = adw_combo_row_get_selected(ADW_COMBO_ROW(row));

        if (row == G_OBJECT(self->colours) && chosen < 3)
                window_settings_set_string(self->settings, "colours", colour_names[chosen]);
        if (row == G_OBJECT(self->timeout_action) && chosen < 3) {
                window_settings_set_string(self->settings, "timeout-action",
                                           timeout_actions[chosen]);
                gtk_widget_set_sensitive(self->seconds_row, chosen > 0);
        }
        if (row == G_OBJECT(self->preset)) {
                GtkStringObject *name = adw_combo_row_get_selected_item(self->preset);

                if (name)
                        window_settings_set_string(self->settings, "preset",
                                                   gtk_string_object_get_string(name));
        }
}

static void number_changed(GtkSpinButton *button, PreferencesWindow *self)
{
        window_settings_set_number(self->settings,
                                   button == self->bytes ? "bytes" : "timeout-seconds",
                                   gtk_spin_button_get_value_as_int(button));
}

static void switch_changed(GObject *object, GParamSpec *property, PreferencesWindow *self)
{
        window_settings_set_boolean(self->settings,
                                    object == G_OBJECT(self->background) ? "background"
                                                                         : "notifications",
                                    gtk_switch_get_active(GTK_SWITCH(object)));
}

static void select_name(AdwComboRow *row, const char *const *names, const char *wanted)
{
        for (guint i = 0; names[i]; i++)
                if (g_str_equal(names[i], wanted))
                        adw_combo_row_set_selected(row, i);
}

static void presets_listed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(PreferencesWindow) self = data;
        g_autofree char *wanted = window_settings_string(self->settings, "preset");
        g_autoptr(GtkStringList) names = gtk_string_list_new(NULL);
        g_autoptr(GVariant) presets = NULL;
        guint chosen = 0;

        if (!seccomp_jail_call_list_presets_finish(SECCOMP_JAIL(source), &presets, result, NULL))
                return;
        for (gsize i = 0; i < g_variant_n_children(presets); i++) {
                g_autoptr(GVariant) preset = g_variant_get_child_value(presets, i);
                const char *name = dictionary_string(preset, "name", "");

                if (g_str_equal(name, wanted))
                        chosen = (guint) i;
                gtk_string_list_append(names, name);
        }
        adw_combo_row_set_model(self->preset, G_LIST_MODEL(names));
        adw_combo_row_set_selected(self->preset, chosen);
        g_signal_connect(self->preset, "notify::selected", G_CALLBACK(choice_changed), self);
}

static void load(PreferencesWindow *self)
{
        g_autofree char *action = window_settings_string(self->settings, "timeout-action");
        g_autofree char *colours = window_settings_string(self->settings, "colours");

        select_name(self->timeout_action, timeout_actions, action);
        select_name(self->colours, colour_names, colours);
        gtk_widget_set_sensitive(self->seconds_row, !g_str_equal(action, "wait"));
        gtk_spin_button_set_value(self->seconds,
                                  window_settings_number(self->settings, "timeout-seconds"));
        gtk_spin_button_set_value(self->bytes, window_settings_number(self->settings, "bytes"));
        gtk_switch_set_active(self->notifications,
                              window_settings_boolean(self->settings, "notifications"));
        gtk_switch_set_active(self->background,
                              window_settings_boolean(self->settings, "background"));
}

static void preferences_window_class_init(PreferencesWindowClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/preferences.ui");
        gtk_widget_class_bind_template_child(widget_class, PreferencesWindow, preset);
        gtk_widget_class_bind_template_child(widget_class, PreferencesWindow, timeout_action);
        gtk_widget_class_bind_template_child(widget_class, PreferencesWindow, seconds_row);
        gtk_widget_class_bind_template_child(widget_class, PreferencesWindow, seconds);
        gtk_widget_class_bind_template_child(widget_class, PreferencesWindow, notifications);
        gtk_widget_class_bind_template_child(widget_class, PreferencesWindow, background);
        gtk_widget_class_bind_template_child(widget_class, PreferencesWindow, colours);
        gtk_widget_class_bind_template_child(widget_class, PreferencesWindow, bytes);
}

static void preferences_window_init(PreferencesWindow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWindow *preferences_window_new(JailApplication *application)
{
        PreferencesWindow *self = g_object_new(PREFERENCES_TYPE_WINDOW, NULL);
        SeccompJail *proxy = jail_application_proxy(application);

        self->settings = jail_application_settings(application); /* outlives every window */
        load(self);
        g_signal_connect(self->timeout_action, "notify::selected", G_CALLBACK(choice_changed),
                         self);
        g_signal_connect(self->colours, "notify::selected", G_CALLBACK(choice_changed), self);
        g_signal_connect(self->seconds, "value-changed", G_CALLBACK(number_changed), self);
        g_signal_connect(self->bytes, "value-changed", G_CALLBACK(number_changed), self);
        g_signal_connect(self->notifications, "notify::active", G_CALLBACK(switch_changed), self);
        g_signal_connect(self->background, "notify::active", G_CALLBACK(switch_changed), self);
        if (proxy)
                seccomp_jail_call_list_presets(proxy, DAEMON_CALL, NULL, presets_listed,
                                               g_object_ref(self));
        return GTK_WINDOW(self);
}
