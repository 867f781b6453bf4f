/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program's output in a plain text view, with a line to type to it. */
#include "output-pane.h"

#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

#define READ_BYTES      65536u
#define CHARACTERS_MOST 2000000

typedef struct Pane {
        GWeakRef view;
        GInputStream *stream;
        char bytes[READ_BYTES];
} Pane;

static void read_more(Pane *pane);

static void pane_free(Pane *pane)
{
        g_weak_ref_clear(&pane->view);
        g_object_unref(pane->stream);
        g_free(pane);
}

/* Carriage returns and escape sequences mean nothing here. */
static char *plain(const char *bytes, gsize size)
{
        g_autofree char *valid = g_utf8_make_valid(bytes, (gssize) size);
        g_autoptr(GRegex) control =
                g_regex_new("\x1b\\[[0-9;?]*[A-Za-z]|\r|\x07", G_REGEX_OPTIMIZE, 0, NULL);

        return g_regex_replace_literal(control, valid, -1, 0, "", 0, NULL);
}

static void append(GtkTextView *view, const char *bytes, gsize size)
{
        GtkTextBuffer *buffer = gtk_text_view_get_buffer(view);
        g_autofree char *text = plain(bytes, size);
        GtkTextIter end, surplus;
        int excess;

        gtk_text_buffer_get_end_iter(buffer, &end);
        gtk_text_buffer_insert(buffer, &end, text ? text : "", -1);
        excess = gtk_text_buffer_get_char_count(buffer) - CHARACTERS_MOST;
        if (excess > 0) {
                gtk_text_buffer_get_start_iter(buffer, &end);
                gtk_text_buffer_get_iter_at_offset(buffer, &surplus, excess);
                gtk_text_buffer_delete(buffer, &end, &surplus);
        }
        gtk_text_view_scroll_mark_onscreen(view, gtk_text_buffer_get_insert(buffer));
}

static void bytes_read(GObject *source, GAsyncResult *result, gpointer data)
{
        Pane *pane = data;
        gssize size = g_input_stream_read_finish(G_INPUT_STREAM(source), result, NULL);
        g_autoptr(GtkTextView) view = g_weak_ref_get(&pane->view);

        if (size <= 0 || !view) {
                pane_free(pane);
                return;
        }
        append(view, pane->bytes, (gsize) size);
        read_more(pane);
}

static void read_more(Pane *pane)
{
        g_input_stream_read_async(pane->stream, pane->bytes, READ_BYTES, G_PRIORITY_LOW, NULL,
                                  bytes_read, pane);
}

static void typed(GtkEntry *entry, gpointer data)
{
        g_autofree char *line = g_strconcat(gtk_editable_get_text(GTK_EDITABLE(entry)), "\n", NULL);

        if (write(GPOINTER_TO_INT(data), line, strlen(line)) >= 0)
                gtk_editable_set_text(GTK_EDITABLE(entry), "");
}

GtkWidget *output_pane_new(int terminal)
{
        GtkWidget *box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
        GtkWidget *scroll = gtk_scrolled_window_new();
        GtkWidget *view = gtk_text_view_new();
        GtkWidget *entry = gtk_entry_new();
        Pane *pane = g_new0(Pane, 1);

        gtk_text_view_set_editable(GTK_TEXT_VIEW(view), FALSE);
        gtk_text_view_set_monospace(GTK_TEXT_VIEW(view), TRUE);
        gtk_accessible_update_property(GTK_ACCESSIBLE(view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       _("Program output"), -1);
        gtk_accessible_update_property(GTK_ACCESSIBLE(entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       _("Type to the program"), -1);
        gtk_entry_set_placeholder_text(GTK_ENTRY(entry), _("Type to the program"));
        g_signal_connect(entry, "activate", G_CALLBACK(typed), GINT_TO_POINTER(terminal));
        gtk_widget_set_vexpand(scroll, TRUE);
        gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scroll), view);
        gtk_box_append(GTK_BOX(box), scroll);
        gtk_box_append(GTK_BOX(box), entry);
        g_weak_ref_init(&pane->view, view);
        pane->stream = g_unix_input_stream_new(terminal, TRUE);
        read_more(pane);
        return box;
}
