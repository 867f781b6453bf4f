/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program's output in a VTE terminal. */
#include "output-pane.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <vte/vte.h>

#define SCROLLBACK_LINES 100000

static void follow_colours(AdwStyleManager *manager, GParamSpec *property, VteTerminal *view)
{
        gboolean dark = adw_style_manager_get_dark(manager);
        GdkRGBA light_colour = {0.96f, 0.96f, 0.96f, 1}, dark_colour = {0.12f, 0.12f, 0.12f, 1};

        vte_terminal_set_colors(view, dark ? &light_colour : &dark_colour,
                                dark ? &dark_colour : &(GdkRGBA){1, 1, 1, 1}, NULL, 0);
}

GtkWidget *output_pane_new(int terminal)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(VtePty) pty = vte_pty_new_foreign_sync(terminal, NULL, &error);
        GtkWidget *scroll = gtk_scrolled_window_new();
        GtkWidget *view = vte_terminal_new();

        vte_terminal_set_scrollback_lines(VTE_TERMINAL(view), SCROLLBACK_LINES);
        g_signal_connect_object(adw_style_manager_get_default(), "notify::dark",
                                G_CALLBACK(follow_colours), view, 0);
        follow_colours(adw_style_manager_get_default(), NULL, VTE_TERMINAL(view));
        vte_terminal_set_mouse_autohide(VTE_TERMINAL(view), TRUE);
        if (pty)
                vte_terminal_set_pty(VTE_TERMINAL(view), pty);
        else
                g_warning("%s", error->message);
        gtk_accessible_update_property(GTK_ACCESSIBLE(view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       _("Program output"), -1);
        gtk_scrolled_window_set_policy(GTK_SCROLLED_WINDOW(scroll), GTK_POLICY_NEVER,
                                       GTK_POLICY_ALWAYS);
        gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scroll), view);
        return scroll;
}
