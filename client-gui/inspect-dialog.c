/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a process has, as the daemon tells it. */
#include "inspect-dialog.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "application.h"
#include "dictionary.h"
#include "side-window.h"
#include "wording.h"

static GtkWidget *new_group(AdwPreferencesPage *page, const char *title)
{
        GtkWidget *group = adw_preferences_group_new();

        adw_preferences_group_set_title(ADW_PREFERENCES_GROUP(group), title);
        adw_preferences_page_add(page, ADW_PREFERENCES_GROUP(group));
        return group;
}

static void add_fact(GtkWidget *group, const char *title, const char *text)
{
        GtkWidget *row = adw_action_row_new();
        g_autofree char *shown = wording_escape(text);
        g_autofree char *name = wording_escape(title);

        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), name);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(row), shown);
        adw_action_row_set_subtitle_lines(ADW_ACTION_ROW(row), 0);
        adw_preferences_group_add(ADW_PREFERENCES_GROUP(group), row);
}

static void add_descriptors(AdwPreferencesPage *page, GVariant *info)
{
        g_autoptr(GVariant) descriptors = dictionary_container(info, "descriptors", "a{ss}");
        GtkWidget *group = new_group(page, _("Open Files"));
        GVariantIter iter;
        const char *fd, *target;

        if (!descriptors)
                return;
        g_variant_iter_init(&iter, descriptors);
        while (g_variant_iter_next(&iter, "{&s&s}", &fd, &target))
                add_fact(group, fd, target);
}

static void add_maps(AdwPreferencesPage *page, GVariant *info)
{
        g_autofree char *maps = dictionary_joined(info, "maps", "\n");
        GtkWidget *group = new_group(page, _("Memory Areas"));
        GtkWidget *label = gtk_label_new(maps);

        gtk_label_set_selectable(GTK_LABEL(label), TRUE);
        gtk_label_set_xalign(GTK_LABEL(label), 0);
        gtk_label_set_wrap(GTK_LABEL(label), TRUE);
        gtk_label_set_wrap_mode(GTK_LABEL(label), PANGO_WRAP_CHAR);
        gtk_widget_add_css_class(label, "monospace");
        gtk_widget_add_css_class(label, "caption");
        adw_preferences_group_add(ADW_PREFERENCES_GROUP(group), label);
}

static void inspected(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(AdwPreferencesPage) page = data;
        g_autoptr(GVariant) info = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *args = NULL;
        g_autofree char *signals = NULL;
        GtkWidget *group;

        if (!seccomp_jail_call_inspect_finish(SECCOMP_JAIL(source), &info, result, &error)) {
                g_autofree char *text = wording_error(error);

                add_fact(new_group(page, ""), _("It cannot be looked at"), text);
                return;
        }
        group = new_group(page, _("Program"));
        args = dictionary_joined(info, "args", " ");
        signals = dictionary_joined(info, "signals", ", ");
        add_fact(group, _("File"), dictionary_string(info, "exe", ""));
        add_fact(group, _("Arguments"), args);
        add_fact(group, _("Folder"), dictionary_string(info, "cwd", ""));
        if (*signals)
                add_fact(group, _("Signals that wait"), signals);
        add_descriptors(page, info);
        add_maps(page, info);
}

void inspect_dialog_present(GtkWidget *parent, int pid)
{
        GtkWidget *page = adw_preferences_page_new();
        SeccompJail *proxy = jail_application_proxy(jail_application_get());
        g_autofree char *title = g_strdup_printf(_("Process %d"), pid);

        gtk_window_present(side_window_new(parent, title, 560, 560, page));
        seccomp_jail_call_inspect(proxy, pid, g_variant_new("a{sv}", NULL), DAEMON_CALL, NULL,
                                  inspected, g_object_ref(page));
}
