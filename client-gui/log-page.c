/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the chosen jail did, as a table over the log store. */
#include "log-page.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>

#include "dictionary.h"
#include "main-window.h"
#include "wording.h"

/* New rows are followed so often at most. */
#define FOLLOW_MSEC 100u
/* A larger result is an address and reads better as one. */
#define ADDRESS_LEAST 4294967296.0

struct _LogPage {
        GtkBox parent;
        JailItem *jail;
        guint follow_source;
        guint64 asked; /* the jail whose log was asked for last */
        LogStore *store;
        GtkMultiSelection *selection;
        GtkStack *stack;
        GtkSearchEntry *search;
        GtkDropDown *answer;
        GtkDropDown *outcome;
        GtkToggleButton *follow;
        GtkScrolledWindow *scroll;
        GtkColumnView *view;
        GtkLabel *count;
};

G_DEFINE_FINAL_TYPE(LogPage, log_page, GTK_TYPE_BOX)

LogStore *log_page_store(LogPage *self)
{
        return self->store;
}

/* ---- cells ---- */

typedef char *(*CellText)(LogRecord *record);

static char *cell_time(LogRecord *record)
{
        g_autofree char *time = log_record_string(record, "time");

        return wording_time(time);
}

static char *cell_process(LogRecord *record)
{
        g_autofree char *comm = log_record_string(record, "comm");

        return g_strdup_printf("%s %d", comm, (int) log_record_number(record, "tid", 0));
}

static char *cell_call(LogRecord *record)
{
        return log_record_string(record, "text");
}

static char *cell_answer(LogRecord *record)
{
        g_autofree char *action = log_record_string(record, "action");
        g_autofree char *by = log_record_string(record, "by");
        g_autofree char *words = wording_answer(action);
        int rule = (int) log_record_number(record, "rule", -1);

        if (g_str_equal(by, "rule") && rule > 0)
                return g_strdup_printf(_("%s, rule %d"), words, rule);
        if (g_str_equal(by, "rule"))
                return g_strdup_printf(_("%s, by default"), words);
        return g_strdup_printf(_("%s, %s"), words, wording_by(by));
}

static char *cell_result(LogRecord *record)
{
        g_autofree char *error = log_record_string(record, "errno");
        g_autofree char *ended = log_record_string(record, "ended");
        double number = log_record_number(record, "return", -1e300);

        if (*ended)
                return g_steal_pointer(&ended);
        if (*error)
                return g_steal_pointer(&error);
        if (number < -1e299)
                return g_strdup("");
        if (number > ADDRESS_LEAST)
                return g_strdup_printf("0x%" G_GINT64_MODIFIER "x", (guint64) number);
        return g_strdup_printf("%.0f", number);
}

static char *cell_held(LogRecord *record)
{
        return wording_nanoseconds((guint64) log_record_number(record, "held_ns", 0));
}

static char *cell_ran(LogRecord *record)
{
        return wording_nanoseconds((guint64) log_record_number(record, "ran_ns", 0));
}

static char *cell_verified(LogRecord *record)
{
        g_autofree char *verified = log_record_string(record, "verified");

        if (g_str_equal(verified, "yes"))
                return g_strdup("✓");
        if (g_str_equal(verified, "changed"))
                return g_strdup(_("changed"));
        return g_strdup(g_str_equal(verified, "no") ? _("no") : "");
}

static void cell_set_up(GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer text)
{
        GtkWidget *label = gtk_label_new(NULL);

        gtk_label_set_xalign(GTK_LABEL(label), text == cell_held || text == cell_ran ? 1
                                               : text == cell_verified               ? 0.5f
                                                                                     : 0);
        gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
        if (text == cell_call)
                gtk_widget_add_css_class(label, "monospace");
        if (text != cell_call && text != cell_answer)
                gtk_widget_add_css_class(label, "numeric");
        gtk_list_item_set_child(cell, label);
}

static void cell_bind(GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer text)
{
        GtkLabel *label = GTK_LABEL(gtk_list_item_get_child(cell));
        g_autofree char *shown = ((CellText) text)(gtk_list_item_get_item(cell));

        gtk_label_set_text(label, shown);
        gtk_widget_set_tooltip_text(GTK_WIDGET(label), text == cell_call ? shown : NULL);
}

static void add_column(LogPage *self, const char *title, CellText text, int width)
{
        GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
        GtkColumnViewColumn *column;

        g_signal_connect(factory, "setup", G_CALLBACK(cell_set_up), (gpointer) text);
        g_signal_connect(factory, "bind", G_CALLBACK(cell_bind), (gpointer) text);
        column = gtk_column_view_column_new(title, factory);
        gtk_column_view_column_set_resizable(column, TRUE);
        gtk_column_view_column_set_fixed_width(column, width);
        gtk_column_view_column_set_expand(column, text == cell_call);
        gtk_column_view_append_column(self->view, column);
        g_object_unref(column);
}

/* ---- the log ---- */

static void show_count(LogStore *store, LogPage *self)
{
        guint total = log_store_total(store);
        guint shown = g_list_model_get_n_items(G_LIST_MODEL(store));
        int lost =
                self->jail ? (int) dictionary_number(jail_item_info(self->jail), "dropped", 0) : 0;
        g_autofree char *text =
                shown == total
                        ? g_strdup_printf(g_dngettext(NULL, "%u call", "%u calls", total), total)
                        : g_strdup_printf(_("%u of %u calls"), shown, total);

        if (lost) {
                g_autofree char *more =
                        g_strdup_printf(_("%s; %d older ones were given up"), text, lost);

                gtk_label_set_text(self->count, more);
        } else {
                gtk_label_set_text(self->count, text);
        }
}

/* After the list has taken its new rows in. */
static gboolean go_to_end(gpointer data)
{
        LogPage *self = data;
        guint count = g_list_model_get_n_items(G_LIST_MODEL(self->store));
        GtkWidget *rows = gtk_widget_get_last_child(GTK_WIDGET(self->view));

        self->follow_source = 0;
        if (count)
                gtk_widget_activate_action(rows, "list.scroll-to-item", "u", count - 1);
        return G_SOURCE_REMOVE;
}

static void follow(LogPage *self)
{
        if (!self->follow_source && gtk_toggle_button_get_active(self->follow) &&
            gtk_widget_get_mapped(GTK_WIDGET(self->view)))
                self->follow_source = g_timeout_add(FOLLOW_MSEC, go_to_end, self);
}

static void log_opened(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(LogPage) self = data;
        g_autoptr(GUnixFDList) fds = NULL;
        g_autoptr(GVariant) reply = g_dbus_proxy_call_with_unix_fd_list_finish(G_DBUS_PROXY(source),
                                                                               &fds, result, NULL);
        gint32 index = -1;
        int fd;

        if (!reply || !fds || !self->jail || jail_item_id(self->jail) != self->asked)
                return;
        g_variant_get(reply, "(h)", &index);
        fd = g_unix_fd_list_get(fds, index, NULL);
        if (fd < 0)
                return;
        log_store_read(self->store, fd);
        gtk_stack_set_visible_child_name(self->stack, "log");
}

void log_page_set_jail(LogPage *self, JailItem *jail)
{
        SeccompJail *proxy = jail_application_proxy(jail_application_get());
        GVariantDict options;

        g_set_object(&self->jail, jail);
        log_store_read(self->store, -1);
        gtk_stack_set_visible_child_name(self->stack, "none");
        if (!jail || !proxy)
                return;
        self->asked = jail_item_id(jail);
        g_variant_dict_init(&options, NULL);
        g_variant_dict_insert(&options, "follow", "b", TRUE);
        g_variant_dict_insert(&options, "from", "s", "start");
        g_dbus_proxy_call_with_unix_fd_list(
                G_DBUS_PROXY(proxy), "OpenLog",
                g_variant_new("(t@a{sv})", jail_item_id(jail), g_variant_dict_end(&options)),
                DAEMON_CALL, NULL, NULL, log_opened, g_object_ref(self));
}

void log_page_search(LogPage *self)
{
        gtk_widget_grab_focus(GTK_WIDGET(self->search));
}

void log_page_set_filter(LogPage *self, const char *words)
{
        gtk_editable_set_text(GTK_EDITABLE(self->search), words);
}

static void filter_changed(LogPage *self)
{
        static const char *const answers[] = {"", "allow", "abort", "return", "user", "injection"};
        static const char *const outcomes[] = {"", "succeeded", "failed"};
        guint answer = gtk_drop_down_get_selected(self->answer);
        guint outcome = gtk_drop_down_get_selected(self->outcome);

        log_store_set_filter(self->store, gtk_editable_get_text(GTK_EDITABLE(self->search)),
                             answer < G_N_ELEMENTS(answers) ? answers[answer] : "",
                             outcome < G_N_ELEMENTS(outcomes) ? outcomes[outcome] : "");
}

/* ---- actions ---- */

static void copy_selected(LogPage *self)
{
        g_autoptr(GtkBitset) bits =
                gtk_selection_model_get_selection(GTK_SELECTION_MODEL(self->selection));
        GString *text = g_string_new(NULL);

        for (guint64 i = 0; i < gtk_bitset_get_size(bits); i++) {
                g_autoptr(LogRecord) record = g_list_model_get_item(
                        G_LIST_MODEL(self->store), gtk_bitset_get_nth(bits, (guint) i));

                g_string_append_printf(text, "%s\n", record ? log_record_line(record) : "");
        }
        gdk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(self)), text->str);
        g_string_free(text, TRUE);
}

static void export_answered(GtkNativeDialog *chooser, int response, LogPage *self)
{
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser));
        g_autofree char *path = file ? g_file_get_path(file) : NULL;
        MainWindow *window = main_window_of(GTK_WIDGET(self));
        g_autoptr(GError) error = NULL;

        g_object_unref(chooser);
        if (response != GTK_RESPONSE_ACCEPT || !path)
                return;
        if (log_store_export(self->store, path, &error))
                main_window_toast(window, _("The log was written"));
        else
                main_window_toast(window, error->message);
}

static void act(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        LogPage *self = data;
        const char *name = g_action_get_name(G_ACTION(action));
        GtkFileChooserNative *chooser;

        if (g_str_equal(name, "clear")) {
                log_store_clear(self->store);
                return;
        }
        if (g_str_equal(name, "copy")) {
                copy_selected(self);
                return;
        }
        chooser = gtk_file_chooser_native_new(_("Export the Log"),
                                              GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self))),
                                              GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
        gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(chooser), "log.jsonl");
        gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(chooser), TRUE);
        g_signal_connect_object(chooser, "response", G_CALLBACK(export_answered), self, 0);
        gtk_native_dialog_show(GTK_NATIVE_DIALOG(chooser));
}

/* ---- object ---- */

static void log_page_dispose(GObject *object)
{
        LogPage *self = LOG_PAGE(object);

        g_clear_handle_id(&self->follow_source, g_source_remove);
        if (self->view)
                gtk_column_view_set_model(self->view, NULL);
        g_clear_object(&self->selection);
        g_clear_object(&self->store);
        g_clear_object(&self->jail);
        G_OBJECT_CLASS(log_page_parent_class)->dispose(object);
}

static void log_page_class_init(LogPageClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = log_page_dispose;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/log-page.ui");
        gtk_widget_class_bind_template_child(widget_class, LogPage, stack);
        gtk_widget_class_bind_template_child(widget_class, LogPage, search);
        gtk_widget_class_bind_template_child(widget_class, LogPage, answer);
        gtk_widget_class_bind_template_child(widget_class, LogPage, outcome);
        gtk_widget_class_bind_template_child(widget_class, LogPage, follow);
        gtk_widget_class_bind_template_child(widget_class, LogPage, scroll);
        gtk_widget_class_bind_template_child(widget_class, LogPage, view);
        gtk_widget_class_bind_template_child(widget_class, LogPage, count);
        gtk_widget_class_add_binding_action(widget_class, GDK_KEY_c, GDK_CONTROL_MASK, "log.copy",
                                            NULL);
}

static void log_page_init(LogPage *self)
{
        static const GActionEntry entries[] = {
                {.name = "copy", .activate = act},
                {.name = "export", .activate = act},
                {.name = "clear", .activate = act},
        };
        g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();

        g_action_map_add_action_entries(G_ACTION_MAP(group), entries, G_N_ELEMENTS(entries), self);
        gtk_widget_insert_action_group(GTK_WIDGET(self), "log", G_ACTION_GROUP(group));
        gtk_widget_init_template(GTK_WIDGET(self));
        self->store = log_store_new();
        self->selection = gtk_multi_selection_new(G_LIST_MODEL(g_object_ref(self->store)));
        add_column(self, _("Time"), cell_time, 104);
        add_column(self, _("Process"), cell_process, 108);
        add_column(self, _("Call"), cell_call, 180);
        add_column(self, _("Answer"), cell_answer, 132);
        add_column(self, _("Result"), cell_result, 100);
        add_column(self, _("Held"), cell_held, 70);
        add_column(self, _("Ran"), cell_ran, 70);
        add_column(self, _("Verified"), cell_verified, 78);
        gtk_column_view_set_model(self->view, GTK_SELECTION_MODEL(self->selection));
        g_signal_connect_object(self->store, "changed", G_CALLBACK(show_count), self, 0);
        g_signal_connect_swapped(self->search, "search-changed", G_CALLBACK(filter_changed), self);
        g_signal_connect_swapped(self->answer, "notify::selected", G_CALLBACK(filter_changed),
                                 self);
        g_signal_connect_swapped(self->outcome, "notify::selected", G_CALLBACK(filter_changed),
                                 self);
        g_signal_connect_object(self->store, "items-changed", G_CALLBACK(follow), self,
                                G_CONNECT_SWAPPED);
        g_signal_connect_swapped(self->view, "map", G_CALLBACK(follow), self);
        g_signal_connect_swapped(self->follow, "toggled", G_CALLBACK(follow), self);
}
