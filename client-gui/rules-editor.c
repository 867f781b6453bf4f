/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule file as text, judged by the daemon while it is typed. */
#include "rules-editor.h"

#include <glib/gi18n.h>

#include "dictionary.h"
#include "wording.h"

/* The text is judged when typing pauses for so long. */
#define CHECK_MSEC 300u

#define RULES_TYPE_EDITOR (rules_editor_get_type())
G_DECLARE_FINAL_TYPE(RulesEditor, rules_editor, RULES, EDITOR, AdwWindow)

/* What goes on once a person has said what becomes of text that is not kept. */
typedef enum RulesEditorNext {
        RULES_EDITOR_STAYS,
        RULES_EDITOR_CLOSES,
        RULES_EDITOR_OPENS, /* another file */
} RulesEditorNext;

struct _RulesEditor {
        AdwWindow parent;
        JailItem *jail;
        char *path;
        char *normal; /* the text in today's form, NULL while it has errors */
        guint check_source;
        char *kept;           /* the text as it was last saved, opened or put to use */
        char *sent;           /* the text that is being put to use */
        RulesEditorNext next; /* after the text is saved */
        GtkTextBuffer *buffer;
        GtkTextTag *wrong;
        GtkWidget *use;
        GtkMenuButton *presets;
        GtkTextView *view;
        GtkListBox *messages;
};

G_DEFINE_FINAL_TYPE(RulesEditor, rules_editor, ADW_TYPE_WINDOW)

static char *text_of(RulesEditor *self)
{
        GtkTextIter start, end;

        gtk_text_buffer_get_bounds(self->buffer, &start, &end);
        return gtk_text_buffer_get_text(self->buffer, &start, &end, FALSE);
}

static void keep(RulesEditor *self)
{
        g_free(self->kept);
        self->kept = text_of(self);
}

static gboolean is_kept(RulesEditor *self)
{
        g_autofree char *text = text_of(self);

        return g_strcmp0(text, self->kept) == 0;
}

/* ---- messages ---- */

static void clear_messages(RulesEditor *self)
{
        GtkTextIter start, end;
        GtkWidget *child;

        gtk_text_buffer_get_bounds(self->buffer, &start, &end);
        gtk_text_buffer_remove_tag(self->buffer, self->wrong, &start, &end);
        while ((child = gtk_widget_get_first_child(GTK_WIDGET(self->messages))))
                gtk_list_box_remove(self->messages, child);
}

static void add_message(RulesEditor *self, const char *icon, const char *title, const char *text,
                        int line)
{
        GtkWidget *row = adw_action_row_new();

        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), text);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(row), title);
        adw_action_row_set_icon_name(ADW_ACTION_ROW(row), icon);
        adw_action_row_set_title_lines(ADW_ACTION_ROW(row), 0);
        gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), line > 0);
        g_object_set_data(G_OBJECT(row), "line", GINT_TO_POINTER(line));
        gtk_list_box_append(self->messages, row);
}

static void mark_line(RulesEditor *self, int line)
{
        GtkTextIter start, end;

        if (line < 1 || !gtk_text_buffer_get_iter_at_line(self->buffer, &start, line - 1))
                return;
        end = start;
        gtk_text_iter_forward_to_line_end(&end);
        gtk_text_buffer_apply_tag(self->buffer, self->wrong, &start, &end);
}

static gboolean show_diagnostics(RulesEditor *self, GVariant *diagnostics)
{
        gboolean errors = FALSE;

        for (gsize i = 0; i < g_variant_n_children(diagnostics); i++) {
                g_autoptr(GVariant) message = g_variant_get_child_value(diagnostics, i);
                int line = (int) dictionary_number(message, "line", 0);
                gboolean error =
                        g_strcmp0(dictionary_string(message, "severity", ""), "error") == 0;
                g_autofree char *text = wording_escape(dictionary_string(message, "message", ""));
                g_autofree char *place = line ? g_strdup_printf(_("line %d"), line) : g_strdup("");

                errors |= error;
                mark_line(self, line);
                add_message(self, error ? "dialog-error-symbolic" : "dialog-warning-symbolic",
                            place, text, line);
        }
        return errors;
}

static void checked(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(RulesEditor) self = data;
        g_autoptr(GVariant) diagnostics = NULL;
        g_autoptr(GVariant) rules = NULL;
        g_autofree char *normal = NULL;
        g_autofree char *text = NULL;
        guint count = 0;

        if (!seccomp_jail_call_check_rules_finish(SECCOMP_JAIL(source), &diagnostics, &normal,
                                                  &rules, result, NULL))
                return;
        clear_messages(self);
        g_clear_pointer(&self->normal, g_free);
        if (show_diagnostics(self, diagnostics))
                return;
        self->normal = g_steal_pointer(&normal);
        for (gsize i = 0; i < g_variant_n_children(rules); i++) {
                g_autoptr(GVariant) rule = g_variant_get_child_value(rules, i);

                count += dictionary_number(rule, "number", 0) > 0; /* 0 is the default */
        }
        text = g_strdup_printf(g_dngettext(NULL, "%u rule, in order", "%u rules, in order", count),
                               count);
        add_message(self, "emblem-ok-symbolic", "", text, 0);
}

static gboolean check(gpointer data)
{
        RulesEditor *self = data;
        SeccompJail *proxy = jail_application_proxy(jail_application_get());
        g_autofree char *text = text_of(self);

        self->check_source = 0;
        if (proxy)
                seccomp_jail_call_check_rules(proxy, text, DAEMON_CALL, NULL, checked,
                                              g_object_ref(self));
        return G_SOURCE_REMOVE;
}

static void typed(GtkTextBuffer *buffer, RulesEditor *self)
{
        g_clear_handle_id(&self->check_source, g_source_remove);
        self->check_source = g_timeout_add(CHECK_MSEC, check, self);
}

static void message_activated(GtkListBox *list, GtkListBoxRow *row, RulesEditor *self)
{
        int line = GPOINTER_TO_INT(g_object_get_data(G_OBJECT(row), "line"));
        GtkTextIter at;

        gtk_text_buffer_get_iter_at_line(self->buffer, &at, line - 1);
        gtk_text_buffer_place_cursor(self->buffer, &at);
        gtk_text_view_scroll_to_iter(self->view, &at, 0.1, FALSE, 0, 0);
        gtk_widget_grab_focus(GTK_WIDGET(self->view));
}

static void complain(RulesEditor *self, GError *error)
{
        g_autofree char *text = wording_error(error);

        clear_messages(self);
        add_message(self, "dialog-error-symbolic", "", text, 0);
}

/* ---- files ---- */

static void choose_file(RulesEditor *self, GtkFileChooserAction action);

static gboolean destroy_window(gpointer data)
{
        gtk_window_destroy(data);
        return G_SOURCE_REMOVE;
}

static void go_on(RulesEditor *self, RulesEditorNext next)
{
        /* Not while its dialog, which goes with it, still tells the answer. */
        if (next == RULES_EDITOR_CLOSES)
                g_idle_add_full(G_PRIORITY_DEFAULT, destroy_window, g_object_ref(self),
                                g_object_unref);
        else if (next == RULES_EDITOR_OPENS)
                choose_file(self, GTK_FILE_CHOOSER_ACTION_OPEN);
}

static void save_to(RulesEditor *self, const char *path)
{
        g_autofree char *text = text_of(self);
        g_autoptr(GError) error = NULL;
        RulesEditorNext next = self->next;

        self->next = RULES_EDITOR_STAYS;
        if (!g_file_set_contents(path, text, -1, &error)) {
                complain(self, error);
                return;
        }
        if (self->path != path) {
                g_free(self->path);
                self->path = g_strdup(path);
        }
        gtk_window_set_title(GTK_WINDOW(self), path);
        keep(self);
        go_on(self, next);
}

static void save_answered(GtkNativeDialog *chooser, int response, RulesEditor *self)
{
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser));
        g_autofree char *path = file ? g_file_get_path(file) : NULL;

        g_object_unref(chooser);
        if (response == GTK_RESPONSE_ACCEPT && path)
                save_to(self, path);
        else
                self->next = RULES_EDITOR_STAYS;
}

static void open_answered(GtkNativeDialog *chooser, int response, RulesEditor *self)
{
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser));
        g_autofree char *path = file ? g_file_get_path(file) : NULL;
        g_autofree char *text = NULL;
        g_autoptr(GError) error = NULL;

        g_object_unref(chooser);
        if (response != GTK_RESPONSE_ACCEPT || !path)
                return;
        if (!g_file_get_contents(path, &text, NULL, &error) || !g_utf8_validate(text, -1, NULL)) {
                complain(self, error);
                return;
        }
        g_free(self->path);
        self->path = g_steal_pointer(&path);
        gtk_window_set_title(GTK_WINDOW(self), self->path);
        gtk_text_buffer_set_text(self->buffer, text, -1);
        keep(self);
}

static void choose_file(RulesEditor *self, GtkFileChooserAction action)
{
        gboolean save = action == GTK_FILE_CHOOSER_ACTION_SAVE;
        GtkFileChooserNative *chooser =
                gtk_file_chooser_native_new(save ? _("Save the Rules") : _("Open a Rule File"),
                                            GTK_WINDOW(self), action, NULL, NULL);

        if (save)
                gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(chooser), "rules.jail.json");
        g_signal_connect_object(chooser, "response",
                                save ? G_CALLBACK(save_answered) : G_CALLBACK(open_answered), self,
                                0);
        gtk_native_dialog_show(GTK_NATIVE_DIALOG(chooser));
}

static void save(RulesEditor *self)
{
        if (self->path)
                save_to(self, self->path);
        else
                choose_file(self, GTK_FILE_CHOOSER_ACTION_SAVE);
}

/* ---- text that is not kept ---- */

static void unsaved_answered(AdwMessageDialog *dialog, const char *response, RulesEditor *self)
{
        RulesEditorNext next = self->next;

        if (g_str_equal(response, "save")) {
                save(self);
                return;
        }
        self->next = RULES_EDITOR_STAYS;
        if (g_str_equal(response, "discard"))
                go_on(self, next);
}

/* Goes on at once when nothing would be lost, otherwise once a person has said so. */
static void ask_and_go_on(RulesEditor *self, RulesEditorNext next)
{
        GtkWidget *dialog;

        if (is_kept(self)) {
                go_on(self, next);
                return;
        }
        self->next = next;
        dialog = adw_message_dialog_new(GTK_WINDOW(self), _("Save the Rules?"),
                                        _("What you have changed here is lost otherwise."));
        adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "cancel", _("_Cancel"),
                                         "discard", _("_Discard"), "save", _("_Save"), NULL);
        adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "discard",
                                                   ADW_RESPONSE_DESTRUCTIVE);
        adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "save",
                                                   ADW_RESPONSE_SUGGESTED);
        adw_message_dialog_set_default_response(ADW_MESSAGE_DIALOG(dialog), "save");
        adw_message_dialog_set_close_response(ADW_MESSAGE_DIALOG(dialog), "cancel");
        g_signal_connect_object(dialog, "response", G_CALLBACK(unsaved_answered), self, 0);
        gtk_window_present(GTK_WINDOW(dialog));
}

static gboolean close_request(GtkWindow *window)
{
        RulesEditor *self = RULES_EDITOR(window);

        if (is_kept(self))
                return GTK_WINDOW_CLASS(rules_editor_parent_class)->close_request(window);
        ask_and_go_on(self, RULES_EDITOR_CLOSES);
        return GDK_EVENT_STOP;
}

gboolean rules_editor_may_all_close(GtkApplication *application)
{
        for (GList *at = gtk_application_get_windows(application); at; at = at->next) {
                if (!RULES_IS_EDITOR(at->data) || is_kept(at->data))
                        continue;
                gtk_window_present(at->data);
                ask_and_go_on(at->data, RULES_EDITOR_CLOSES);
                return FALSE;
        }
        return TRUE;
}

/* Another text in place of this one, which undo brings back. */
static void replace_text(RulesEditor *self, const char *text)
{
        GtkTextIter start, end;

        gtk_text_buffer_begin_user_action(self->buffer);
        gtk_text_buffer_get_bounds(self->buffer, &start, &end);
        gtk_text_buffer_delete(self->buffer, &start, &end);
        gtk_text_buffer_insert(self->buffer, &start, text, -1);
        gtk_text_buffer_end_user_action(self->buffer);
}

/* ---- actions ---- */

static void used(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(RulesEditor) self = data;
        g_autoptr(GVariant) diagnostics = NULL;
        g_autoptr(GError) error = NULL;

        if (seccomp_jail_call_set_rules_finish(SECCOMP_JAIL(source), &diagnostics, result,
                                               &error)) {
                g_free(self->kept);
                self->kept = g_strdup(self->sent);
                clear_messages(self);
                if (!show_diagnostics(self, diagnostics))
                        add_message(self, "emblem-ok-symbolic", "",
                                    _("In use from the next call on"), 0);
                return;
        }
        complain(self, error);
}

static void use(RulesEditor *self)
{
        if (!self->jail)
                return;
        g_free(self->sent);
        self->sent = text_of(self);
        seccomp_jail_call_set_rules(jail_application_proxy(jail_application_get()),
                                    jail_item_id(self->jail), self->sent, DAEMON_CALL, NULL, used,
                                    g_object_ref(self));
}

static void act(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        RulesEditor *self = data;
        const char *name = g_action_get_name(G_ACTION(action));

        if (g_str_equal(name, "use"))
                use(self);
        else if (g_str_equal(name, "open"))
                ask_and_go_on(self, RULES_EDITOR_OPENS);
        else if (g_str_equal(name, "normal") && self->normal)
                replace_text(self, self->normal);
        else if (g_str_equal(name, "save"))
                save(self);
        else if (g_str_equal(name, "save-as"))
                choose_file(self, GTK_FILE_CHOOSER_ACTION_SAVE);
}

/* ---- presets ---- */

static void preset_chosen(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        replace_text(data, g_variant_get_string(parameter, NULL));
}

static void presets_listed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(RulesEditor) self = data;
        g_autoptr(GVariant) presets = NULL;
        g_autoptr(GMenu) menu = g_menu_new();

        if (!seccomp_jail_call_list_presets_finish(SECCOMP_JAIL(source), &presets, result, NULL))
                return;
        for (gsize i = 0; i < g_variant_n_children(presets); i++) {
                g_autoptr(GVariant) preset = g_variant_get_child_value(presets, i);
                g_autoptr(GMenuItem) item =
                        g_menu_item_new(dictionary_string(preset, "name", ""), NULL);

                g_menu_item_set_action_and_target(item, "editor.preset", "s",
                                                  dictionary_string(preset, "text", ""));
                g_menu_append_item(menu, item);
        }
        gtk_menu_button_set_menu_model(self->presets, G_MENU_MODEL(menu));
}

/* ---- object ---- */

static void rules_editor_dispose(GObject *object)
{
        RulesEditor *self = RULES_EDITOR(object);

        g_clear_handle_id(&self->check_source, g_source_remove);
        g_clear_object(&self->jail);
        g_clear_pointer(&self->path, g_free);
        g_clear_pointer(&self->normal, g_free);
        g_clear_pointer(&self->kept, g_free);
        g_clear_pointer(&self->sent, g_free);
        G_OBJECT_CLASS(rules_editor_parent_class)->dispose(object);
}

static void rules_editor_class_init(RulesEditorClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = rules_editor_dispose;
        GTK_WINDOW_CLASS(class)->close_request = close_request;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/rules-editor.ui");
        gtk_widget_class_bind_template_child(widget_class, RulesEditor, use);
        gtk_widget_class_bind_template_child(widget_class, RulesEditor, presets);
        gtk_widget_class_bind_template_child(widget_class, RulesEditor, view);
        gtk_widget_class_bind_template_child(widget_class, RulesEditor, messages);
        gtk_widget_class_add_binding_action(widget_class, GDK_KEY_w, GDK_CONTROL_MASK,
                                            "window.close", NULL);
}

static void rules_editor_init(RulesEditor *self)
{
        static const GActionEntry entries[] = {
                {.name = "use", .activate = act},
                {.name = "open", .activate = act},
                {.name = "save", .activate = act},
                {.name = "save-as", .activate = act},
                {.name = "normal", .activate = act},
                {.name = "preset", .activate = preset_chosen, .parameter_type = "s"},
        };
        g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();

        g_action_map_add_action_entries(G_ACTION_MAP(group), entries, G_N_ELEMENTS(entries), self);
        gtk_widget_insert_action_group(GTK_WIDGET(self), "editor", G_ACTION_GROUP(group));
        gtk_widget_init_template(GTK_WIDGET(self));
        self->buffer = gtk_text_view_get_buffer(self->view);
        self->wrong = gtk_text_buffer_create_tag(self->buffer, NULL, "underline",
                                                 PANGO_UNDERLINE_ERROR, NULL);
        g_signal_connect(self->buffer, "changed", G_CALLBACK(typed), self);
        g_signal_connect(self->messages, "row-activated", G_CALLBACK(message_activated), self);
}

GtkWindow *rules_editor_new(MainWindow *window, JailItem *jail, const char *text)
{
        /* Of the application: the main window's end is not the end of unsaved text. */
        RulesEditor *self = g_object_new(RULES_TYPE_EDITOR, "transient-for", window, "application",
                                         jail_application_get(), NULL);
        SeccompJail *proxy = jail_application_proxy(jail_application_get());

        self->jail = jail ? g_object_ref(jail) : NULL;
        gtk_widget_set_visible(self->use, jail != NULL);
        gtk_text_buffer_set_text(self->buffer,
                                 text ? text
                                      : "{\n  \"seccomp-jail\": 1,\n  \"default\": \"allow\",\n"
                                        "  \"rules\": [\n  ]\n}\n",
                                 -1);
        keep(self);
        if (proxy)
                seccomp_jail_call_list_presets(proxy, DAEMON_CALL, NULL, presets_listed,
                                               g_object_ref(self));
        return GTK_WINDOW(self);
}
