/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of the chosen jail. */
#include "rules-page.h"

#include <cjson/cJSON.h>
#include <glib/gi18n.h>

#include "dictionary.h"
#include "main-window.h"
#include "rule-row.h"
#include "rules-editor.h"
#include "wording.h"

struct _RulesPage {
        GtkBox parent;
        JailItem *jail;
        SeccompJail *proxy; /* whose RuleChanged is followed */
        char *text;         /* the rules as a file, as they stand */
        char *saved;        /* as they were started, saved or opened */
        char *path;         /* the file they were saved to, NULL for none */
        GtkStack *stack;
        GtkSearchEntry *search;
        GtkDropDown *filter;
        GtkWidget *save;
        GtkLabel *unsaved;
        GtkListBox *list;
        AdwEntryRow *new_call;
        GtkDropDown *new_action;
        GtkButton *add;
};

G_DEFINE_FINAL_TYPE(RulesPage, rules_page, GTK_TYPE_BOX)

static void load(RulesPage *self);

static void complain(RulesPage *self, GError *error)
{
        MainWindow *window = main_window_of(GTK_WIDGET(self));
        g_autofree char *text = wording_error(error);

        if (window)
                main_window_toast(window, text);
}

static void show_unsaved(RulesPage *self)
{
        gboolean changed = self->saved && g_strcmp0(self->text, self->saved) != 0;
        g_autofree char *shown = self->path ? g_path_get_basename(self->path) : NULL;

        if (changed)
                gtk_label_set_text(self->unsaved, _("Changes act at once; they are not yet saved"));
        else
                gtk_label_set_text(self->unsaved, shown ? shown : "");
        gtk_widget_set_visible(GTK_WIDGET(self->unsaved), changed || shown);
        if (changed)
                gtk_widget_add_css_class(self->save, "suggested-action");
        else
                gtk_widget_remove_css_class(self->save, "suggested-action");
}

/* ---- changes, each acting on the next call ---- */

static void rule_set(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(RulesPage) self = data;
        g_autoptr(GError) error = NULL;

        if (!seccomp_jail_call_set_rule_finish(SECCOMP_JAIL(source), NULL, result, &error))
                complain(self, error);
        load(self);
}

static void rule_changed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(RulesPage) self = data;
        g_autoptr(GError) error = NULL;

        if (!seccomp_jail_call_change_rule_finish(SECCOMP_JAIL(source), result, &error))
                complain(self, error);
        load(self);
}

static void rule_removed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(RulesPage) self = data;
        g_autoptr(GError) error = NULL;

        if (!seccomp_jail_call_remove_rule_finish(SECCOMP_JAIL(source), result, &error))
                complain(self, error);
        load(self);
}

static void change_rule(RulesPage *self, guint number, const char *key, GVariant *value)
{
        GVariantDict change;

        g_variant_dict_init(&change, NULL);
        g_variant_dict_insert_value(&change, key, value);
        seccomp_jail_call_change_rule(jail_application_proxy(jail_application_get()),
                                      jail_item_id(self->jail), number, g_variant_dict_end(&change),
                                      DAEMON_CALL, NULL, rule_changed, g_object_ref(self));
}

/* The rule as JSON with another action; NULL when it cannot be read. */
static char *with_action(const char *json, const char *action)
{
        static const char *const belongs_to_action[] = {"errno",  "value",       "writes", "fields",
                                                        "script", "seed-script", "after"};
        cJSON *rule = cJSON_Parse(json);
        char *printed = NULL, *result;

        if (cJSON_IsObject(rule)) {
                for (size_t i = 0; i < G_N_ELEMENTS(belongs_to_action); i++)
                        cJSON_DeleteItemFromObject(rule, belongs_to_action[i]);
                cJSON_DeleteItemFromObject(rule, "action");
                cJSON_AddStringToObject(rule, "action", action);
                printed = cJSON_PrintUnformatted(rule);
        }
        result = g_strdup(printed);
        cJSON_free(printed);
        cJSON_Delete(rule);
        return result;
}

static void changed_rule_set(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(RulesPage) self = data;
        g_autoptr(GError) error = NULL;
        g_autofree char *old = NULL;
        guint number = 0;

        if (!seccomp_jail_call_set_rule_finish(SECCOMP_JAIL(source), &number, result, &error)) {
                complain(self, error);
                load(self);
                return;
        }
        if (!self->jail)
                return;
        old = g_strdup_printf("%u", number + 1);
        seccomp_jail_call_remove_rule(SECCOMP_JAIL(source), jail_item_id(self->jail), old,
                                      DAEMON_CALL, NULL, rule_removed, g_object_ref(self));
}

/* The new rule goes in front of the old one before that is taken away, so that no call falls
 * between the two. */
static void action_chosen(RuleRow *row, const char *action, RulesPage *self)
{
        SeccompJail *proxy = jail_application_proxy(jail_application_get());
        guint number = rule_row_number(row);
        g_autofree char *json = NULL;
        GVariantDict options;

        g_variant_dict_init(&options, NULL);
        if (number)
                json = with_action(dictionary_string(rule_row_rule(row), "json", ""), action);
        if (json) {
                g_variant_dict_insert(&options, "json", "s", json);
                g_variant_dict_insert(&options, "position", "u", (guint32) number);
        }
        seccomp_jail_call_set_rule(proxy, jail_item_id(self->jail),
                                   json     ? ""
                                   : number ? dictionary_string(rule_row_rule(row), "syscall", "")
                                            : "default",
                                   json ? "" : action, g_variant_dict_end(&options), DAEMON_CALL,
                                   NULL, json ? changed_rule_set : rule_set, g_object_ref(self));
}

static void enabled_changed(RuleRow *row, gboolean enabled, RulesPage *self)
{
        change_rule(self, rule_row_number(row), "enabled", g_variant_new_boolean(enabled));
}

static void move_to(RuleRow *row, guint position, RulesPage *self)
{
        change_rule(self, rule_row_number(row), "move-to", g_variant_new_uint32(position));
}

static void remove_rule(RuleRow *row, RulesPage *self)
{
        g_autofree char *number = g_strdup_printf("%u", rule_row_number(row));

        seccomp_jail_call_remove_rule(jail_application_proxy(jail_application_get()),
                                      jail_item_id(self->jail), number, DAEMON_CALL, NULL,
                                      rule_removed, g_object_ref(self));
}

static void add_rule(GtkWidget *widget, RulesPage *self)
{
        static const char *const actions[] = {"notify", "abort", "allow"};
        const char *call = gtk_editable_get_text(GTK_EDITABLE(self->new_call));
        guint chosen = gtk_drop_down_get_selected(self->new_action);
        GVariantDict options;

        if (!self->jail || !*call || chosen >= G_N_ELEMENTS(actions))
                return;
        g_variant_dict_init(&options, NULL);
        g_variant_dict_insert(&options, "position", "u", (guint32) 1);
        seccomp_jail_call_set_rule(jail_application_proxy(jail_application_get()),
                                   jail_item_id(self->jail), call, actions[chosen],
                                   g_variant_dict_end(&options), DAEMON_CALL, NULL, rule_set,
                                   g_object_ref(self));
        gtk_editable_set_text(GTK_EDITABLE(self->new_call), "");
}

/* ---- the list ---- */

static void fill(RulesPage *self, GVariant *rules)
{
        gboolean ended = jail_item_is_ended(self->jail);
        GtkWidget *child;

        while ((child = gtk_widget_get_first_child(GTK_WIDGET(self->list))))
                gtk_list_box_remove(self->list, child);
        for (gsize i = 0; i < g_variant_n_children(rules); i++) {
                g_autoptr(GVariant) rule = g_variant_get_child_value(rules, i);
                GtkWidget *row = rule_row_new(rule, ended);

                g_signal_connect(row, "action-chosen", G_CALLBACK(action_chosen), self);
                g_signal_connect(row, "enabled-changed", G_CALLBACK(enabled_changed), self);
                g_signal_connect(row, "remove", G_CALLBACK(remove_rule), self);
                g_signal_connect(row, "move-to", G_CALLBACK(move_to), self);
                gtk_list_box_append(self->list, row);
        }
        gtk_stack_set_visible_child_name(self->stack, "rules");
}

static void rules_got(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(RulesPage) self = data;
        g_autoptr(GVariant) rules = NULL;
        g_autofree char *text = NULL;

        if (!seccomp_jail_call_get_rules_finish(SECCOMP_JAIL(source), &text, &rules, result,
                                                NULL) ||
            !self->jail)
                return;
        g_free(self->text);
        self->text = g_steal_pointer(&text);
        if (!self->saved)
                self->saved = g_strdup(self->text);
        fill(self, rules);
        show_unsaved(self);
}

static void load(RulesPage *self)
{
        SeccompJail *proxy = jail_application_proxy(jail_application_get());

        if (self->jail && proxy)
                seccomp_jail_call_get_rules(proxy, jail_item_id(self->jail), DAEMON_CALL, NULL,
                                            rules_got, g_object_ref(self));
}

static void rule_signalled(SeccompJail *proxy, guint64 jail, GVariant *rules, RulesPage *self)
{
        if (self->jail && jail_item_id(self->jail) == jail)
                load(self);
}

static void mapped(GtkWidget *widget, RulesPage *self)
{
        load(self); /* hits and last use */
}

void rules_page_set_jail(RulesPage *self, JailItem *jail)
{
        SeccompJail *proxy = jail_application_proxy(jail_application_get());

        g_set_object(&self->jail, jail);
        g_clear_pointer(&self->text, g_free);
        g_clear_pointer(&self->saved, g_free);
        g_clear_pointer(&self->path, g_free);
        gtk_stack_set_visible_child_name(self->stack, "none");
        if (proxy != self->proxy && proxy) {
                g_set_object(&self->proxy, proxy);
                g_signal_connect_object(proxy, "rule-changed", G_CALLBACK(rule_signalled), self, 0);
        }
        load(self);
}

void rules_page_search(RulesPage *self)
{
        gtk_widget_grab_focus(GTK_WIDGET(self->search));
}

static gboolean is_shown(GtkListBoxRow *row, gpointer data)
{
        static const char *const filters[] = {"", "asks", "refuses", "forever"};
        RulesPage *self = data;
        g_autofree char *words =
                g_utf8_strdown(gtk_editable_get_text(GTK_EDITABLE(self->search)), -1);
        guint chosen = gtk_drop_down_get_selected(self->filter);

        return rule_row_matches(RULE_ROW(row), words,
                                chosen < G_N_ELEMENTS(filters) ? filters[chosen] : "");
}

static void search_changed(GtkSearchEntry *entry, RulesPage *self)
{
        gtk_list_box_invalidate_filter(self->list);
}

static void filter_chosen(GObject *object, GParamSpec *property, RulesPage *self)
{
        gtk_list_box_invalidate_filter(self->list);
}

/* ---- files ---- */

static void save_to(RulesPage *self, const char *path)
{
        g_autoptr(GError) error = NULL;

        if (!g_file_set_contents(path, self->text, -1, &error)) {
                complain(self, error);
                return;
        }
        g_free(self->path);
        self->path = g_strdup(path);
        g_free(self->saved);
        self->saved = g_strdup(self->text);
        show_unsaved(self);
}

static void save_answered(GtkNativeDialog *chooser, int response, RulesPage *self)
{
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser));
        g_autofree char *path = file ? g_file_get_path(file) : NULL;

        if (response == GTK_RESPONSE_ACCEPT && path && self->text)
                save_to(self, path);
        g_object_unref(chooser);
}

static void rules_replaced(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(RulesPage) self = data;
        g_autoptr(GVariant) diagnostics = NULL;
        g_autoptr(GError) error = NULL;

        if (!seccomp_jail_call_set_rules_finish(SECCOMP_JAIL(source), &diagnostics, result, &error))
                complain(self, error);
        load(self);
}

static void open_answered(GtkNativeDialog *chooser, int response, RulesPage *self)
{
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser));
        g_autofree char *path = file ? g_file_get_path(file) : NULL;
        g_autofree char *text = NULL;
        g_autoptr(GError) error = NULL;

        g_object_unref(chooser);
        if (response != GTK_RESPONSE_ACCEPT || !path || !self->jail)
                return;
        if (!g_file_get_contents(path, &text, NULL, &error)) {
                complain(self, error);
                return;
        }
        seccomp_jail_call_set_rules(jail_application_proxy(jail_application_get()),
                                    jail_item_id(self->jail), text, DAEMON_CALL, NULL,
                                    rules_replaced, g_object_ref(self));
}

static void choose_file(RulesPage *self, const char *title, GtkFileChooserAction action,
                        GCallback answered)
{
        GtkWindow *window = GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self)));
        GtkFileChooserNative *chooser =
                gtk_file_chooser_native_new(title, window, action, NULL, NULL);

        if (action == GTK_FILE_CHOOSER_ACTION_SAVE)
                gtk_file_chooser_set_current_name(GTK_FILE_CHOOSER(chooser), "rules.jail.json");
        gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(chooser), TRUE);
        g_signal_connect_object(chooser, "response", answered, self, 0);
        gtk_native_dialog_show(GTK_NATIVE_DIALOG(chooser));
}

static void act(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        RulesPage *self = data;
        const char *name = g_action_get_name(G_ACTION(action));

        if (!self->text)
                return;
        if (g_str_equal(name, "save") && self->path)
                save_to(self, self->path);
        else if (g_str_equal(name, "open"))
                choose_file(self, _("Open a Rule File"), GTK_FILE_CHOOSER_ACTION_OPEN,
                            G_CALLBACK(open_answered));
        else if (g_str_equal(name, "edit"))
                gtk_window_present(
                        rules_editor_new(main_window_of(GTK_WIDGET(self)), self->jail, self->text));
        else
                choose_file(self, _("Save the Rules"), GTK_FILE_CHOOSER_ACTION_SAVE,
                            G_CALLBACK(save_answered));
}

/* ---- object ---- */

static void rules_page_dispose(GObject *object)
{
        RulesPage *self = RULES_PAGE(object);

        g_clear_object(&self->jail);
        g_clear_object(&self->proxy);
        g_clear_pointer(&self->text, g_free);
        g_clear_pointer(&self->saved, g_free);
        g_clear_pointer(&self->path, g_free);
        G_OBJECT_CLASS(rules_page_parent_class)->dispose(object);
}

static void rules_page_class_init(RulesPageClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = rules_page_dispose;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/rules-page.ui");
        gtk_widget_class_bind_template_child(widget_class, RulesPage, stack);
        gtk_widget_class_bind_template_child(widget_class, RulesPage, search);
        gtk_widget_class_bind_template_child(widget_class, RulesPage, filter);
        gtk_widget_class_bind_template_child(widget_class, RulesPage, save);
        gtk_widget_class_bind_template_child(widget_class, RulesPage, unsaved);
        gtk_widget_class_bind_template_child(widget_class, RulesPage, list);
        gtk_widget_class_bind_template_child(widget_class, RulesPage, new_call);
        gtk_widget_class_bind_template_child(widget_class, RulesPage, new_action);
        gtk_widget_class_bind_template_child(widget_class, RulesPage, add);
}

static void rules_page_init(RulesPage *self)
{
        static const GActionEntry entries[] = {
                {.name = "open", .activate = act},
                {.name = "save", .activate = act},
                {.name = "save-as", .activate = act},
                {.name = "edit", .activate = act},
        };
        g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();

        g_action_map_add_action_entries(G_ACTION_MAP(group), entries, G_N_ELEMENTS(entries), self);
        gtk_widget_insert_action_group(GTK_WIDGET(self), "rules", G_ACTION_GROUP(group));
        gtk_widget_init_template(GTK_WIDGET(self));
        gtk_list_box_set_filter_func(self->list, is_shown, self, NULL);
        g_signal_connect(self, "map", G_CALLBACK(mapped), self);
        g_signal_connect(self->search, "search-changed", G_CALLBACK(search_changed), self);
        g_signal_connect(self->filter, "notify::selected", G_CALLBACK(filter_chosen), self);
        g_signal_connect(self->add, "clicked", G_CALLBACK(add_rule), self);
        g_signal_connect(self->new_call, "entry-activated", G_CALLBACK(add_rule), self);
}
