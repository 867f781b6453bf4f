/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of a program in hexadecimal and as text, to be read and changed. */
#include "memory-view.h"

#include <glib/gi18n.h>
#include <string.h>

#define ROW_BYTES 16u

struct _MemoryView {
        GtkBox parent;
        GtkWidget *grid;
        GtkLabel *message;
        guint64 address;
        GByteArray *original;
        GByteArray *bytes;
        gboolean filling; /* entries are being set, not typed in */
};

G_DEFINE_FINAL_TYPE(MemoryView, memory_view, GTK_TYPE_BOX)

static guint changed_signal;

static guint row_size(MemoryView *self, guint row)
{
        return MIN(ROW_BYTES, self->bytes->len - row * ROW_BYTES);
}

static char *hex_of(MemoryView *self, guint row)
{
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < row_size(self, row); i++)
                g_string_append_printf(text, "%s%02x", i ? " " : "",
                                       self->bytes->data[row * ROW_BYTES + i]);
        return g_string_free(text, FALSE);
}

static char *text_of(MemoryView *self, guint row)
{
        GString *text = g_string_new(NULL);

        for (guint i = 0; i < row_size(self, row); i++) {
                guint8 byte = self->bytes->data[row * ROW_BYTES + i];

                g_string_append_c(text, g_ascii_isprint(byte) ? (char) byte : '.');
        }
        return g_string_free(text, FALSE);
}

static void show_row(MemoryView *self, guint row)
{
        GtkWidget *hex = gtk_grid_get_child_at(GTK_GRID(self->grid), 1, (int) row);
        GtkWidget *text = gtk_grid_get_child_at(GTK_GRID(self->grid), 2, (int) row);
        g_autofree char *hex_text = hex_of(self, row);
        g_autofree char *plain_text = text_of(self, row);
        gboolean changed = memcmp(self->bytes->data + row * ROW_BYTES,
                                  self->original->data + row * ROW_BYTES, row_size(self, row)) != 0;

        self->filling = TRUE;
        if (strcmp(gtk_editable_get_text(GTK_EDITABLE(hex)), hex_text) != 0)
                gtk_editable_set_text(GTK_EDITABLE(hex), hex_text);
        if (strcmp(gtk_editable_get_text(GTK_EDITABLE(text)), plain_text) != 0)
                gtk_editable_set_text(GTK_EDITABLE(text), plain_text);
        self->filling = FALSE;
        for (int column = 1; column <= 2; column++) {
                GtkWidget *entry = column == 1 ? hex : text;

                if (changed)
                        gtk_widget_add_css_class(entry, "changed");
                else
                        gtk_widget_remove_css_class(entry, "changed");
        }
}

static guint row_of(GtkEditable *entry)
{
        return GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(entry), "row"));
}

/* Takes whole bytes as far as they can be read; anything else waits for the next key. */
static void hex_typed(GtkEditable *entry, MemoryView *self)
{
        guint row = row_of(entry), size;
        g_auto(GStrv) words = NULL;
        gboolean whole = TRUE;

        if (self->filling)
                return;
        size = row_size(self, row);
        words = g_strsplit(gtk_editable_get_text(entry), " ", -1);
        if (g_strv_length(words) != size)
                whole = FALSE;
        for (guint i = 0; whole && i < size; i++)
                whole = strlen(words[i]) == 2 && g_ascii_isxdigit(words[i][0]) &&
                        g_ascii_isxdigit(words[i][1]);
        if (!whole) {
                gtk_widget_add_css_class(GTK_WIDGET(entry), "error");
                return;
        }
        gtk_widget_remove_css_class(GTK_WIDGET(entry), "error");
        for (guint i = 0; i < size; i++)
                self->bytes->data[row * ROW_BYTES + i] =
                        (guint8) g_ascii_strtoull(words[i], NULL, 16);
        show_row(self, row);
        g_signal_emit(self, changed_signal, 0);
}

/* Each character that differs from what is shown is one byte; a dot keeps the byte. */
static void text_typed(GtkEditable *entry, MemoryView *self)
{
        const char *text = gtk_editable_get_text(entry);
        guint row = row_of(entry), size;
        g_autofree char *shown = NULL;

        if (self->filling)
                return;
        size = row_size(self, row);
        shown = text_of(self, row);
        if (strlen(text) != size) {
                gtk_widget_add_css_class(GTK_WIDGET(entry), "error");
                return;
        }
        gtk_widget_remove_css_class(GTK_WIDGET(entry), "error");
        for (guint i = 0; i < size; i++)
                if (text[i] != shown[i])
                        self->bytes->data[row * ROW_BYTES + i] = (guint8) text[i];
        show_row(self, row);
        g_signal_emit(self, changed_signal, 0);
}

static GtkWidget *make_entry(MemoryView *self, guint row, int characters, const char *label,
                             GCallback typed)
{
        GtkWidget *entry = gtk_entry_new();

        gtk_editable_set_width_chars(GTK_EDITABLE(entry), characters);
        gtk_editable_set_max_width_chars(GTK_EDITABLE(entry), characters);
        gtk_entry_set_has_frame(GTK_ENTRY(entry), FALSE);
        gtk_widget_add_css_class(entry, "monospace");
        g_object_set_data(G_OBJECT(entry), "row", GUINT_TO_POINTER(row));
        gtk_accessible_update_property(GTK_ACCESSIBLE(entry), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                       -1);
        g_signal_connect(entry, "changed", typed, self);
        return entry;
}

static void add_row(MemoryView *self, guint row)
{
        g_autofree char *address =
                g_strdup_printf("%" G_GINT64_MODIFIER "x", self->address + row * ROW_BYTES);
        g_autofree char *hex = g_strdup_printf(_("Bytes at %s"), address);
        g_autofree char *text = g_strdup_printf(_("Text at %s"), address);
        GtkWidget *label = gtk_label_new(address);

        gtk_widget_add_css_class(label, "monospace");
        gtk_widget_add_css_class(label, "dim-label");
        gtk_label_set_xalign(GTK_LABEL(label), 1);
        gtk_grid_attach(GTK_GRID(self->grid), label, 0, (int) row, 1, 1);
        gtk_grid_attach(GTK_GRID(self->grid), make_entry(self, row, 47, hex, G_CALLBACK(hex_typed)),
                        1, (int) row, 1, 1);
        gtk_grid_attach(GTK_GRID(self->grid),
                        make_entry(self, row, 18, text, G_CALLBACK(text_typed)), 2, (int) row, 1,
                        1);
        show_row(self, row);
}

void memory_view_show(MemoryView *self, guint64 address, GVariant *bytes, const char *message)
{
        GtkWidget *child;
        gsize size = 0;
        const guint8 *data = bytes ? g_variant_get_fixed_array(bytes, &size, 1) : NULL;

        while ((child = gtk_widget_get_first_child(self->grid)))
                gtk_grid_remove(GTK_GRID(self->grid), child);
        self->address = address;
        g_byte_array_set_size(self->original, 0);
        g_byte_array_set_size(self->bytes, 0);
        if (size) {
                g_byte_array_append(self->original, data, (guint) size);
                g_byte_array_append(self->bytes, data, (guint) size);
        }
        for (guint row = 0; row * ROW_BYTES < size; row++)
                add_row(self, row);
        gtk_label_set_text(self->message, message ? message : "");
        gtk_widget_set_visible(GTK_WIDGET(self->message), message != NULL);
}

gboolean memory_view_is_changed(MemoryView *self)
{
        return self->bytes->len &&
               memcmp(self->bytes->data, self->original->data, self->bytes->len) != 0;
}

GVariant *memory_view_bytes(MemoryView *self)
{
        return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, self->bytes->data, self->bytes->len,
                                         1);
}

void memory_view_undo(MemoryView *self)
{
        if (self->bytes->len)
                memcpy(self->bytes->data, self->original->data, self->bytes->len);
        for (guint row = 0; row * ROW_BYTES < self->bytes->len; row++)
                show_row(self, row);
        g_signal_emit(self, changed_signal, 0);
}

static void memory_view_finalize(GObject *object)
{
        MemoryView *self = MEMORY_VIEW(object);

        g_byte_array_unref(self->original);
        g_byte_array_unref(self->bytes);
        G_OBJECT_CLASS(memory_view_parent_class)->finalize(object);
}

static void memory_view_class_init(MemoryViewClass *class)
{
        G_OBJECT_CLASS(class)->finalize = memory_view_finalize;
        changed_signal = g_signal_new("changed", MEMORY_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                      NULL, G_TYPE_NONE, 0);
}

static void memory_view_init(MemoryView *self)
{
        GtkWidget *scroll = gtk_scrolled_window_new();

        self->original = g_byte_array_new();
        self->bytes = g_byte_array_new();
        self->grid = gtk_grid_new();
        self->message = GTK_LABEL(gtk_label_new(NULL));
        gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
        gtk_label_set_wrap(self->message, TRUE);
        gtk_widget_add_css_class(GTK_WIDGET(self->message), "dim-label");
        gtk_grid_set_column_spacing(GTK_GRID(self->grid), 8);
        gtk_widget_set_vexpand(scroll, TRUE);
        gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scroll), self->grid);
        gtk_box_append(GTK_BOX(self), GTK_WIDGET(self->message));
        gtk_box_append(GTK_BOX(self), scroll);
}

GtkWidget *memory_view_new(void)
{
        return g_object_new(MEMORY_TYPE_VIEW, NULL);
}
