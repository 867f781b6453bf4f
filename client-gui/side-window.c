/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "side-window.h"

#include <adwaita.h>

static void close_by_escape(GtkWidget *window)
{
        GtkEventController *controller = gtk_shortcut_controller_new();
        GtkShortcut *shortcut = gtk_shortcut_new(gtk_keyval_trigger_new(GDK_KEY_Escape, 0),
                                                 gtk_named_action_new("window.close"));

        gtk_shortcut_controller_add_shortcut(GTK_SHORTCUT_CONTROLLER(controller), shortcut);
        gtk_widget_add_controller(window, controller);
}

GtkWindow *side_window_new(GtkWidget *parent, const char *title, int width, int height,
                           GtkWidget *contents)
{
        GtkWidget *window = adw_window_new();
        GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);

        gtk_widget_set_vexpand(contents, TRUE);
        gtk_box_append(GTK_BOX(box), adw_header_bar_new());
        gtk_box_append(GTK_BOX(box), contents);
        adw_window_set_content(ADW_WINDOW(window), box);
        gtk_window_set_title(GTK_WINDOW(window), title);
        gtk_window_set_default_size(GTK_WINDOW(window), width, height);
        gtk_window_set_transient_for(GTK_WINDOW(window), GTK_WINDOW(gtk_widget_get_root(parent)));
        close_by_escape(window);
        return GTK_WINDOW(window);
}
