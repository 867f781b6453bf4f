/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One argument of a call to be typed. */
#include "argument-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "dictionary.h"

struct _ArgumentRow {
        AdwEntryRow parent;
        guint index;
        char *name;
        char *kind;
        char *initial;
        gboolean quoted; /* a string: shown without its quotation marks */
};

G_DEFINE_FINAL_TYPE(ArgumentRow, argument_row, ADW_TYPE_ENTRY_ROW)

typedef struct KindWord {
        const char *kind;
        const char *word;
} KindWord;

static const KindWord kind_words[] = {
        {"int", N_("number")},
        {"number", N_("number")},
        {"unsigned", N_("number")},
        {"uint", N_("number")},
        {"size", N_("size in bytes")},
        {"offset", N_("position in the file")},
        {"hex", N_("number")},
        {"address", N_("address")},
        {"fd", N_("open file")},
        {"dirfd", N_("open folder")},
        {"flags", N_("options")},
        {"enum", N_("choice")},
        {"mode", N_("permissions")},
        {"device", N_("device")},
        {"pid", N_("process")},
        {"uid", N_("user")},
        {"gid", N_("group")},
        {"signal", N_("signal")},
        {"clock", N_("clock")},
        {"path", N_("path")},
        {"string", N_("text")},
        {"buffer-in", N_("bytes to write")},
        {"buffer-out", N_("bytes to be filled")},
        {"string-vector", N_("list of texts")},
        {"socket-address", N_("network address")},
};

static const char *kind_word(const char *kind)
{
        for (size_t i = 0; i < G_N_ELEMENTS(kind_words); i++)
                if (g_strcmp0(kind_words[i].kind, kind) == 0)
                        return _(kind_words[i].word);
        return NULL;
}

gboolean argument_kind_is_read(const char *kind)
{
        static const char *const read[] = {
                "path",      "string", "buffer-in",    "iovec",         "socket-address",
                "struct-in", "msghdr", "struct-inout", "string-vector", NULL};

        return g_strv_contains(read, kind);
}

gboolean argument_kind_is_written(const char *kind)
{
        static const char *const written[] = {"buffer-out", "socket-address-out", "iovec-out",
                                              "msghdr-out", "struct-out",         "struct-inout",
                                              NULL};

        return g_strv_contains(written, kind);
}

guint argument_row_index(ArgumentRow *self)
{
        return self->index;
}

const char *argument_row_name(ArgumentRow *self)
{
        return self->name;
}

gboolean argument_row_is_changed(ArgumentRow *self)
{
        return strcmp(gtk_editable_get_text(GTK_EDITABLE(self)), self->initial) != 0;
}

static char *quote(const char *text)
{
        GString *result = g_string_new("\"");

        for (; *text; text++) {
                if (*text == '\\' && text[1]) {
                        g_string_append_c(result, *text++);
                        g_string_append_c(result, *text);
                        continue;
                }
                if (*text == '"' || *text == '\\')
                        g_string_append_c(result, '\\');
                g_string_append_c(result, *text);
        }
        g_string_append_c(result, '"');
        return g_string_free(result, FALSE);
}

char *argument_row_typed(ArgumentRow *self)
{
        const char *text = gtk_editable_get_text(GTK_EDITABLE(self));

        if (self->quoted && !g_str_has_prefix(text, "0x") && strcmp(text, "NULL") != 0)
                return quote(text);
        return g_strdup(*text ? text : "0");
}

/* What the decoder shows, without what only explains: "3</etc/passwd>" is 3. */
static char *editable_text(ArgumentRow *self, const char *text)
{
        const char *angle = strchr(text, '<');
        size_t length = strlen(text);

        if ((g_str_equal(self->kind, "fd") || g_str_equal(self->kind, "dirfd")) && angle)
                return g_strndup(text, (gsize) (angle - text));
        if (g_str_has_prefix(self->kind, "struct") || argument_kind_is_written(self->kind))
                return g_strdup(text);
        if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
                self->quoted = TRUE;
                return g_strndup(text + 1, length - 2);
        }
        return g_strdup(text);
}

/* ---- check marks for flags ---- */

static gboolean has_word(const char *text, const char *word)
{
        g_auto(GStrv) words = g_strsplit(text, "|", -1);

        return g_strv_contains((const char *const *) words, word);
}

static void mark_toggled(GtkCheckButton *button, ArgumentRow *self)
{
        const char *word = g_object_get_data(G_OBJECT(button), "word");
        const char *text = gtk_editable_get_text(GTK_EDITABLE(self));
        gboolean active = gtk_check_button_get_active(button);
        g_auto(GStrv) words = g_strsplit(text, "|", -1);
        g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
        g_auto(GStrv) result = NULL;
        g_autofree char *joined = NULL;

        if (has_word(text, word) == active)
                return;
        for (char **at = words; *at; at++)
                if (**at && strcmp(*at, word) != 0 && strcmp(*at, "0") != 0)
                        g_strv_builder_add(kept, *at);
        if (active)
                g_strv_builder_add(kept, word);
        result = g_strv_builder_end(kept);
        joined = g_strjoinv("|", result);
        gtk_editable_set_text(GTK_EDITABLE(self), *joined ? joined : "0");
}

static void choice_clicked(GtkButton *button, ArgumentRow *self)
{
        gtk_editable_set_text(GTK_EDITABLE(self), gtk_button_get_label(button));
        gtk_popover_popdown(
                GTK_POPOVER(gtk_widget_get_ancestor(GTK_WIDGET(button), GTK_TYPE_POPOVER)));
}

static GtkWidget *make_mark(ArgumentRow *self, const char *word)
{
        GtkWidget *mark;

        if (g_str_equal(self->kind, "flags")) {
                mark = gtk_check_button_new_with_label(word);
                gtk_check_button_set_active(
                        GTK_CHECK_BUTTON(mark),
                        has_word(gtk_editable_get_text(GTK_EDITABLE(self)), word));
                g_object_set_data_full(G_OBJECT(mark), "word", g_strdup(word), g_free);
                g_signal_connect(mark, "toggled", G_CALLBACK(mark_toggled), self);
                return mark;
        }
        mark = gtk_button_new_with_label(word);
        gtk_button_set_has_frame(GTK_BUTTON(mark), FALSE);
        g_signal_connect(mark, "clicked", G_CALLBACK(choice_clicked), self);
        return mark;
}

static void add_constants(ArgumentRow *self, GVariant *spec)
{
        g_autoptr(GVariant) constants = dictionary_container(spec, "constants", "as");
        g_autofree const char **words = constants ? g_variant_get_strv(constants, NULL) : NULL;
        GtkWidget *button, *popover, *scroll, *box;

        if (!words || !words[0])
                return;
        button = gtk_menu_button_new();
        popover = gtk_popover_new();
        scroll = gtk_scrolled_window_new();
        box = gtk_box_new(GTK_ORIENTATION_VERTICAL, 2);
        for (const char **at = words; *at; at++)
                gtk_box_append(GTK_BOX(box), make_mark(self, *at));
        gtk_scrolled_window_set_child(GTK_SCROLLED_WINDOW(scroll), box);
        gtk_scrolled_window_set_propagate_natural_height(GTK_SCROLLED_WINDOW(scroll), TRUE);
        gtk_scrolled_window_set_propagate_natural_width(GTK_SCROLLED_WINDOW(scroll), TRUE);
        gtk_scrolled_window_set_max_content_height(GTK_SCROLLED_WINDOW(scroll), 320);
        gtk_popover_set_child(GTK_POPOVER(popover), scroll);
        gtk_menu_button_set_popover(GTK_MENU_BUTTON(button), popover);
        gtk_menu_button_set_icon_name(GTK_MENU_BUTTON(button), "view-list-bullet-symbolic");
        gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
        gtk_widget_add_css_class(button, "flat");
        gtk_widget_set_tooltip_text(button, _("Choose by Name"));
        gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       _("Choose by Name"), -1);
        adw_entry_row_add_suffix(ADW_ENTRY_ROW(self), button);
}

/* ---- object ---- */

static void argument_row_finalize(GObject *object)
{
        ArgumentRow *self = ARGUMENT_ROW(object);

        g_free(self->name);
        g_free(self->kind);
        g_free(self->initial);
        G_OBJECT_CLASS(argument_row_parent_class)->finalize(object);
}

static void argument_row_class_init(ArgumentRowClass *class)
{
        G_OBJECT_CLASS(class)->finalize = argument_row_finalize;
}

static void argument_row_init(ArgumentRow *self)
{
}

GtkWidget *argument_row_new(guint index, GVariant *spec, const char *text)
{
        ArgumentRow *self = g_object_new(ARGUMENT_TYPE_ROW, NULL);
        const char *word;
        g_autofree char *title = NULL;

        self->index = index;
        self->name = g_strdup(dictionary_string(spec, "name", "?"));
        self->kind = g_strdup(dictionary_string(spec, "kind", ""));
        self->quoted =
                !text && (g_str_equal(self->kind, "path") || g_str_equal(self->kind, "string") ||
                          g_str_equal(self->kind, "buffer-in"));
        self->initial = text ? editable_text(self, text) : g_strdup("");
        word = kind_word(self->kind);
        title = word ? g_strdup_printf("%s · %s", self->name, word) : g_strdup(self->name);
        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(self), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(self), title);
        gtk_editable_set_text(GTK_EDITABLE(self), self->initial);
        add_constants(self, spec);
        return GTK_WIDGET(self);
}
