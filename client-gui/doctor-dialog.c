/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this kernel and machine can and cannot do for a jail, as the daemon found out. */
#include "doctor-dialog.h"

#include <glib/gi18n.h>

#include "dictionary.h"
#include "side-window.h"
#include "wording.h"

static const char *icon_of(const char *state)
{
        if (g_str_equal(state, "ok") || g_str_equal(state, "closed"))
                return "emblem-ok-symbolic";
        return g_str_equal(state, "open") ? "dialog-warning-symbolic" : "dialog-error-symbolic";
}

static void add_check(AdwPreferencesGroup *group, GVariant *check)
{
        GtkWidget *row = adw_action_row_new();
        g_autofree char *name = wording_escape(dictionary_string(check, "name", ""));
        g_autofree char *detail = wording_escape(dictionary_string(check, "detail", ""));

        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), name);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(row), detail);
        adw_action_row_set_icon_name(ADW_ACTION_ROW(row),
                                     icon_of(dictionary_string(check, "state", "missing")));
        adw_preferences_group_add(group, row);
}

static void examined(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(AdwPreferencesGroup) group = data;
        g_autoptr(GVariant) checks = NULL;
        g_autoptr(GError) error = NULL;

        if (!seccomp_jail_call_doctor_finish(SECCOMP_JAIL(source), &checks, result, &error)) {
                g_autofree char *text = wording_error(error);

                adw_preferences_group_set_description(group, text);
                return;
        }
        adw_preferences_group_set_description(group, NULL);
        for (gsize i = 0; i < g_variant_n_children(checks); i++) {
                g_autoptr(GVariant) check = g_variant_get_child_value(checks, i);

                add_check(group, check);
        }
}

void doctor_dialog_present(MainWindow *window)
{
        GtkWidget *page = adw_preferences_page_new();
        GtkWidget *group = adw_preferences_group_new();
        SeccompJail *proxy = jail_application_proxy(jail_application_get());

        adw_preferences_group_set_description(ADW_PREFERENCES_GROUP(group), _("Trying…"));
        adw_preferences_page_add(ADW_PREFERENCES_PAGE(page), ADW_PREFERENCES_GROUP(group));
        gtk_window_present(
                side_window_new(GTK_WIDGET(window), _("What This Machine Can Do"), 560, 600, page));
        if (proxy)
                seccomp_jail_call_doctor(proxy, g_variant_new("a{sv}", NULL), DAEMON_CALL, NULL,
                                         examined, g_object_ref(group));
}
