/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window: the list of jails, the pages about the chosen one, the output of the programs. */
#include "main-window.h"

#include <glib/gi18n.h>

#include "activity-page.h"
#include "attach-dialog.h"
#include "dictionary.h"
#include "doctor-dialog.h"
#include "jail-row.h"
#include "log-page.h"
#include "output-pane.h"
#include "pending-page.h"
#include "process-page.h"
#include "rules-editor.h"
#include "rules-page.h"
#include "start-dialog.h"
#include "wording.h"

struct _MainWindow {
        AdwApplicationWindow parent;
        JailApplication *application; /* borrowed: outlives its windows */
        JailItem *jail;               /* the chosen one, NULL for none */
        guint64 wanted;               /* to be chosen when it appears in the list, 0 for none */
        GHashTable *own;              /* ids of the jails whose terminal is here */

        AdwToastOverlay *toasts;
        AdwToast *toast; /* borrowed: the last one, while it is shown or waits to be */
        AdwFlap *flap;
        GtkStack *jail_stack;
        GtkListBox *jail_list;
        GtkMenuButton *daemon_button;
        AdwViewSwitcherTitle *switcher;
        GtkRevealer *banner;
        GtkLabel *banner_label;
        AdwViewStack *stack;
        AdwViewStackPage *pending_stack_page;
        GtkStack *output_stack;
        PendingPage *pending_page;
        RulesPage *rules_page;
        ProcessPage *process_page;
        LogPage *log_page;
        ActivityPage *activity_page;
};

G_DEFINE_FINAL_TYPE(MainWindow, main_window, ADW_TYPE_APPLICATION_WINDOW)

static void toast_gone(AdwToast *toast, MainWindow *self)
{
        if (self->toast == toast)
                self->toast = NULL;
}

void main_window_toast(MainWindow *self, const char *text)
{
        g_autofree char *escaped = g_markup_escape_text(text, -1);

        /* What fails a thousand times is said once. */
        if (self->toast && g_strcmp0(adw_toast_get_title(self->toast), escaped) == 0)
                return;
        self->toast = adw_toast_new(escaped);
        g_signal_connect_object(self->toast, "dismissed", G_CALLBACK(toast_gone), self, 0);
        adw_toast_overlay_add_toast(self->toasts, self->toast);
}

MainWindow *main_window_of(GtkWidget *widget)
{
        GtkRoot *root = gtk_widget_get_root(widget);

        while (root && !MAIN_IS_WINDOW(root))
                root = (GtkRoot *) gtk_window_get_transient_for(GTK_WINDOW(root));
        return root ? MAIN_WINDOW(root) : NULL;
}

static void set_action_enabled(MainWindow *self, const char *name, gboolean enabled)
{
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self), name);

        g_simple_action_set_enabled(G_SIMPLE_ACTION(action), enabled);
}

/* ---- the chosen jail ---- */

static void show_output(MainWindow *self)
{
        g_autofree char *name = NULL;

        if (self->jail)
                name = g_strdup_printf("%" G_GUINT64_FORMAT, jail_item_id(self->jail));
        if (!name || !gtk_stack_get_child_by_name(self->output_stack, name))
                gtk_stack_set_visible_child_name(self->output_stack, "none");
        else
                gtk_stack_set_visible_child_name(self->output_stack, name);
}

static void describe_jail(MainWindow *self)
{
        g_autofree char *title = self->jail ? jail_item_title(self->jail) : NULL;
        g_autofree char *state =
                self->jail ? wording_jail_state(jail_item_info(self->jail)) : g_strdup("");

        adw_view_switcher_title_set_title(self->switcher, title ? title : _("Seccomp Jail"));
        adw_view_switcher_title_set_subtitle(self->switcher, state);
        set_action_enabled(self, "stop", self->jail && !jail_item_is_ended(self->jail));
}

static void jail_changed(JailItem *item, MainWindow *self)
{
        if (item == self->jail)
                describe_jail(self);
}

static void choose_jail(MainWindow *self, JailItem *item)
{
        if (self->jail == item)
                return;
        if (self->jail)
                g_signal_handlers_disconnect_by_func(self->jail, jail_changed, self);
        g_set_object(&self->jail, item);
        if (item)
                g_signal_connect_object(item, "changed", G_CALLBACK(jail_changed), self, 0);
        rules_page_set_jail(self->rules_page, item);
        process_page_set_jail(self->process_page, item);
        activity_page_set_jail(self->activity_page, item);
        log_page_set_jail(self->log_page, item);
        describe_jail(self);
        show_output(self);
}

static void row_selected(GtkListBox *list, GtkListBoxRow *row, MainWindow *self)
{
        if (row)
                choose_jail(self, jail_row_item(JAIL_ROW(row)));
}

static void row_activated(GtkListBox *list, GtkListBoxRow *row, MainWindow *self)
{
        if (adw_flap_get_folded(self->flap))
                adw_flap_set_reveal_flap(self->flap, FALSE);
}

static GtkWidget *make_row(gpointer item, gpointer data)
{
        return jail_row_new(JAIL_ITEM(item));
}

static void jails_changed(GListModel *model, guint position, guint removed, guint added,
                          MainWindow *self)
{
        guint count = g_list_model_get_n_items(model);
        guint chosen = G_MAXUINT;

        gtk_stack_set_visible_child_name(self->jail_stack, count ? "list" : "empty");
        for (guint i = 0; i < count; i++) {
                g_autoptr(JailItem) item = g_list_model_get_item(model, i);

                if (item == self->jail && chosen == G_MAXUINT)
                        chosen = i;
                if (self->wanted && jail_item_id(item) == self->wanted)
                        chosen = i;
        }
        if (!count) {
                choose_jail(self, NULL);
                return;
        }
        self->wanted = 0;
        gtk_list_box_select_row(self->jail_list,
                                gtk_list_box_get_row_at_index(
                                        self->jail_list, chosen == G_MAXUINT ? 0 : (int) chosen));
}

void main_window_take_program(MainWindow *self, guint64 jail, int terminal)
{
        g_autofree char *name = g_strdup_printf("%" G_GUINT64_FORMAT, jail);
        JailStore *store = jail_application_jails(self->application);

        gtk_stack_add_named(self->output_stack, output_pane_new(terminal), name);
        g_hash_table_add(self->own, GSIZE_TO_POINTER((gsize) jail));
        self->wanted = jail;
        if (jail_store_find(store, jail))
                jails_changed(jail_store_model(store), 0, 0, 0, self);
        show_output(self);
        adw_view_stack_set_visible_child_name(self->stack, "pending");
}

void main_window_show_call(MainWindow *self, guint64 id)
{
        adw_view_stack_set_visible_child_name(self->stack, "pending");
        if (id)
                pending_page_focus_call(self->pending_page, id);
}

void main_window_filter_log(MainWindow *self, const char *words)
{
        adw_view_stack_set_visible_child_name(self->stack, "log");
        log_page_set_filter(self->log_page, words);
}

/* ---- what is going on ---- */

static void pending_changed(PendingStore *store, MainWindow *self)
{
        guint total = pending_store_total(store);

        adw_view_stack_page_set_badge_number(self->pending_stack_page, total);
        adw_view_stack_page_set_needs_attention(self->pending_stack_page, total > 0);
}

static void answer_failed(PendingStore *store, const char *text, MainWindow *self)
{
        main_window_toast(self, text);
}

static void jail_finished(SeccompJail *proxy, guint64 id, GVariant *info, MainWindow *self)
{
        JailItem *item = jail_store_find(jail_application_jails(self->application), id);
        g_autofree char *program = item ? jail_item_program(item) : NULL;
        g_autofree char *state = item ? wording_jail_state(jail_item_info(item)) : NULL;
        g_autofree char *text = NULL;

        if (!item)
                return;
        /* Translators: a program and how it ended: "mkdir: ended with status 1". */
        text = g_strdup_printf(_("%s: %s"), program, state);
        main_window_toast(self, text);
}

static const char *connected_label(DaemonConnection *connection)
{
        return g_strcmp0(daemon_connection_mode(connection), "system") == 0 ? _("System service")
                                                                            : _("Your own service");
}

static void connection_changed(DaemonConnection *connection, MainWindow *self)
{
        DaemonState state = daemon_connection_state(connection);
        g_autofree char *text = NULL;

        gtk_revealer_set_reveal_child(self->banner, state == DAEMON_LOST);
        set_action_enabled(self, "start", state == DAEMON_READY);
        set_action_enabled(self, "attach", state == DAEMON_READY);
        if (state == DAEMON_READY) {
                gtk_menu_button_set_label(self->daemon_button, connected_label(connection));
                g_signal_connect_object(daemon_connection_proxy(connection), "jail-finished",
                                        G_CALLBACK(jail_finished), self, 0);
                return;
        }
        gtk_menu_button_set_label(self->daemon_button,
                                  state == DAEMON_LOST ? _("Not connected") : _("Connecting…"));
        if (state != DAEMON_LOST)
                return;
        text = g_strdup_printf(_("Not connected: %s. Trying again by itself."),
                               daemon_connection_problem(connection));
        gtk_label_set_text(self->banner_label, text);
}

/* ---- actions ---- */

static void start(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        gtk_window_present(start_dialog_new(data));
}

static void attach(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        attach_dialog_present(data);
}

static void doctor(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        doctor_dialog_present(data);
}

static void edit_rules(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        gtk_window_present(rules_editor_new(data, NULL, NULL));
}

static void stopped(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(MainWindow) self = data;
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;

        if (seccomp_jail_call_stop_finish(SECCOMP_JAIL(source), result, &error))
                return;
        text = wording_error(error);
        main_window_toast(self, text);
}

static void stop(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        MainWindow *self = data;

        if (self->jail)
                seccomp_jail_call_stop(jail_application_proxy(self->application),
                                       jail_item_id(self->jail), DAEMON_CALL, NULL, stopped,
                                       g_object_ref(self));
}

static void go_to_page(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        adw_view_stack_set_visible_child_name(MAIN_WINDOW(data)->stack,
                                              g_variant_get_string(parameter, NULL));
}

static void search(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        MainWindow *self = data;
        const char *page = adw_view_stack_get_visible_child_name(self->stack);

        if (g_strcmp0(page, "rules") == 0)
                rules_page_search(self->rules_page);
        else
                log_page_search(self->log_page);
        if (g_strcmp0(page, "rules") != 0)
                adw_view_stack_set_visible_child_name(self->stack, "log");
}

static void toggle_output(GSimpleAction *action, GVariant *state, gpointer data)
{
        MainWindow *self = data;
        gboolean shown = g_variant_get_boolean(state);

        gtk_widget_set_visible(GTK_WIDGET(self->output_stack), shown);
        window_settings_set_boolean(jail_application_settings(self->application), "output", shown);
        g_simple_action_set_state(action, state);
}

static void toggle_sidebar(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        AdwFlap *flap = MAIN_WINDOW(data)->flap;

        adw_flap_set_reveal_flap(flap, !adw_flap_get_reveal_flap(flap));
}

static void forget_ended(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        jail_store_forget_ended(jail_application_jails(MAIN_WINDOW(data)->application));
}

static void reconnect(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        daemon_connection_open(jail_application_connection(MAIN_WINDOW(data)->application));
}

static void choose_daemon(GSimpleAction *action, GVariant *state, gpointer data)
{
        JailApplication *application = MAIN_WINDOW(data)->application;
        const char *choice = g_variant_get_string(state, NULL);

        window_settings_set_string(jail_application_settings(application), "daemon", choice);
        daemon_connection_choose(jail_application_connection(application), choice);
        g_simple_action_set_state(action, state);
}

static const GActionEntry actions[] = {
        {.name = "start", .activate = start},
        {.name = "attach", .activate = attach},
        {.name = "doctor", .activate = doctor},
        {.name = "edit-rules", .activate = edit_rules},
        {.name = "stop", .activate = stop},
        {.name = "search", .activate = search},
        {.name = "page", .activate = go_to_page, .parameter_type = "s"},
        {.name = "sidebar", .activate = toggle_sidebar},
        {.name = "forget-ended", .activate = forget_ended},
        {.name = "reconnect", .activate = reconnect},
        {.name = "output", .state = "true", .change_state = toggle_output},
        {.name = "daemon", .parameter_type = "s", .state = "'auto'", .change_state = choose_daemon},
};

/* ---- closing ---- */

static guint own_running(MainWindow *self)
{
        GListModel *model = jail_store_model(jail_application_jails(self->application));
        guint running = 0;

        for (guint i = 0; i < g_list_model_get_n_items(model); i++) {
                g_autoptr(JailItem) item = g_list_model_get_item(model, i);
                gsize id = (gsize) jail_item_id(item);

                if (!jail_item_is_ended(item) &&
                    g_hash_table_contains(self->own, GSIZE_TO_POINTER(id)))
                        running++;
        }
        return running;
}

static void close_answered(AdwMessageDialog *dialog, const char *response, MainWindow *self)
{
        if (g_strcmp0(response, "hide") == 0)
                gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
        else if (g_strcmp0(response, "stop") == 0 &&
                 rules_editor_may_all_close(GTK_APPLICATION(self->application)))
                g_application_quit(G_APPLICATION(self->application));
}

gboolean main_window_may_close(MainWindow *self, gboolean quit)
{
        guint running = own_running(self);
        g_autofree char *body = NULL;
        GtkWidget *dialog;

        if (!running)
                return TRUE;
        body = g_strdup_printf(
                g_dngettext(NULL,
                            "%u program started here still runs. Its output goes when this ends, "
                            "and it is told to stop.",
                            "%u programs started here still run. Their output goes when this "
                            "ends, and they are told to stop.",
                            running),
                running);
        dialog = adw_message_dialog_new(GTK_WINDOW(self), _("Programs Still Run"), body);
        adw_message_dialog_add_responses(ADW_MESSAGE_DIALOG(dialog), "cancel", _("_Cancel"), "hide",
                                         _("_Keep in Background"), "stop", _("_End"), NULL);
        adw_message_dialog_set_response_appearance(ADW_MESSAGE_DIALOG(dialog), "stop",
                                                   ADW_RESPONSE_DESTRUCTIVE);
        adw_message_dialog_set_close_response(ADW_MESSAGE_DIALOG(dialog), "cancel");
        g_signal_connect_object(dialog, "response", G_CALLBACK(close_answered), self, 0);
        gtk_window_present(GTK_WINDOW(dialog));
        return FALSE;
}

static gboolean close_request(GtkWindow *window)
{
        MainWindow *self = MAIN_WINDOW(window);
        WindowSettings *settings = jail_application_settings(self->application);
        int width, height;

        gtk_window_get_default_size(window, &width, &height);
        if (!gtk_window_is_maximized(window)) {
                window_settings_set_number(settings, "width", width);
                window_settings_set_number(settings, "height", height);
        }
        if (jail_application_in_background(self->application) && own_running(self)) {
                gtk_widget_set_visible(GTK_WIDGET(self), FALSE);
                return GDK_EVENT_STOP;
        }
        return !main_window_may_close(self, FALSE);
}

/* ---- object ---- */

static void main_window_dispose(GObject *object)
{
        MainWindow *self = MAIN_WINDOW(object);

        g_clear_object(&self->jail);
        g_clear_pointer(&self->own, g_hash_table_unref);
        G_OBJECT_CLASS(main_window_parent_class)->dispose(object);
}

static void bind_children(GtkWidgetClass *class)
{
        gtk_widget_class_bind_template_child(class, MainWindow, toasts);
        gtk_widget_class_bind_template_child(class, MainWindow, flap);
        gtk_widget_class_bind_template_child(class, MainWindow, jail_stack);
        gtk_widget_class_bind_template_child(class, MainWindow, jail_list);
        gtk_widget_class_bind_template_child(class, MainWindow, daemon_button);
        gtk_widget_class_bind_template_child(class, MainWindow, switcher);
        gtk_widget_class_bind_template_child(class, MainWindow, banner);
        gtk_widget_class_bind_template_child(class, MainWindow, banner_label);
        gtk_widget_class_bind_template_child(class, MainWindow, stack);
        gtk_widget_class_bind_template_child(class, MainWindow, pending_stack_page);
        gtk_widget_class_bind_template_child(class, MainWindow, output_stack);
        gtk_widget_class_bind_template_child(class, MainWindow, pending_page);
        gtk_widget_class_bind_template_child(class, MainWindow, rules_page);
        gtk_widget_class_bind_template_child(class, MainWindow, process_page);
        gtk_widget_class_bind_template_child(class, MainWindow, log_page);
        gtk_widget_class_bind_template_child(class, MainWindow, activity_page);
}

static void main_window_class_init(MainWindowClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        g_type_ensure(PENDING_TYPE_PAGE);
        g_type_ensure(RULES_TYPE_PAGE);
        g_type_ensure(PROCESS_TYPE_PAGE);
        g_type_ensure(LOG_TYPE_PAGE);
        g_type_ensure(ACTIVITY_TYPE_PAGE);
        G_OBJECT_CLASS(class)->dispose = main_window_dispose;
        GTK_WINDOW_CLASS(class)->close_request = close_request;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/main-window.ui");
        bind_children(widget_class);
}

static void main_window_init(MainWindow *self)
{
        self->own = g_hash_table_new(NULL, NULL);
        gtk_widget_init_template(GTK_WIDGET(self));
        g_action_map_add_action_entries(G_ACTION_MAP(self), actions, G_N_ELEMENTS(actions), self);
        g_signal_connect(self->jail_list, "row-selected", G_CALLBACK(row_selected), self);
        g_signal_connect(self->jail_list, "row-activated", G_CALLBACK(row_activated), self);
}

static void restore(MainWindow *self, WindowSettings *settings)
{
        g_autofree char *choice = window_settings_string(settings, "daemon");
        gboolean output = window_settings_boolean(settings, "output");
        GAction *daemon = g_action_map_lookup_action(G_ACTION_MAP(self), "daemon");

        gtk_window_set_default_size(GTK_WINDOW(self), window_settings_number(settings, "width"),
                                    window_settings_number(settings, "height"));
        g_action_group_change_action_state(G_ACTION_GROUP(self), "output",
                                           g_variant_new_boolean(output));
        g_simple_action_set_state(G_SIMPLE_ACTION(daemon), g_variant_new_string(choice));
}

MainWindow *main_window_new(JailApplication *application)
{
        MainWindow *self = g_object_new(MAIN_TYPE_WINDOW, "application", application, NULL);
        GListModel *jails = jail_store_model(jail_application_jails(application));
        PendingStore *pending = jail_application_pending(application);
        DaemonConnection *connection = jail_application_connection(application);

        self->application = application;
        restore(self, jail_application_settings(application));
        pending_page_set_store(self->pending_page, pending);
        activity_page_set_log(self->activity_page, log_page_store(self->log_page));
        gtk_list_box_bind_model(self->jail_list, jails, make_row, NULL, NULL);
        g_signal_connect_object(jails, "items-changed", G_CALLBACK(jails_changed), self,
                                G_CONNECT_AFTER);
        g_signal_connect_object(pending, "changed", G_CALLBACK(pending_changed), self, 0);
        g_signal_connect_object(pending, "failed", G_CALLBACK(answer_failed), self, 0);
        g_signal_connect_object(connection, "changed", G_CALLBACK(connection_changed), self, 0);
        connection_changed(connection, self);
        pending_changed(pending, self);
        describe_jail(self);
        jails_changed(jails, 0, 0, 0, self);
        return self;
}
