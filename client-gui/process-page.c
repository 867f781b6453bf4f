/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The processes of the chosen jail as a tree, and calls to be put into them. */
#include "process-page.h"

#include <glib/gi18n.h>

#include "application.h"
#include "dictionary.h"
#include "injection-form.h"
#include "inspect-dialog.h"
#include "process-item.h"
#include "wording.h"

/* How often the tree is asked for while it is seen: what a thread is doing sends no signal. */
#define REFRESH_MSEC 1000u

struct _ProcessPage {
        GtkBox parent;
        JailItem *jail;
        GListStore *roots;
        GHashTable *known; /* tid → ProcessItem */
        GtkMultiSelection *selection;
        GHashTable *forms; /* tid → InjectionForm, borrowed */
        guint refresh_source;
        gboolean asking;
        GtkStack *stack;
        GtkLabel *summary;
        GtkToggleButton *threads;
        GtkWidget *inspect;
        GtkColumnView *view;
        GtkWidget *injection_scroll;
        GtkBox *injections;
};

G_DEFINE_FINAL_TYPE(ProcessPage, process_page, GTK_TYPE_BOX)

/* ---- cells ---- */

typedef char *(*CellText)(ProcessItem *item);

static char *cell_tid(ProcessItem *item)
{
        return g_strdup_printf("%d", process_item_tid(item));
}

static char *cell_state(ProcessItem *item)
{
        return g_strdup(
                wording_process_state(dictionary_string(process_item_info(item), "state", "")));
}

static char *cell_calls(ProcessItem *item)
{
        return g_strdup_printf("%" G_GINT64_FORMAT,
                               dictionary_number(process_item_info(item), "calls", 0));
}

static char *cell_held(ProcessItem *item)
{
        return wording_nanoseconds(
                (guint64) dictionary_number(process_item_info(item), "held-ns", 0));
}

static char *cell_doing(ProcessItem *item)
{
        return g_strdup(dictionary_string(process_item_info(item), "doing", ""));
}

static ProcessItem *item_of(GtkListItem *cell)
{
        GtkTreeListRow *row = gtk_list_item_get_item(cell);

        return row ? gtk_tree_list_row_get_item(row) : NULL;
}

static void cell_update(ProcessItem *item, GtkListItem *cell)
{
        CellText text = (CellText) g_object_get_data(G_OBJECT(cell), "text");
        GtkWidget *child = gtk_list_item_get_child(cell);
        g_autofree char *shown = text(item);

        if (GTK_IS_TREE_EXPANDER(child))
                child = gtk_tree_expander_get_child(GTK_TREE_EXPANDER(child));
        gtk_label_set_text(GTK_LABEL(child), shown);
}

static void cell_set_up(GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer text)
{
        GtkWidget *label = gtk_label_new(NULL);
        gboolean number = text == cell_calls || text == cell_held || text == cell_tid;

        gtk_label_set_xalign(GTK_LABEL(label), number ? 1 : 0);
        gtk_label_set_ellipsize(GTK_LABEL(label), PANGO_ELLIPSIZE_END);
        if (number)
                gtk_widget_add_css_class(label, "numeric");
        g_object_set_data(G_OBJECT(cell), "text", text);
        if (text == process_item_name) {
                GtkWidget *expander = gtk_tree_expander_new();

                gtk_tree_expander_set_child(GTK_TREE_EXPANDER(expander), label);
                label = expander;
        }
        gtk_list_item_set_child(cell, label);
}

static void cell_bind(GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer text)
{
        g_autoptr(ProcessItem) item = item_of(cell);
        GtkWidget *child = gtk_list_item_get_child(cell);

        if (GTK_IS_TREE_EXPANDER(child))
                gtk_tree_expander_set_list_row(GTK_TREE_EXPANDER(child),
                                               gtk_list_item_get_item(cell));
        g_signal_connect(item, "changed", G_CALLBACK(cell_update), cell);
        cell_update(item, cell);
}

static void cell_unbind(GtkSignalListItemFactory *factory, GtkListItem *cell, gpointer text)
{
        g_autoptr(ProcessItem) item = item_of(cell);

        if (item)
                g_signal_handlers_disconnect_by_func(item, cell_update, cell);
}

static void add_column(ProcessPage *self, const char *title, CellText text, int width)
{
        GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
        GtkColumnViewColumn *column;

        g_signal_connect(factory, "setup", G_CALLBACK(cell_set_up), (gpointer) text);
        g_signal_connect(factory, "bind", G_CALLBACK(cell_bind), (gpointer) text);
        g_signal_connect(factory, "unbind", G_CALLBACK(cell_unbind), (gpointer) text);
        column = gtk_column_view_column_new(title, factory);
        gtk_column_view_column_set_fixed_width(column, width);
        gtk_column_view_column_set_expand(column, text == cell_doing);
        gtk_column_view_column_set_resizable(column, TRUE);
        gtk_column_view_append_column(self->view, column);
        g_object_unref(column);
}

/* ---- the tree ---- */

static GListModel *children_of(gpointer item, gpointer data)
{
        return g_object_ref(G_LIST_MODEL(process_item_children(item)));
}

static void listed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(ProcessPage) self = data;
        g_autoptr(GVariant) list = NULL;
        g_autofree char *text = NULL;
        guint count;

        self->asking = FALSE;
        if (!seccomp_jail_call_list_processes_finish(SECCOMP_JAIL(source), &list, result, NULL) ||
            !self->jail)
                return;
        process_tree_update(self->roots, self->known, list,
                            gtk_toggle_button_get_active(self->threads));
        count = g_hash_table_size(self->known);
        text = g_strdup_printf(g_dngettext(NULL, "%u process. Choose to put a call into it.",
                                           "%u processes. Choose some to put calls into them.",
                                           count),
                               count);
        gtk_label_set_text(self->summary, text);
        gtk_stack_set_visible_child_name(self->stack, count ? "tree" : "none");
}

static gboolean refresh(gpointer data)
{
        ProcessPage *self = data;
        SeccompJail *proxy = jail_application_proxy(jail_application_get());

        if (!self->jail || !proxy || self->asking)
                return G_SOURCE_CONTINUE;
        self->asking = TRUE;
        seccomp_jail_call_list_processes(proxy, jail_item_id(self->jail), DAEMON_CALL, NULL, listed,
                                         g_object_ref(self));
        return G_SOURCE_CONTINUE;
}

static void mapped(GtkWidget *widget, ProcessPage *self)
{
        refresh(self);
        if (!self->refresh_source)
                self->refresh_source = g_timeout_add(REFRESH_MSEC, refresh, self);
}

static void unmapped(GtkWidget *widget, ProcessPage *self)
{
        g_clear_handle_id(&self->refresh_source, g_source_remove);
}

/* ---- what is chosen ---- */

static ProcessItem *chosen_item(ProcessPage *self, guint i)
{
        g_autoptr(GtkTreeListRow) row = g_list_model_get_item(G_LIST_MODEL(self->selection), i);

        return row ? gtk_tree_list_row_get_item(row) : NULL;
}

static void remove_unchosen(ProcessPage *self, GHashTable *chosen)
{
        GHashTableIter iter;
        gpointer tid;
        GtkWidget *form;

        g_hash_table_iter_init(&iter, self->forms);
        while (g_hash_table_iter_next(&iter, &tid, (gpointer *) &form)) {
                if (g_hash_table_contains(chosen, tid))
                        continue;
                gtk_box_remove(self->injections, form);
                g_hash_table_iter_remove(&iter);
        }
}

static void selection_changed(GtkSelectionModel *model, guint position, guint count,
                              ProcessPage *self)
{
        g_autoptr(GtkBitset) bits = gtk_selection_model_get_selection(model);
        g_autoptr(GHashTable) chosen = g_hash_table_new(NULL, NULL);

        for (guint64 i = 0; i < gtk_bitset_get_size(bits); i++) {
                g_autoptr(ProcessItem) item =
                        chosen_item(self, gtk_bitset_get_nth(bits, (guint) i));
                gpointer tid = item ? GINT_TO_POINTER(process_item_tid(item)) : NULL;
                GtkWidget *form;

                g_hash_table_add(chosen, tid);
                if (!item || g_hash_table_contains(self->forms, tid))
                        continue;
                form = injection_form_new(item);
                g_hash_table_insert(self->forms, tid, form);
                gtk_box_append(self->injections, form);
        }
        remove_unchosen(self, chosen);
        gtk_widget_set_visible(self->injection_scroll, g_hash_table_size(self->forms) > 0);
        gtk_widget_set_sensitive(self->inspect, g_hash_table_size(chosen) == 1);
}

static void inspect(GtkButton *button, ProcessPage *self)
{
        g_autoptr(GtkBitset) bits =
                gtk_selection_model_get_selection(GTK_SELECTION_MODEL(self->selection));
        g_autoptr(ProcessItem) item =
                gtk_bitset_is_empty(bits) ? NULL : chosen_item(self, gtk_bitset_get_nth(bits, 0));

        if (item)
                inspect_dialog_present(GTK_WIDGET(self), process_item_tid(item));
}

static void threads_toggled(GtkToggleButton *button, ProcessPage *self)
{
        refresh(self);
}

void process_page_set_jail(ProcessPage *self, JailItem *jail)
{
        g_set_object(&self->jail, jail);
        g_list_store_remove_all(self->roots);
        g_hash_table_remove_all(self->known);
        gtk_stack_set_visible_child_name(self->stack, "none");
        if (gtk_widget_get_mapped(GTK_WIDGET(self)))
                refresh(self);
}

/* ---- object ---- */

static void process_page_dispose(GObject *object)
{
        ProcessPage *self = PROCESS_PAGE(object);

        g_clear_handle_id(&self->refresh_source, g_source_remove);
        if (self->view)
                gtk_column_view_set_model(self->view, NULL);
        g_clear_object(&self->selection);
        g_clear_object(&self->jail);
        g_clear_object(&self->roots);
        g_clear_pointer(&self->known, g_hash_table_unref);
        g_clear_pointer(&self->forms, g_hash_table_unref);
        G_OBJECT_CLASS(process_page_parent_class)->dispose(object);
}

static void process_page_class_init(ProcessPageClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = process_page_dispose;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/process-page.ui");
        gtk_widget_class_bind_template_child(widget_class, ProcessPage, stack);
        gtk_widget_class_bind_template_child(widget_class, ProcessPage, summary);
        gtk_widget_class_bind_template_child(widget_class, ProcessPage, threads);
        gtk_widget_class_bind_template_child(widget_class, ProcessPage, inspect);
        gtk_widget_class_bind_template_child(widget_class, ProcessPage, view);
        gtk_widget_class_bind_template_child(widget_class, ProcessPage, injection_scroll);
        gtk_widget_class_bind_template_child(widget_class, ProcessPage, injections);
}

static void process_page_init(ProcessPage *self)
{
        GtkTreeListModel *tree;

        gtk_widget_init_template(GTK_WIDGET(self));
        self->roots = g_list_store_new(PROCESS_TYPE_ITEM);
        self->known = g_hash_table_new_full(NULL, NULL, NULL, g_object_unref);
        self->forms = g_hash_table_new(NULL, NULL);
        tree = gtk_tree_list_model_new(G_LIST_MODEL(g_object_ref(self->roots)), FALSE, TRUE,
                                       children_of, NULL, NULL);
        self->selection = gtk_multi_selection_new(G_LIST_MODEL(tree));
        add_column(self, _("Name"), process_item_name, 160);
        add_column(self, _("Number"), cell_tid, 80);
        add_column(self, _("State"), cell_state, 150);
        add_column(self, _("Calls"), cell_calls, 80);
        add_column(self, _("Held"), cell_held, 80);
        add_column(self, _("Doing now"), cell_doing, 260);
        gtk_column_view_set_model(self->view, GTK_SELECTION_MODEL(self->selection));
        g_signal_connect(self->selection, "selection-changed", G_CALLBACK(selection_changed), self);
        g_signal_connect(self, "map", G_CALLBACK(mapped), self);
        g_signal_connect(self, "unmap", G_CALLBACK(unmapped), self);
        g_signal_connect(self->threads, "toggled", G_CALLBACK(threads_toggled), self);
        g_signal_connect(self->inspect, "clicked", G_CALLBACK(inspect), self);
}
