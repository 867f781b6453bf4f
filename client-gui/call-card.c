/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One card of the pending page. */
#include "call-card.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "application.h"
#include "dictionary.h"
#include "edit-dialog.h"
#include "program-icon.h"
#include "remember-popover.h"
#include "sentence.h"
#include "wording.h"

/* A call that appeared, or moved under the pointer, less than this ago is not answered. */
#define SLEEP_MSEC 500

struct _CallCard {
        GtkBox parent;
        CallGroup *group;
        GSimpleActionGroup *actions;
        guint wake_source;
        gint64 wakes; /* monotonic microseconds */
        GtkImage *icon;
        GtkLabel *sentence;
        GtkLabel *count;
        GtkLabel *wait;
        GMenuModel *more_menu; /* shown below `more` */
        GtkMenuButton *more;
        GtkLabel *exact;
        GtkLabel *facts;
        GtkWidget *buttons;
        AdwSplitButton *refuse;
        AdwSplitButton *allow;
};

G_DEFINE_FINAL_TYPE(CallCard, call_card, GTK_TYPE_BOX)

CallGroup *call_card_group(CallCard *self)
{
        return self->group;
}

/* ---- sleep ---- */

static void set_awake(CallCard *self, gboolean awake)
{
        gboolean answerable = awake && self->group && call_group_count(self->group) > 0;

        gtk_widget_set_sensitive(self->buttons, answerable);
        gtk_widget_set_sensitive(GTK_WIDGET(self->more), answerable);
}

static gboolean wake(gpointer data)
{
        CallCard *self = data;

        self->wake_source = 0;
        set_awake(self, TRUE);
        return G_SOURCE_REMOVE;
}

static void sleep_until(CallCard *self, gint64 when)
{
        gint64 left = (when - g_get_monotonic_time()) / 1000;

        self->wakes = when;
        g_clear_handle_id(&self->wake_source, g_source_remove);
        set_awake(self, left <= 0);
        if (left > 0)
                self->wake_source = g_timeout_add((guint) left + 1, wake, self);
}

void call_card_sleep(CallCard *self)
{
        sleep_until(self, g_get_monotonic_time() + SLEEP_MSEC * 1000);
}

static gboolean is_awake(CallCard *self)
{
        return self->group && call_group_count(self->group) > 0 &&
               g_get_monotonic_time() >= self->wakes;
}

/* ---- what it shows ---- */

static char *rule_words(GVariant *info)
{
        gint64 rule = dictionary_number(info, "rule", 0);
        const char *text = dictionary_string(info, "rule-text", "");

        if (!rule)
                return g_strdup(_("asked by default"));
        if (*text) {
                g_autofree char *shown = wording_escape(text);

                return g_strdup_printf(_("rule %d: %s"), (int) rule, shown);
        }
        return g_strdup_printf(_("rule %d"), (int) rule);
}

static char *facts_words(CallGroup *group)
{
        GVariant *info = call_group_info(group);
        const HeldCall *call = call_group_first(group);
        g_autofree char *signals = dictionary_joined(info, "signals", ", ");
        g_autofree char *rule = rule_words(info);
        GString *text = g_string_new(NULL);

        if (call && call->tid != call->pid)
                g_string_append_printf(text, _("process %d, thread %d"), call->pid, call->tid);
        else
                g_string_append_printf(text, _("process %d"),
                                       call ? call->pid : (int) dictionary_number(info, "pid", 0));
        g_string_append_printf(text, " · %s", rule);
        if (*signals) {
                g_string_append(text, " · ");
                /* Translators: signals that reach the program only after this call. */
                g_string_append_printf(text, _("%s waits behind this call"), signals);
        }
        return g_string_free(text, FALSE);
}

static void show_count(CallCard *self)
{
        guint count = call_group_count(self->group);
        g_autofree char *text = g_strdup_printf("×%u", count);
        g_autofree char *all = g_strdup_printf(_("Allow %u"), count);
        g_autofree char *none = g_strdup_printf(_("Refuse %u"), count);

        gtk_label_set_text(self->count, text);
        gtk_widget_set_visible(GTK_WIDGET(self->count), count > 1);
        adw_split_button_set_label(self->allow, count > 1 ? all : _("Allow"));
        adw_split_button_set_label(self->refuse, count > 1 ? none : _("Refuse"));
}

static void update(CallGroup *group, CallCard *self)
{
        const char *farewell = call_group_farewell(group);
        GVariant *info = call_group_info(group);
        g_autoptr(PangoAttrList) bold = NULL;
        g_autofree char *sentence = sentence_of_call(info, &bold);
        g_autofree char *facts = facts_words(group);

        gtk_label_set_text(self->sentence, sentence);
        gtk_label_set_attributes(self->sentence, bold);
        gtk_label_set_text(self->exact, dictionary_string(info, "text", ""));
        gtk_label_set_text(self->facts, farewell ? farewell : facts);
        gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       sentence, -1);
        if (farewell)
                gtk_widget_add_css_class(GTK_WIDGET(self), "farewell");
        else
                gtk_widget_remove_css_class(GTK_WIDGET(self), "farewell");
        show_count(self);
        set_awake(self, g_get_monotonic_time() >= self->wakes);
        call_card_tick(self);
}

void call_card_tick(CallCard *self)
{
        const HeldCall *call = self->group ? call_group_first(self->group) : NULL;
        g_autofree char *text = NULL;

        if (!call)
                return;
        text = wording_wait((gint64) ((double) g_get_real_time() / 1e6 - call->since));
        gtk_label_set_text(self->wait, text);
}

void call_card_set_group(CallCard *self, CallGroup *group)
{
        if (self->group)
                g_signal_handlers_disconnect_by_func(self->group, update, self);
        g_set_object(&self->group, group);
        if (!group) {
                set_awake(self, FALSE);
                return;
        }
        program_icon_set(self->icon, dictionary_string(call_group_info(group), "exe", ""));
        g_signal_connect_object(group, "changed", G_CALLBACK(update), self, 0);
        sleep_until(self, call_group_born(group) + SLEEP_MSEC * 1000);
        update(group, self);
}

/* ---- what it does ---- */

static void answer(CallCard *self, const char *action)
{
        PendingStore *store = jail_application_pending(jail_application_get());

        if (is_awake(self))
                pending_store_answer(store, self->group, pending_store_verdict(action));
}

static void open_dialog(CallCard *self, const char *page)
{
        if (is_awake(self))
                edit_dialog_present(GTK_WIDGET(self), self->group, page);
}

static void act(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        CallCard *self = data;
        const char *name = g_action_get_name(G_ACTION(action));

        if (g_str_equal(name, "allow"))
                answer(self, "allow");
        else if (g_str_equal(name, "refuse"))
                answer(self, "abort");
        else if (g_str_equal(name, "interrupt"))
                answer(self, "interrupt");
        else if (g_str_equal(name, "answer"))
                open_dialog(self, "result");
        else if (g_str_equal(name, "edit"))
                open_dialog(self, "arguments");
        else if (g_str_equal(name, "look"))
                open_dialog(self, "memory");
        else
                gdk_clipboard_set_text(gtk_widget_get_clipboard(GTK_WIDGET(self)),
                                       dictionary_string(call_group_info(self->group), "text", ""));
}

gboolean call_card_activate(CallCard *self, const char *what)
{
        if (!is_awake(self))
                return FALSE;
        g_action_group_activate_action(G_ACTION_GROUP(self->actions), what, NULL);
        return TRUE;
}

static void remembered(RememberPopover *popover, GVariant *verdict, CallCard *self)
{
        if (is_awake(self))
                pending_store_answer(jail_application_pending(jail_application_get()), self->group,
                                     verdict);
}

static void popover_shown(GtkWidget *popover, CallCard *self)
{
        const HeldCall *call = self->group ? call_group_first(self->group) : NULL;

        if (call)
                remember_popover_set_call(REMEMBER_POPOVER(popover), call->id,
                                          call_group_info(self->group));
}

static void add_popover(CallCard *self, AdwSplitButton *button, const char *action)
{
        GtkWidget *popover = remember_popover_new(action);

        g_signal_connect(popover, "show", G_CALLBACK(popover_shown), self);
        g_signal_connect(popover, "chosen", G_CALLBACK(remembered), self);
        adw_split_button_set_popover(button, GTK_POPOVER(popover));
}

/* Made when it is opened: two hundred cards have two of them each, of a megabyte. */
static void make_popover(GtkMenuButton *arrow, gpointer data)
{
        CallCard *self = data;

        if (gtk_menu_button_get_popover(arrow))
                return;
        if (gtk_widget_is_ancestor(GTK_WIDGET(arrow), GTK_WIDGET(self->allow)))
                add_popover(self, self->allow, "allow");
        else
                add_popover(self, self->refuse, "abort");
}

/* AdwSplitButton 1.2 leaves its arrow without a name for assistive technologies. */
static void prepare_arrow(CallCard *self, AdwSplitButton *button)
{
        GtkWidget *child = gtk_widget_get_first_child(GTK_WIDGET(button));

        while (child && !GTK_IS_MENU_BUTTON(child))
                child = gtk_widget_get_next_sibling(child);
        if (!child)
                return;
        gtk_accessible_update_property(GTK_ACCESSIBLE(child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       adw_split_button_get_dropdown_tooltip(button), -1);
        gtk_menu_button_set_create_popup_func(GTK_MENU_BUTTON(child), make_popover, self, NULL);
}

static void make_menu(GtkMenuButton *button, gpointer data)
{
        if (!gtk_menu_button_get_menu_model(button))
                gtk_menu_button_set_menu_model(button, CALL_CARD(data)->more_menu);
}

/* AdwSplitButton 1.2 never stops listening to its parts, which outlive it for a moment when the
 * pointer or a popover was on them: the next leave event would look at freed memory. */
static void part_from_parts(AdwSplitButton *button)
{
        GtkWidget *child = button ? gtk_widget_get_first_child(GTK_WIDGET(button)) : NULL;

        for (; child; child = gtk_widget_get_next_sibling(child)) {
                GtkWidget *inner = gtk_widget_get_first_child(child);

                g_signal_handlers_disconnect_by_data(child, button);
                if (inner)
                        g_signal_handlers_disconnect_by_data(inner, button);
        }
}

static void call_card_dispose(GObject *object)
{
        CallCard *self = CALL_CARD(object);

        part_from_parts(self->allow);
        part_from_parts(self->refuse);
        g_clear_handle_id(&self->wake_source, g_source_remove);
        if (self->group)
                g_signal_handlers_disconnect_by_func(self->group, update, self);
        g_clear_object(&self->group);
        g_clear_object(&self->actions);
        G_OBJECT_CLASS(call_card_parent_class)->dispose(object);
}

static void call_card_class_init(CallCardClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = call_card_dispose;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/call-card.ui");
        gtk_widget_class_bind_template_child(widget_class, CallCard, icon);
        gtk_widget_class_bind_template_child(widget_class, CallCard, sentence);
        gtk_widget_class_bind_template_child(widget_class, CallCard, count);
        gtk_widget_class_bind_template_child(widget_class, CallCard, wait);
        gtk_widget_class_bind_template_child(widget_class, CallCard, more_menu);
        gtk_widget_class_bind_template_child(widget_class, CallCard, more);
        gtk_widget_class_bind_template_child(widget_class, CallCard, exact);
        gtk_widget_class_bind_template_child(widget_class, CallCard, facts);
        gtk_widget_class_bind_template_child(widget_class, CallCard, buttons);
        gtk_widget_class_bind_template_child(widget_class, CallCard, refuse);
        gtk_widget_class_bind_template_child(widget_class, CallCard, allow);
        gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void call_card_init(CallCard *self)
{
        static const GActionEntry entries[] = {
                {.name = "allow", .activate = act},     {.name = "refuse", .activate = act},
                {.name = "interrupt", .activate = act}, {.name = "answer", .activate = act},
                {.name = "edit", .activate = act},      {.name = "look", .activate = act},
                {.name = "copy", .activate = act},
        };

        self->actions = g_simple_action_group_new();
        g_action_map_add_action_entries(G_ACTION_MAP(self->actions), entries, G_N_ELEMENTS(entries),
                                        self);
        gtk_widget_insert_action_group(GTK_WIDGET(self), "card", G_ACTION_GROUP(self->actions));
        gtk_widget_init_template(GTK_WIDGET(self));
        gtk_menu_button_set_create_popup_func(self->more, make_menu, self, NULL);
        prepare_arrow(self, self->allow);
        prepare_arrow(self, self->refuse);
}

GtkWidget *call_card_new(void)
{
        return g_object_new(CALL_TYPE_CARD, NULL);
}
