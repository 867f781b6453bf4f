/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes a process that runs already: one of the person's own, chosen from a list. */
#include "attach-dialog.h"

#include <glib/gi18n.h>
#include <sys/stat.h>
#include <unistd.h>

#include "side-window.h"
#include "wording.h"

static void attached(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(MainWindow) window = data;
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;
        guint64 jail;

        if (seccomp_jail_call_attach_finish(SECCOMP_JAIL(source), &jail, result, &error))
                return;
        text = wording_error(error);
        main_window_toast(window, text);
}

static void row_activated(GtkListBox *list, GtkListBoxRow *row, MainWindow *window)
{
        int pid = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(row), "pid"));

        seccomp_jail_call_attach(jail_application_proxy(jail_application_get()), pid,
                                 g_variant_new("a{sv}", NULL), DAEMON_CALL, NULL, attached,
                                 g_object_ref(window));
        gtk_window_destroy(GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(list))));
}

static char *command_of(const char *pid)
{
        g_autofree char *path = g_strdup_printf("/proc/%s/cmdline", pid);
        g_autofree char *line = NULL;
        gsize size = 0;

        if (!g_file_get_contents(path, &line, &size, NULL) || !size)
                return NULL;
        for (gsize i = 0; i + 1 < size; i++)
                if (!line[i])
                        line[i] = ' ';
        return wording_escape(line);
}

static gboolean is_own(const char *pid)
{
        g_autofree char *path = g_strdup_printf("/proc/%s", pid);
        struct stat status;

        return stat(path, &status) == 0 && status.st_uid == getuid();
}

static void add_process(GtkListBox *list, const char *pid)
{
        g_autofree char *command = NULL;
        GtkWidget *row;

        if (!g_ascii_isdigit(*pid) || atoi(pid) == getpid() || !is_own(pid))
                return;
        command = command_of(pid);
        if (!command)
                return;
        row = adw_action_row_new();
        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), command);
        adw_action_row_set_title_lines(ADW_ACTION_ROW(row), 2);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(row), pid);
        gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), TRUE);
        g_object_set_data(G_OBJECT(row), "pid", GINT_TO_POINTER(atoi(pid)));
        gtk_list_box_prepend(list, row);
}

static gboolean is_shown(GtkListBoxRow *row, gpointer data)
{
        const char *words = gtk_editable_get_text(GTK_EDITABLE(data));
        g_autofree char *wanted = g_utf8_strdown(words, -1);
        g_autofree char *title =
                g_utf8_strdown(adw_preferences_row_get_title(ADW_PREFERENCES_ROW(row)), -1);

        return !*wanted || strstr(title, wanted) ||
               strstr(adw_action_row_get_subtitle(ADW_ACTION_ROW(row)), wanted);
}

void attach_dialog_present(MainWindow *window)
{
        GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
        GtkWindow *dialog =
                side_window_new(GTK_WIDGET(window), _("Watch a Running Program"), 480, 560, box);
        GtkWidget *search = gtk_search_entry_new();
        GtkWidget *scroll = gtk_scrolled_window_new();
        GtkWidget *list = gtk_list_box_new();
        GDir *processes = g_dir_open("/proc", 0, NULL);
        const char *pid;

        while (processes && (pid = g_dir_read_name(processes)))
                add_process(GTK_LIST_BOX(list), pid);
        g_clear_pointer(&processes, g_dir_close);
        gtk_list_box_set_filter_func(GTK_LIST_BOX(list), is_shown, search, NULL);
        g_signal_connect_swapped(search, "search-changed",
                                 G_CALLBACK(gtk_list_box_invalidate_filter), list);
        g_signal_connect(list, "row-activated", G_CALLBACK(row_activated), window);
        gtk_accessible_update_property(GTK_ACCESSIBLE(search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       _("Search running programs"), -1);
        gtk_widget_set_margin_start(search, 12);
        gtk_widget_set_margin_end(search, 12);
        gtk_widget_set_margin_bottom(search, 6);
        gtk_widget_set_vexpand(scroll, TRUE);
        gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scroll), list);
        gtk_box_append(GTK_BOX(box), search);
        gtk_box_append(GTK_BOX(box), scroll);
        gtk_window_set_modal(dialog, TRUE);
        gtk_window_present(dialog);
}
