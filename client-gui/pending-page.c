/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All held calls at once, a card each. */
#include "pending-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "application.h"
#include "call-card.h"

/* From so many cards on the page says in words how much waits. */
#define MANY_GROUPS 8u
/* Removals of one moment send the cards to sleep once. */
#define SLEPT_USEC 10000

struct _PendingPage {
        GtkBox parent;
        PendingStore *store;
        GtkMultiSelection *selection;
        GPtrArray *cards; /* the rows in use, borrowed */
        guint tick_source;
        gint64 slept; /* monotonic microseconds: when the cards were sent to sleep last */
        guint seen;   /* how many groups there were when the end was last in view */
        GtkRevealer *many;
        GtkLabel *many_label;
        GtkButton *select_all;
        GtkStack *stack;
        AdwStatusPage *empty;
        GtkWidget *empty_start;
        GtkWidget *empty_rules;
        GtkScrolledWindow *scroll;
        GtkListView *list;
        GtkButton *newer;
        GtkActionBar *selection_bar;
        GtkLabel *selection_label;
        GtkButton *allow_all;
        GtkButton *refuse_all;
};

G_DEFINE_FINAL_TYPE(PendingPage, pending_page, GTK_TYPE_BOX)

/* ---- rows ---- */

static void set_up(GtkSignalListItemFactory *factory, GtkListItem *item, PendingPage *self)
{
        gtk_list_item_set_child(item, call_card_new());
}

static void bind(GtkSignalListItemFactory *factory, GtkListItem *item, PendingPage *self)
{
        CallCard *card = CALL_CARD(gtk_list_item_get_child(item));

        call_card_set_group(card, gtk_list_item_get_item(item));
        g_ptr_array_add(self->cards, card);
}

static void unbind(GtkSignalListItemFactory *factory, GtkListItem *item, PendingPage *self)
{
        CallCard *card = CALL_CARD(gtk_list_item_get_child(item));

        call_card_set_group(card, NULL);
        g_ptr_array_remove_fast(self->cards, card);
}

static gboolean tick(gpointer data)
{
        PendingPage *self = data;

        for (guint i = 0; i < self->cards->len; i++)
                call_card_tick(self->cards->pdata[i]);
        return G_SOURCE_CONTINUE;
}

/* ---- the empty page ---- */

static guint running_jails(void)
{
        GListModel *jails = jail_store_model(jail_application_jails(jail_application_get()));
        guint running = 0;

        for (guint i = 0; i < g_list_model_get_n_items(jails); i++) {
                g_autoptr(JailItem) item = g_list_model_get_item(jails, i);

                running += !jail_item_is_ended(item);
        }
        return running;
}

static void show_empty(PendingPage *self)
{
        guint running = running_jails();
        g_autofree char *text = NULL;

        gtk_widget_set_visible(self->empty_rules, running > 0);
        if (!running) {
                adw_status_page_set_title(self->empty, _("Nothing Waits for You"));
                adw_status_page_set_description(
                        self->empty,
                        _("Start a program here. Whatever its rules do not decide stops, and "
                          "you are asked before it happens."));
                return;
        }
        text = g_strdup_printf(g_dngettext(NULL,
                                           "%u program runs. Its rules decide for you, nothing is "
                                           "held at present.",
                                           "%u programs run. Their rules decide for you, nothing "
                                           "is held at present.",
                                           running),
                               running);
        adw_status_page_set_title(self->empty, _("Nothing Waits for You"));
        adw_status_page_set_description(self->empty, text);
}

static void jails_changed(GListModel *model, guint position, guint removed, guint added,
                          PendingPage *self)
{
        show_empty(self);
}

/* ---- more than one sees ---- */

static void show_many(PendingStore *store, PendingPage *self)
{
        guint programs = pending_store_programs(store);
        g_autofree char *text = NULL;

        gtk_revealer_set_reveal_child(self->many, pending_store_groups(store) >= MANY_GROUPS);
        if (pending_store_groups(store) < MANY_GROUPS)
                return;
        text = g_strdup_printf(g_dngettext(NULL, "%u calls of %u program wait for you",
                                           "%u calls of %u programs wait for you", programs),
                               pending_store_total(store), programs);
        gtk_label_set_text(self->many_label, text);
}

static void select_all(GtkButton *button, PendingPage *self)
{
        gtk_selection_model_select_all(GTK_SELECTION_MODEL(self->selection));
}

/* ---- newer ones below ---- */

static gboolean at_end(PendingPage *self)
{
        GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment(self->scroll);

        return gtk_adjustment_get_value(adjustment) + gtk_adjustment_get_page_size(adjustment) >=
               gtk_adjustment_get_upper(adjustment) - 40;
}

static void show_newer(PendingPage *self)
{
        guint count = g_list_model_get_n_items(G_LIST_MODEL(self->store));
        g_autofree char *text = NULL;

        if (at_end(self))
                self->seen = count;
        self->seen = MIN(self->seen, count);
        gtk_widget_set_visible(GTK_WIDGET(self->newer), count > self->seen);
        if (count == self->seen)
                return;
        text = g_strdup_printf(
                g_dngettext(NULL, "%u newer below", "%u newer below", count - self->seen),
                count - self->seen);
        gtk_button_set_label(self->newer, text);
}

static void scrolled(GtkAdjustment *adjustment, PendingPage *self)
{
        if (self->store)
                show_newer(self);
}

static void go_to_end(GtkButton *button, PendingPage *self)
{
        GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment(self->scroll);

        gtk_adjustment_set_value(adjustment, gtk_adjustment_get_upper(adjustment));
}

/* ---- changes ---- */

/* What stood below has moved up, maybe under the pointer. */
static void send_to_sleep(PendingPage *self)
{
        gint64 now = g_get_monotonic_time();

        if (now < self->slept + SLEPT_USEC)
                return;
        self->slept = now;
        for (guint i = 0; i < self->cards->len; i++)
                call_card_sleep(self->cards->pdata[i]);
}

static void items_changed(GListModel *model, guint position, guint removed, guint added,
                          PendingPage *self)
{
        guint count = g_list_model_get_n_items(model);

        gtk_stack_set_visible_child_name(self->stack, count ? "list" : "empty");
        if (!count)
                show_empty(self);
        if (removed)
                send_to_sleep(self);
        show_newer(self);
}

void pending_page_focus_call(PendingPage *self, guint64 id)
{
        CallGroup *group = pending_store_find(self->store, id);
        guint count = g_list_model_get_n_items(G_LIST_MODEL(self->store));

        for (guint i = 0; group && i < count; i++) {
                g_autoptr(CallGroup) item = g_list_model_get_item(G_LIST_MODEL(self->store), i);

                if (item != group)
                        continue;
                gtk_widget_activate_action(GTK_WIDGET(self->list), "list.scroll-to-item", "u", i);
                gtk_selection_model_select_item(GTK_SELECTION_MODEL(self->selection), i, TRUE);
                return;
        }
}

/* ---- several at once ---- */

static void selection_changed(GtkSelectionModel *model, guint position, guint count,
                              PendingPage *self)
{
        g_autoptr(GtkBitset) chosen = gtk_selection_model_get_selection(model);
        guint size = (guint) gtk_bitset_get_size(chosen);
        g_autofree char *text =
                g_strdup_printf(g_dngettext(NULL, "%u selected", "%u selected", size), size);

        gtk_label_set_text(self->selection_label, text);
        gtk_action_bar_set_revealed(self->selection_bar, size > 1);
}

static void answer_selected(PendingPage *self, const char *action)
{
        g_autoptr(GtkBitset) chosen =
                gtk_selection_model_get_selection(GTK_SELECTION_MODEL(self->selection));
        guint64 size = gtk_bitset_get_size(chosen);

        for (guint i = 0; i < size; i++) {
                g_autoptr(CallGroup) group = g_list_model_get_item(G_LIST_MODEL(self->store),
                                                                   gtk_bitset_get_nth(chosen, i));

                if (group && call_group_count(group))
                        pending_store_answer(self->store, group, pending_store_verdict(action));
        }
        gtk_selection_model_unselect_all(GTK_SELECTION_MODEL(self->selection));
}

static void allow_selected(GtkButton *button, PendingPage *self)
{
        answer_selected(self, "allow");
}

static void refuse_selected(GtkButton *button, PendingPage *self)
{
        answer_selected(self, "abort");
}

/* ---- keys ---- */

static CallCard *focused_card(PendingPage *self)
{
        GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
        GtkWidget *focus = root ? gtk_root_get_focus(root) : NULL;

        for (guint i = 0; focus && i < self->cards->len; i++) {
                GtkWidget *card = self->cards->pdata[i];

                if (focus == gtk_widget_get_parent(card) || gtk_widget_is_ancestor(focus, card))
                        return CALL_CARD(card);
        }
        return NULL;
}

static gboolean key_pressed(GtkEventControllerKey *controller, guint key, guint code,
                            GdkModifierType state, PendingPage *self)
{
        static const struct {
                guint key;
                const char *what;
        } keys[] = {
                {GDK_KEY_a, "allow"}, {GDK_KEY_r, "refuse"}, {GDK_KEY_w, "answer"},
                {GDK_KEY_e, "edit"},  {GDK_KEY_l, "look"},
        };
        CallCard *card;

        if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
                return GDK_EVENT_PROPAGATE;
        card = focused_card(self);
        for (size_t i = 0; card && i < G_N_ELEMENTS(keys); i++)
                if (gdk_keyval_to_lower(key) == keys[i].key)
                        return call_card_activate(card, keys[i].what);
        return GDK_EVENT_PROPAGATE;
}

/* ---- object ---- */

void pending_page_set_store(PendingPage *self, PendingStore *store)
{
        GtkListItemFactory *factory = gtk_signal_list_item_factory_new();
        GListModel *jails = jail_store_model(jail_application_jails(jail_application_get()));

        self->store = g_object_ref(store);
        self->selection = gtk_multi_selection_new(g_object_ref(G_LIST_MODEL(store)));
        g_signal_connect(factory, "setup", G_CALLBACK(set_up), self);
        g_signal_connect(factory, "bind", G_CALLBACK(bind), self);
        g_signal_connect(factory, "unbind", G_CALLBACK(unbind), self);
        gtk_list_view_set_factory(self->list, factory);
        gtk_list_view_set_model(self->list, GTK_SELECTION_MODEL(self->selection));
        g_object_unref(factory);
        g_signal_connect_object(store, "items-changed", G_CALLBACK(items_changed), self,
                                G_CONNECT_AFTER);
        g_signal_connect_object(store, "changed", G_CALLBACK(show_many), self, 0);
        g_signal_connect_object(self->selection, "selection-changed", G_CALLBACK(selection_changed),
                                self, 0);
        g_signal_connect_object(jails, "items-changed", G_CALLBACK(jails_changed), self,
                                G_CONNECT_AFTER);
        items_changed(G_LIST_MODEL(store), 0, 0, 0, self);
        show_many(store, self);
        show_empty(self);
}

static void pending_page_dispose(GObject *object)
{
        PendingPage *self = PENDING_PAGE(object);

        g_clear_handle_id(&self->tick_source, g_source_remove);
        if (self->list)
                gtk_list_view_set_model(self->list, NULL);
        g_clear_object(&self->selection);
        g_clear_object(&self->store);
        G_OBJECT_CLASS(pending_page_parent_class)->dispose(object);
}

static void pending_page_finalize(GObject *object)
{
        g_ptr_array_unref(PENDING_PAGE(object)->cards);
        G_OBJECT_CLASS(pending_page_parent_class)->finalize(object);
}

static void pending_page_class_init(PendingPageClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = pending_page_dispose;
        G_OBJECT_CLASS(class)->finalize = pending_page_finalize;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/pending-page.ui");
        gtk_widget_class_bind_template_child(widget_class, PendingPage, many);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, many_label);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, select_all);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, stack);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, empty);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, empty_start);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, empty_rules);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, scroll);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, list);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, newer);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, selection_bar);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, selection_label);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, allow_all);
        gtk_widget_class_bind_template_child(widget_class, PendingPage, refuse_all);
}

static void pending_page_init(PendingPage *self)
{
        GtkEventController *keys = gtk_event_controller_key_new();

        self->cards = g_ptr_array_new();
        gtk_widget_init_template(GTK_WIDGET(self));
        self->tick_source = g_timeout_add_seconds(1, tick, self);
        g_signal_connect(keys, "key-pressed", G_CALLBACK(key_pressed), self);
        gtk_widget_add_controller(GTK_WIDGET(self->list), keys);
        g_signal_connect(self->newer, "clicked", G_CALLBACK(go_to_end), self);
        g_signal_connect(gtk_scrolled_window_get_vadjustment(self->scroll), "value-changed",
                         G_CALLBACK(scrolled), self);
        g_signal_connect(gtk_scrolled_window_get_vadjustment(self->scroll), "changed",
                         G_CALLBACK(scrolled), self);
        g_signal_connect(self->select_all, "clicked", G_CALLBACK(select_all), self);
        g_signal_connect(self->allow_all, "clicked", G_CALLBACK(allow_selected), self);
        g_signal_connect(self->refuse_all, "clicked", G_CALLBACK(refuse_selected), self);
}
