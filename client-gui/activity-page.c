/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much the chosen jail does. */
#include "activity-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "chart.h"
#include "dictionary.h"
#include "main-window.h"
#include "wording.h"

#define REFRESH_MSEC 2000u

/* ---- a row of the table ---- */

#define CALL_TYPE_COUNT (call_count_get_type())
G_DECLARE_FINAL_TYPE(CallCount, call_count, CALL, COUNT, GObject)

struct _CallCount {
        GObject parent;
        GVariant *info; /* {syscall, calls, errors, held-ns, ran-ns} */
};

G_DEFINE_FINAL_TYPE(CallCount, call_count, G_TYPE_OBJECT)

static void call_count_finalize(GObject *object)
{
        g_clear_pointer(&CALL_COUNT(object)->info, g_variant_unref);
        G_OBJECT_CLASS(call_count_parent_class)->finalize(object);
}

static void call_count_class_init(CallCountClass *class)
{
        G_OBJECT_CLASS(class)->finalize = call_count_finalize;
}

static void call_count_init(CallCount *self)
{
}

/* ---- the page ---- */

struct _ActivityPage {
        GtkBox parent;
        JailItem *jail;
        LogStore *log;
        GListStore *counts;
        guint refresh_source;
        GtkStack *stack;
        ActivityChart *chart;
        GtkColumnView *view;
};

G_DEFINE_FINAL_TYPE(ActivityPage, activity_page, GTK_TYPE_BOX)

static void cell_set_up(GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer key)
{
        GtkWidget *label = gtk_label_new(NULL);

        gtk_label_set_xalign(GTK_LABEL(label), g_str_equal(key, "syscall") ? 0 : 1);
        if (!g_str_equal(key, "syscall"))
                gtk_widget_add_css_class(label, "numeric");
        gtk_list_item_set_child(cell, label);
}

static void cell_bind(GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer key)
{
        CallCount *count = gtk_list_item_get_item(cell);
        gint64 number = dictionary_number(count->info, key, 0);
        g_autofree char *text = NULL;

        if (g_str_equal(key, "syscall"))
                text = wording_escape(dictionary_string(count->info, key, ""));
        else if (g_str_has_suffix(key, "-ns"))
                text = wording_nanoseconds((guint64) number);
        else
                text = g_strdup_printf("%" G_GINT64_FORMAT, number);
        gtk_label_set_text(GTK_LABEL(gtk_list_item_get_child(cell)), text);
}

static int compare(gconstpointer a, gconstpointer b, gpointer key)
{
        GVariant *first = ((CallCount *) a)->info, *second = ((CallCount *) b)->info;
        gint64 left = dictionary_number(first, key, 0), right = dictionary_number(second, key, 0);

        if (g_str_equal(key, "syscall"))
                return g_strcmp0(dictionary_string(first, key, ""),
                                 dictionary_string(second, key, ""));
        return left < right ? -1 : left > right;
}

static GtkColumnViewColumn *add_column(ActivityPage *self, const char *title, const char *key)
{
        GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
        g_autoptr(GtkColumnViewColumn) column = NULL;
        g_autoptr(GtkSorter) sorter = NULL;

        g_signal_connect(factory, "setup", G_CALLBACK(cell_set_up), (gpointer) key);
        g_signal_connect(factory, "bind", G_CALLBACK(cell_bind), (gpointer) key);
        column = gtk_column_view_column_new(title, factory);
        sorter = GTK_SORTER(gtk_custom_sorter_new(compare, (gpointer) key, NULL));
        gtk_column_view_column_set_sorter(column, sorter);
        gtk_column_view_column_set_resizable(column, TRUE);
        gtk_column_view_column_set_expand(column, TRUE);
        gtk_column_view_append_column(self->view, column);
        return column; /* the view keeps it alive */
}

/* Rows whose counts are as they were stay as they are, and so do focus, selection and place. */
static void take_count(ActivityPage *self, GVariant *info)
{
        GListModel *counts = G_LIST_MODEL(self->counts);
        const char *name = dictionary_string(info, "syscall", "");
        g_autoptr(CallCount) count = g_object_new(CALL_TYPE_COUNT, NULL);
        guint position = 0;

        for (; position < g_list_model_get_n_items(counts); position++) {
                g_autoptr(CallCount) known = g_list_model_get_item(counts, position);

                if (strcmp(dictionary_string(known->info, "syscall", ""), name) != 0)
                        continue;
                if (g_variant_equal(known->info, info))
                        return;
                break;
        }
        count->info = g_variant_ref(info);
        g_list_store_splice(self->counts, position,
                            position < g_list_model_get_n_items(counts) ? 1 : 0,
                            (gpointer *) &count, 1);
}

typedef struct Question {
        ActivityPage *page;
        guint64 jail; /* whose counts were asked for */
} Question;

static void counted(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autofree Question *question = data;
        g_autoptr(ActivityPage) self = question->page;
        g_autoptr(GVariant) statistics = NULL;
        g_autoptr(GVariant) list = NULL;

        if (!seccomp_jail_call_get_statistics_finish(SECCOMP_JAIL(source), &statistics, result,
                                                     NULL) ||
            !self->counts || !self->jail || jail_item_id(self->jail) != question->jail)
                return;
        list = dictionary_container(statistics, "by-call", "aa{sv}");
        for (gsize i = 0; list && i < g_variant_n_children(list); i++) {
                g_autoptr(GVariant) info = g_variant_get_child_value(list, i);

                take_count(self, info);
        }
}

static gboolean refresh(gpointer data)
{
        ActivityPage *self = data;
        SeccompJail *proxy = jail_application_proxy(jail_application_get());

        Question *question;

        if (!self->jail || !proxy)
                return G_SOURCE_CONTINUE;
        question = g_new0(Question, 1);
        question->page = g_object_ref(self);
        question->jail = jail_item_id(self->jail);
        seccomp_jail_call_get_statistics(proxy, question->jail, DAEMON_CALL, NULL, counted,
                                         question);
        return G_SOURCE_CONTINUE;
}

static void mapped(GtkWidget *widget, ActivityPage *self)
{
        refresh(self);
        if (!self->refresh_source)
                self->refresh_source = g_timeout_add(REFRESH_MSEC, refresh, self);
}

static void unmapped(GtkWidget *widget, ActivityPage *self)
{
        g_clear_handle_id(&self->refresh_source, g_source_remove);
}

static void line_read(LogStore *store, const char *line, guint size, ActivityPage *self)
{
        SyscallCatalog *catalog = jail_application_catalog(jail_application_get());
        gsize name_size = 0, time_size = 0, held_size = 0;
        const char *name = log_line_field(line, size, "syscall", &name_size);
        const char *time = log_line_field(line, size, "time", &time_size);
        const char *held = log_line_field(line, size, "held_ns", &held_size);
        g_autofree char *call = name ? g_strndup(name, name_size) : NULL;
        g_autofree char *when = time ? g_strndup(time, time_size) : NULL;

        if (call && when)
                activity_chart_add(self->chart, syscall_catalog_group(catalog, call),
                                   wording_seconds(when, 0),
                                   held ? g_ascii_strtod(held, NULL) / 1e9 : 0);
}

static void row_activated(GtkColumnView *view, guint position, ActivityPage *self)
{
        g_autoptr(CallCount) count =
                g_list_model_get_item(G_LIST_MODEL(gtk_column_view_get_model(view)), position);
        MainWindow *window = main_window_of(GTK_WIDGET(self));

        if (count && window)
                main_window_filter_log(window, dictionary_string(count->info, "syscall", ""));
}

void activity_page_set_jail(ActivityPage *self, JailItem *jail)
{
        g_set_object(&self->jail, jail);
        activity_chart_clear(self->chart);
        g_list_store_remove_all(self->counts);
        gtk_stack_set_visible_child_name(self->stack, jail ? "activity" : "none");
        if (gtk_widget_get_mapped(GTK_WIDGET(self)))
                refresh(self);
}

void activity_page_set_log(ActivityPage *self, LogStore *store)
{
        self->log = g_object_ref(store);
        g_signal_connect_object(store, "line", G_CALLBACK(line_read), self, 0);
}

static void activity_page_dispose(GObject *object)
{
        ActivityPage *self = ACTIVITY_PAGE(object);

        g_clear_handle_id(&self->refresh_source, g_source_remove);
        g_clear_object(&self->jail);
        g_clear_object(&self->log);
        g_clear_object(&self->counts);
        G_OBJECT_CLASS(activity_page_parent_class)->dispose(object);
}

static void activity_page_class_init(ActivityPageClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        g_type_ensure(ACTIVITY_TYPE_CHART);
        G_OBJECT_CLASS(class)->dispose = activity_page_dispose;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/activity-page.ui");
        gtk_widget_class_bind_template_child(widget_class, ActivityPage, stack);
        gtk_widget_class_bind_template_child(widget_class, ActivityPage, chart);
        gtk_widget_class_bind_template_child(widget_class, ActivityPage, view);
}

static void activity_page_init(ActivityPage *self)
{
        GtkColumnViewColumn *calls;
        GtkSortListModel *sorted;
        GtkMultiSelection *selection;

        gtk_widget_init_template(GTK_WIDGET(self));
        self->counts = g_list_store_new(CALL_TYPE_COUNT);
        add_column(self, _("Call"), "syscall");
        calls = add_column(self, _("Count"), "calls");
        add_column(self, _("Failed"), "errors");
        add_column(self, _("Held"), "held-ns");
        add_column(self, _("Ran"), "ran-ns");
        sorted = gtk_sort_list_model_new(G_LIST_MODEL(g_object_ref(self->counts)),
                                         g_object_ref(gtk_column_view_get_sorter(self->view)));
        selection = gtk_multi_selection_new(G_LIST_MODEL(sorted));
        gtk_column_view_set_model(self->view, GTK_SELECTION_MODEL(selection));
        g_object_unref(selection);
        gtk_column_view_sort_by_column(self->view, calls, GTK_SORT_DESCENDING);
        g_signal_connect(self, "map", G_CALLBACK(mapped), self);
        g_signal_connect(self, "unmap", G_CALLBACK(unmapped), self);
        g_signal_connect(self->view, "activate", G_CALLBACK(row_activated), self);
}
