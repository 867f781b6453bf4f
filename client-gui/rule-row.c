/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule in the list. */
#include "rule-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "dictionary.h"
#include "wording.h"

/* How many names of a long list are shown. */
#define SELECTOR_WORDS 4u
/* A longer condition is for the text editor. */
#define WHERE_CHARACTERS 120u

struct _RuleRow {
        AdwActionRow parent;
        GVariant *rule;
        GPtrArray *actions; /* of char *: what each entry of the drop-down stands for */
        char *searched;     /* lower case */
};

G_DEFINE_FINAL_TYPE(RuleRow, rule_row, ADW_TYPE_ACTION_ROW)

enum { SIGNAL_ACTION, SIGNAL_ENABLED, SIGNAL_REMOVE, SIGNAL_MOVE, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

GVariant *rule_row_rule(RuleRow *self)
{
        return self->rule;
}

guint rule_row_number(RuleRow *self)
{
        return (guint) dictionary_number(self->rule, "number", 0);
}

gboolean rule_row_matches(RuleRow *self, const char *words, const char *filter)
{
        const char *action = dictionary_string(self->rule, "action", "");

        if (g_str_equal(filter, "asks") && strcmp(action, "notify") != 0)
                return FALSE;
        if (g_str_equal(filter, "refuses") && !g_str_has_prefix(action, "abort"))
                return FALSE;
        if (g_str_equal(filter, "forever") && !dictionary_boolean(self->rule, "forever", FALSE))
                return FALSE;
        return !*words || strstr(self->searched, words);
}

static void action_chosen(GObject *object, GParamSpec *property, RuleRow *self)
{
        guint chosen = gtk_drop_down_get_selected(GTK_DROP_DOWN(object));

        if (chosen < self->actions->len)
                g_signal_emit(self, signals[SIGNAL_ACTION], 0, self->actions->pdata[chosen]);
}

static GtkWidget *make_actions(RuleRow *self)
{
        static const char *const usual[] = {"allow", "abort", "notify"};
        const char *present = dictionary_string(self->rule, "action", "allow");
        g_autoptr(GtkStringList) names = gtk_string_list_new(NULL);
        guint chosen = G_MAXUINT;
        GtkWidget *list;

        for (size_t i = 0; i < G_N_ELEMENTS(usual); i++) {
                if (strcmp(usual[i], present) == 0)
                        chosen = (guint) i;
                g_ptr_array_add(self->actions, g_strdup(usual[i]));
        }
        if (chosen == G_MAXUINT) {
                chosen = self->actions->len;
                g_ptr_array_add(self->actions, g_strdup(present));
        }
        for (guint i = 0; i < self->actions->len; i++) {
                g_autofree char *words = wording_action(self->actions->pdata[i]);

                gtk_string_list_append(names, words);
        }
        list = gtk_drop_down_new(G_LIST_MODEL(g_steal_pointer(&names)), NULL);
        gtk_drop_down_set_selected(GTK_DROP_DOWN(list), chosen);
        gtk_widget_set_valign(list, GTK_ALIGN_CENTER);
        gtk_accessible_update_property(GTK_ACCESSIBLE(list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       _("What happens"), -1);
        g_signal_connect(list, "notify::selected", G_CALLBACK(action_chosen), self);
        return list;
}

static GtkWidget *make_lock(RuleRow *self)
{
        GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6);
        g_autofree char *words = wording_action(dictionary_string(self->rule, "action", ""));
        GtkWidget *image = gtk_image_new_from_icon_name("changes-prevent-symbolic");

        gtk_box_append(GTK_BOX(box), gtk_label_new(words));
        gtk_box_append(GTK_BOX(box), image);
        gtk_widget_set_tooltip_text(
                box, _("Decided inside the kernel, which never takes a filter back: it cannot be "
                       "changed while the program runs"));
        gtk_accessible_update_property(GTK_ACCESSIBLE(image), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       _("Fixed while the program runs"), -1);
        return box;
}

static gboolean switched(GtkSwitch *widget, gboolean state, RuleRow *self)
{
        g_signal_emit(self, signals[SIGNAL_ENABLED], 0, state);
        return FALSE;
}

static void act(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        RuleRow *self = data;
        const char *name = g_action_get_name(G_ACTION(action));
        guint number = rule_row_number(self);

        if (g_str_equal(name, "remove"))
                g_signal_emit(self, signals[SIGNAL_REMOVE], 0);
        else if (g_str_equal(name, "up") && number > 1)
                g_signal_emit(self, signals[SIGNAL_MOVE], 0, number - 1);
        else if (g_str_equal(name, "down"))
                g_signal_emit(self, signals[SIGNAL_MOVE], 0, number + 1);
}

static void add_menu(RuleRow *self)
{
        static const GActionEntry entries[] = {
                {.name = "up", .activate = act},
                {.name = "down", .activate = act},
                {.name = "remove", .activate = act},
        };
        g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();
        g_autoptr(GMenu) menu = g_menu_new();
        GtkWidget *button = gtk_menu_button_new();

        g_action_map_add_action_entries(G_ACTION_MAP(group), entries, G_N_ELEMENTS(entries), self);
        gtk_widget_insert_action_group(GTK_WIDGET(self), "rule", G_ACTION_GROUP(group));
        g_menu_append(menu, _("Move _Up"), "rule.up");
        g_menu_append(menu, _("Move _Down"), "rule.down");
        g_menu_append(menu, _("_Remove"), "rule.remove");
        gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), G_MENU_MODEL(menu));
        gtk_menu_button_set_icon_name(GTK_MENU_BUTTON(button), "view-more-symbolic");
        gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
        gtk_widget_add_css_class(button, "flat");
        gtk_widget_set_tooltip_text(button, _("More"));
        gtk_accessible_update_property(GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       _("More"), -1);
        adw_action_row_add_suffix(ADW_ACTION_ROW(self), button);
}

/* "read, pread64, readv and 35 more". */
static char *short_selector(GVariant *rule)
{
        g_autofree char *whole = wording_escape(dictionary_string(rule, "syscall", ""));
        g_auto(GStrv) words = g_strsplit_set(whole, " ,", -1);
        GString *text = g_string_new(NULL);
        guint count = 0;

        for (char **at = words; *at; at++) {
                if (!**at)
                        continue;
                if (count < SELECTOR_WORDS)
                        g_string_append_printf(text, "%s%s", count ? ", " : "", *at);
                count++;
        }
        if (count > SELECTOR_WORDS) {
                g_string_append_c(text, ' ');
                g_string_append_printf(
                        text,
                        g_dngettext(NULL, "and %u more", "and %u more", count - SELECTOR_WORDS),
                        count - SELECTOR_WORDS);
        }
        return g_string_free(text, FALSE);
}

static void append_fact(GString *text, const char *fact)
{
        if (fact && *fact)
                g_string_append_printf(text, "%s%s", text->len ? " · " : "", fact);
}

static char *facts_of(RuleRow *self)
{
        gint64 hits = dictionary_number(self->rule, "hits", 0);
        g_autofree char *comment = wording_escape(dictionary_string(self->rule, "comment", ""));
        g_autofree char *where = wording_escape(dictionary_string(self->rule, "where", ""));
        g_autofree char *exe = wording_escape(dictionary_string(self->rule, "exe", ""));
        g_autofree char *last = wording_time(dictionary_string(self->rule, "last", NULL));
        g_autofree char *used = NULL;
        GString *text = g_string_new(NULL);

        append_fact(text, comment);
        if (strlen(where) < WHERE_CHARACTERS)
                append_fact(text, where);
        append_fact(text, exe);
        if (hits)
                used = g_strdup_printf(
                        g_dngettext(NULL, "used %d time", "used %d times", (gulong) hits),
                        (int) hits);
        append_fact(text, used);
        if (hits)
                append_fact(text, last);
        return g_string_free(text, FALSE);
}

static void describe(RuleRow *self)
{
        guint number = rule_row_number(self);
        g_autofree char *selector = short_selector(self->rule);
        g_autofree char *facts = facts_of(self);
        g_autofree char *searched = NULL;
        g_autofree char *title = number ? g_strdup_printf("%u · %s", number, selector)
                                        : g_strdup(_("Everything else"));
        g_autofree char *all = dictionary_joined(self->rule, "calls", " ");

        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(self), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(self), title);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(self), facts);
        adw_action_row_set_subtitle_lines(ADW_ACTION_ROW(self), 3);
        adw_action_row_set_title_lines(ADW_ACTION_ROW(self), 2);
        searched = g_strjoin(" ", title, facts, dictionary_string(self->rule, "syscall", ""), all,
                             NULL);
        self->searched = g_utf8_strdown(searched, -1);
}

/* ---- dragging ---- */

static GdkContentProvider *drag_prepare(GtkDragSource *source, double x, double y, RuleRow *self)
{
        return gdk_content_provider_new_typed(G_TYPE_UINT, rule_row_number(self));
}

static gboolean dropped(GtkDropTarget *target, const GValue *value, double x, double y,
                        RuleRow *self)
{
        GtkWidget *list = gtk_widget_get_parent(GTK_WIDGET(self));
        guint from = g_value_get_uint(value);

        for (GtkWidget *child = list ? gtk_widget_get_first_child(list) : NULL; child;
             child = gtk_widget_get_next_sibling(child))
                if (RULE_IS_ROW(child) && rule_row_number(RULE_ROW(child)) == from) {
                        g_signal_emit(child, signals[SIGNAL_MOVE], 0, rule_row_number(self));
                        return TRUE;
                }
        return FALSE;
}

static void add_dragging(RuleRow *self)
{
        GtkDragSource *source = gtk_drag_source_new();
        GtkDropTarget *target = gtk_drop_target_new(G_TYPE_UINT, GDK_ACTION_COPY);
        GtkWidget *handle = gtk_image_new_from_icon_name("list-drag-handle-symbolic");

        g_signal_connect(source, "prepare", G_CALLBACK(drag_prepare), self);
        g_signal_connect(target, "drop", G_CALLBACK(dropped), self);
        gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(source));
        gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(target));
        gtk_widget_add_css_class(handle, "dim-label");
        adw_action_row_add_prefix(ADW_ACTION_ROW(self), handle);
}

/* ---- object ---- */

static void rule_row_finalize(GObject *object)
{
        RuleRow *self = RULE_ROW(object);

        g_clear_pointer(&self->rule, g_variant_unref);
        g_ptr_array_unref(self->actions);
        g_free(self->searched);
        G_OBJECT_CLASS(rule_row_parent_class)->finalize(object);
}

static void rule_row_class_init(RuleRowClass *class)
{
        G_OBJECT_CLASS(class)->finalize = rule_row_finalize;
        signals[SIGNAL_ACTION] = g_signal_new("action-chosen", RULE_TYPE_ROW, G_SIGNAL_RUN_LAST, 0,
                                              NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
        signals[SIGNAL_ENABLED] = g_signal_new("enabled-changed", RULE_TYPE_ROW, G_SIGNAL_RUN_LAST,
                                               0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
        signals[SIGNAL_REMOVE] = g_signal_new("remove", RULE_TYPE_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                                              NULL, NULL, G_TYPE_NONE, 0);
        signals[SIGNAL_MOVE] = g_signal_new("move-to", RULE_TYPE_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                                            NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void rule_row_init(RuleRow *self)
{
        self->actions = g_ptr_array_new_with_free_func(g_free);
}

GtkWidget *rule_row_new(GVariant *rule, gboolean fixed)
{
        RuleRow *self = g_object_new(RULE_TYPE_ROW, NULL);
        gboolean forever;
        GtkWidget *toggle;

        self->rule = g_variant_ref(rule);
        forever = dictionary_boolean(rule, "forever", FALSE);
        describe(self);
        adw_action_row_add_suffix(ADW_ACTION_ROW(self),
                                  forever || fixed ? make_lock(self) : make_actions(self));
        if (!rule_row_number(self) || forever || fixed)
                return GTK_WIDGET(self);
        toggle = gtk_switch_new();
        gtk_switch_set_active(GTK_SWITCH(toggle), dictionary_boolean(rule, "enabled", TRUE));
        gtk_widget_set_valign(toggle, GTK_ALIGN_CENTER);
        gtk_accessible_update_property(GTK_ACCESSIBLE(toggle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       _("Rule is used"), -1);
        g_signal_connect(toggle, "state-set", G_CALLBACK(switched), self);
        adw_action_row_add_suffix(ADW_ACTION_ROW(self), toggle);
        add_menu(self);
        add_dragging(self);
        return GTK_WIDGET(self);
}
