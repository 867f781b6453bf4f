/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What to start, where, under which rules. */
#include "start-dialog.h"

#include <cjson/cJSON.h>
#include <glib/gi18n.h>
#include <string.h>

#include "completion.h"
#include "dictionary.h"
#include "program-run.h"
#include "wording.h"

#define START_TYPE_DIALOG (start_dialog_get_type())
G_DECLARE_FINAL_TYPE(StartDialog, start_dialog, START, DIALOG, AdwWindow)

struct _StartDialog {
        AdwWindow parent;
        MainWindow *window; /* transient parent, borrowed */
        GVariant *presets;  /* aa{sv} */
        char *rule_path;    /* the file chosen instead of a preset */
        GtkButton *cancel;
        GtkWidget *trace;
        GtkRevealer *problem_revealer;
        GtkLabel *problem;
        GtkEntry *program;
        GtkButton *choose_program;
        GtkMenuButton *applications;
        GtkEditable *arguments;
        GtkEditable *directory;
        GtkButton *choose_directory;
        AdwComboRow *preset;
        AdwActionRow *file_row;
        GtkButton *choose_rules;
        GtkSwitch *ask_files;
        GtkSwitch *ask_network;
        GtkSwitch *ask_programs;
        GtkSwitch *ask_everything;
        GtkEditable *calls;
        AdwPreferencesGroup *recent;
};

G_DEFINE_FINAL_TYPE(StartDialog, start_dialog, ADW_TYPE_WINDOW)

static void complain(StartDialog *self, const char *text)
{
        gtk_label_set_text(self->problem, text);
        gtk_revealer_set_reveal_child(self->problem_revealer, text != NULL);
        gtk_widget_set_sensitive(self->trace, TRUE);
}

/* ---- rules ---- */

static GVariant *chosen_preset(StartDialog *self)
{
        guint chosen = adw_combo_row_get_selected(self->preset);

        if (!self->presets || chosen >= g_variant_n_children(self->presets))
                return NULL;
        return g_variant_get_child_value(self->presets, chosen);
}

static void preset_chosen(GObject *row, GParamSpec *property, StartDialog *self)
{
        g_autoptr(GVariant) preset = chosen_preset(self);
        g_autofree char *text = NULL;

        gtk_widget_set_visible(GTK_WIDGET(self->file_row), self->presets && !preset);
        text = g_markup_escape_text(preset ? _(dictionary_string(preset, "description", " "))
                                           : _("A file of yours"),
                                    -1);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(row), text);
}

static void presets_listed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(StartDialog) self = data;
        WindowSettings *settings = jail_application_settings(jail_application_get());
        g_autofree char *wanted = window_settings_string(settings, "preset");
        g_autoptr(GtkStringList) names = gtk_string_list_new(NULL);
        g_autoptr(GVariant) presets = NULL;
        guint chosen = 0;

        if (!seccomp_jail_call_list_presets_finish(SECCOMP_JAIL(source), &presets, result, NULL))
                return;
        for (gsize i = 0; i < g_variant_n_children(presets); i++) {
                g_autoptr(GVariant) preset = g_variant_get_child_value(presets, i);
                const char *name = dictionary_string(preset, "name", "");

                if (strcmp(name, wanted) == 0)
                        chosen = (guint) i;
                gtk_string_list_append(names, name);
        }
        gtk_string_list_append(names, _("Rule File…"));
        self->presets = g_steal_pointer(&presets);
        adw_combo_row_set_model(self->preset, G_LIST_MODEL(names));
        adw_combo_row_set_selected(self->preset, chosen);
        preset_chosen(G_OBJECT(self->preset), NULL, self);
}

static const char *preset_text(StartDialog *self, const char *name)
{
        for (gsize i = 0; self->presets && i < g_variant_n_children(self->presets); i++) {
                g_autoptr(GVariant) preset = g_variant_get_child_value(self->presets, i);

                if (g_strcmp0(dictionary_string(preset, "name", ""), name) == 0)
                        return dictionary_string(preset, "text", NULL);
        }
        return NULL;
}

/* What shall happen when nobody answers, from the settings, where the file says nothing. */
static char *with_time_limit(const char *text)
{
        WindowSettings *settings = jail_application_settings(jail_application_get());
        g_autofree char *action = window_settings_string(settings, "timeout-action");
        cJSON *rules, *limit;
        char *printed, *result;

        rules = g_str_equal(action, "wait") ? NULL : cJSON_Parse(text);
        if (!cJSON_IsObject(rules) || cJSON_HasObjectItem(rules, "on-timeout") ||
            !cJSON_HasObjectItem(rules, "seccomp-jail")) {
                cJSON_Delete(rules);
                return g_strdup(text);
        }
        limit = cJSON_AddObjectToObject(rules, "on-timeout");
        cJSON_AddNumberToObject(limit, "seconds",
                                window_settings_number(settings, "timeout-seconds"));
        cJSON_AddStringToObject(limit, "action", action);
        printed = cJSON_Print(rules);
        result = g_strdup(printed ? printed : text);
        cJSON_free(printed);
        cJSON_Delete(rules);
        return result;
}

static gboolean read_rules(StartDialog *self, ProgramRun *run, GError **error)
{
        g_autoptr(GVariant) preset = chosen_preset(self);
        g_autofree char *text = NULL;
        const char *name = preset ? dictionary_string(preset, "name", NULL) : NULL;

        if (gtk_switch_get_active(self->ask_everything) && preset_text(self, "all-notify"))
                name = "all-notify";
        if (!preset && !name && self->rule_path) {
                if (!g_file_get_contents(self->rule_path, &text, NULL, error))
                        return FALSE;
                run->rules_name = g_path_get_basename(self->rule_path);
        } else if (name) {
                text = g_strdup(preset_text(self, name));
                run->rules_name = g_strdup(name);
        } else if (self->presets) {
                g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                    _("Choose a rule file first"));
                return FALSE;
        }
        run->rules = text ? with_time_limit(text) : NULL;
        return TRUE;
}

static char **extra_rules(StartDialog *self)
{
        const struct {
                GtkSwitch *wanted;
                const char *rule;
        } quick[] = {
                {self->ask_files, "@file-system=notify"},
                {self->ask_network, "@network-io=notify"},
                {self->ask_programs, "execve=notify"},
                {self->ask_programs, "execveat=notify"},
        };
        g_auto(GStrv) names = g_strsplit_set(gtk_editable_get_text(self->calls), " ,;", -1);
        g_autoptr(GStrvBuilder) rules = g_strv_builder_new();

        for (char **at = names; *at; at++) {
                g_autofree char *rule = NULL;

                if (!**at)
                        continue;
                rule = strchr(*at, '=') ? g_strdup(*at) : g_strconcat(*at, "=notify", NULL);
                g_strv_builder_add(rules, rule);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(quick); i++)
                if (gtk_switch_get_active(quick[i].wanted))
                        g_strv_builder_add(rules, quick[i].rule);
        return g_strv_builder_end(rules);
}

/* ---- starting ---- */

static void started(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(StartDialog) self = data;
        g_autoptr(GError) error = NULL;
        guint64 jail = 0;
        int terminal = -1;

        if (!program_run_start_finish(result, &jail, &terminal, &error)) {
                g_autofree char *text = wording_error(error);

                complain(self, text);
                return;
        }
        main_window_take_program(self->window, jail, terminal);
        gtk_window_destroy(GTK_WINDOW(self));
}

static char **read_command(StartDialog *self, GError **error)
{
        g_autofree char *program =
                g_strstrip(g_strdup(gtk_editable_get_text(GTK_EDITABLE(self->program))));
        const char *arguments = gtk_editable_get_text(self->arguments);
        g_autofree char *quoted = NULL;
        g_autofree char *line = NULL;
        char **argv = NULL;

        if (!*program) {
                g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                    _("Say which program to start"));
                return NULL;
        }
        if (g_str_has_prefix(program, "~/")) {
                char *whole = g_build_filename(g_get_home_dir(), program + 2, NULL);

                g_free(program);
                program = whole;
        }
        quoted = g_shell_quote(program);
        line = g_strjoin(" ", quoted, arguments, NULL);
        if (!g_shell_parse_argv(line, NULL, &argv, error)) {
                g_prefix_error(error, "%s", _("The arguments cannot be split: "));
                return NULL;
        }
        window_settings_add_recent(jail_application_settings(jail_application_get()), line);
        return argv;
}

static void trace(GtkButton *button, StartDialog *self)
{
        g_autoptr(ProgramRun) run = program_run_new();
        g_autoptr(GError) error = NULL;

        run->argv = read_command(self, &error);
        run->directory = g_strdup(gtk_editable_get_text(self->directory));
        run->extra = extra_rules(self);
        if (!run->argv || !read_rules(self, run, &error)) {
                complain(self, error->message);
                return;
        }
        complain(self, NULL);
        gtk_widget_set_sensitive(self->trace, FALSE);
        program_run_start(run, jail_application_proxy(jail_application_get()), started,
                          g_object_ref(self));
}

/* ---- choosing ---- */

typedef void (*Chosen)(StartDialog *self, const char *path);

static void file_answered(GtkNativeDialog *chooser, int response, StartDialog *self)
{
        Chosen chosen = (Chosen) g_object_get_data(G_OBJECT(chooser), "chosen");
        g_autoptr(GFile) file = gtk_file_chooser_get_file(GTK_FILE_CHOOSER(chooser));
        g_autofree char *path = file ? g_file_get_path(file) : NULL;

        if (response == GTK_RESPONSE_ACCEPT && path)
                chosen(self, path);
        g_object_unref(chooser);
}

static void choose(StartDialog *self, const char *title, GtkFileChooserAction action, Chosen chosen)
{
        GtkFileChooserNative *chooser =
                gtk_file_chooser_native_new(title, GTK_WINDOW(self), action, NULL, NULL);

        g_object_set_data(G_OBJECT(chooser), "chosen", (gpointer) chosen);
        gtk_native_dialog_set_modal(GTK_NATIVE_DIALOG(chooser), TRUE);
        g_signal_connect_object(chooser, "response", G_CALLBACK(file_answered), self, 0);
        gtk_native_dialog_show(GTK_NATIVE_DIALOG(chooser));
}

static void program_chosen(StartDialog *self, const char *path)
{
        gtk_editable_set_text(GTK_EDITABLE(self->program), path);
}

static void directory_chosen(StartDialog *self, const char *path)
{
        gtk_editable_set_text(self->directory, path);
}

static void rules_chosen(StartDialog *self, const char *path)
{
        g_autofree char *escaped = g_markup_escape_text(path, -1);

        g_free(self->rule_path);
        self->rule_path = g_strdup(path);
        adw_action_row_set_subtitle(self->file_row, escaped);
}

static void choose_program(GtkButton *button, StartDialog *self)
{
        choose(self, _("Choose a Program"), GTK_FILE_CHOOSER_ACTION_OPEN, program_chosen);
}

static void choose_directory(GtkButton *button, StartDialog *self)
{
        choose(self, _("Choose a Folder"), GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, directory_chosen);
}

static void choose_rules(GtkButton *button, StartDialog *self)
{
        choose(self, _("Choose a Rule File"), GTK_FILE_CHOOSER_ACTION_OPEN, rules_chosen);
}

static void fill_command(StartDialog *self, const char *line)
{
        g_auto(GStrv) argv = NULL;
        GString *rest;

        if (!g_shell_parse_argv(line, NULL, &argv, NULL))
                return;
        rest = g_string_new(NULL);
        for (char **at = argv + 1; *at; at++) {
                g_autofree char *quoted = g_shell_quote(*at);
                gboolean plain = **at && !strpbrk(*at, " \t\n'\"\\$`*?;&|<>()#");

                g_string_append_printf(rest, "%s%s", rest->len ? " " : "", plain ? *at : quoted);
        }
        gtk_editable_set_text(GTK_EDITABLE(self->program), argv[0]);
        gtk_editable_set_text(self->arguments, rest->str);
        g_string_free(rest, TRUE);
}

static void recent_activated(AdwActionRow *row, StartDialog *self)
{
        fill_command(self, g_object_get_data(G_OBJECT(row), "line"));
}

static void add_recent(StartDialog *self)
{
        WindowSettings *settings = jail_application_settings(jail_application_get());
        g_auto(GStrv) lines = window_settings_recent(settings);

        gtk_widget_set_visible(GTK_WIDGET(self->recent), lines[0] != NULL);
        for (char **at = lines; *at; at++) {
                GtkWidget *row = adw_action_row_new();
                g_auto(GStrv) argv = NULL;
                g_autofree char *text = NULL;
                g_autofree char *escaped = NULL;

                if (g_shell_parse_argv(*at, NULL, &argv, NULL))
                        text = g_strjoinv(" ", argv);
                escaped = g_markup_escape_text(text ? text : *at, -1);
                adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), escaped);
                gtk_list_box_row_set_activatable(GTK_LIST_BOX_ROW(row), TRUE);
                g_object_set_data_full(G_OBJECT(row), "line", g_strdup(*at), g_free);
                g_signal_connect(row, "activated", G_CALLBACK(recent_activated), self);
                adw_preferences_group_add(self->recent, row);
        }
}

static void application_activated(GSimpleAction *action, GVariant *parameter, gpointer data)
{
        g_autofree char *line = g_strdup(g_variant_get_string(parameter, NULL));
        /* Field codes (%U, %f …) mean files that were not given. */
        g_autoptr(GRegex) codes = g_regex_new("%[a-zA-Z]", 0, 0, NULL);
        g_autofree char *plain = g_regex_replace_literal(codes, line, -1, 0, "", 0, NULL);

        fill_command(data, plain);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
        return g_utf8_collate(g_app_info_get_name((GAppInfo *) a),
                              g_app_info_get_name((GAppInfo *) b));
}

static void add_applications(StartDialog *self)
{
        static const GActionEntry entry = {
                .name = "application", .activate = application_activated, .parameter_type = "s"};
        g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();
        g_autoptr(GMenu) menu = g_menu_new();
        GList *all = g_list_sort(g_app_info_get_all(), by_name);

        for (GList *at = all; at; at = at->next) {
                const char *line = g_app_info_get_commandline(at->data);
                g_autoptr(GMenuItem) item = NULL;

                if (!line || !g_app_info_should_show(at->data))
                        continue;
                item = g_menu_item_new(g_app_info_get_name(at->data), NULL);
                g_menu_item_set_action_and_target(item, "start.application", "s", line);
                g_menu_append_item(menu, item);
        }
        g_list_free_full(all, g_object_unref);
        g_action_map_add_action_entries(G_ACTION_MAP(group), &entry, 1, self);
        gtk_widget_insert_action_group(GTK_WIDGET(self), "start", G_ACTION_GROUP(group));
        gtk_menu_button_set_menu_model(self->applications, G_MENU_MODEL(menu));
        gtk_widget_set_visible(GTK_WIDGET(self->applications),
                               g_menu_model_get_n_items(G_MENU_MODEL(menu)) > 0);
}

/* ---- object ---- */

static void start_dialog_finalize(GObject *object)
{
        StartDialog *self = START_DIALOG(object);

        g_clear_pointer(&self->presets, g_variant_unref);
        g_free(self->rule_path);
        G_OBJECT_CLASS(start_dialog_parent_class)->finalize(object);
}

static void bind_children(GtkWidgetClass *class)
{
        gtk_widget_class_bind_template_child(class, StartDialog, cancel);
        gtk_widget_class_bind_template_child(class, StartDialog, trace);
        gtk_widget_class_bind_template_child(class, StartDialog, problem_revealer);
        gtk_widget_class_bind_template_child(class, StartDialog, problem);
        gtk_widget_class_bind_template_child(class, StartDialog, program);
        gtk_widget_class_bind_template_child(class, StartDialog, choose_program);
        gtk_widget_class_bind_template_child(class, StartDialog, applications);
        gtk_widget_class_bind_template_child(class, StartDialog, arguments);
        gtk_widget_class_bind_template_child(class, StartDialog, directory);
        gtk_widget_class_bind_template_child(class, StartDialog, choose_directory);
        gtk_widget_class_bind_template_child(class, StartDialog, preset);
        gtk_widget_class_bind_template_child(class, StartDialog, file_row);
        gtk_widget_class_bind_template_child(class, StartDialog, choose_rules);
        gtk_widget_class_bind_template_child(class, StartDialog, ask_files);
        gtk_widget_class_bind_template_child(class, StartDialog, ask_network);
        gtk_widget_class_bind_template_child(class, StartDialog, ask_programs);
        gtk_widget_class_bind_template_child(class, StartDialog, ask_everything);
        gtk_widget_class_bind_template_child(class, StartDialog, calls);
        gtk_widget_class_bind_template_child(class, StartDialog, recent);
}

static void start_dialog_class_init(StartDialogClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->finalize = start_dialog_finalize;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/start-dialog.ui");
        bind_children(widget_class);
        gtk_widget_class_add_binding_action(widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void start_dialog_init(StartDialog *self)
{
        g_autoptr(GListModel) programs = completion_programs();

        gtk_widget_init_template(GTK_WIDGET(self));
        completion_attach(self->program, programs);
        gtk_window_set_default_widget(GTK_WINDOW(self), self->trace);
        g_signal_connect_swapped(self->cancel, "clicked", G_CALLBACK(gtk_window_destroy), self);
        g_signal_connect(self->trace, "clicked", G_CALLBACK(trace), self);
        g_signal_connect(self->choose_program, "clicked", G_CALLBACK(choose_program), self);
        g_signal_connect(self->choose_directory, "clicked", G_CALLBACK(choose_directory), self);
        g_signal_connect(self->choose_rules, "clicked", G_CALLBACK(choose_rules), self);
        g_signal_connect(self->preset, "notify::selected", G_CALLBACK(preset_chosen), self);
}

GtkWindow *start_dialog_new(MainWindow *window)
{
        StartDialog *self = g_object_new(START_TYPE_DIALOG, "transient-for", window, NULL);
        SeccompJail *proxy = jail_application_proxy(jail_application_get());

        self->window = window;
        gtk_editable_set_text(self->directory, g_get_home_dir());
        add_recent(self);
        add_applications(self);
        if (proxy)
                seccomp_jail_call_list_presets(proxy, DAEMON_CALL, NULL, presets_listed,
                                               g_object_ref(self));
        return GTK_WINDOW(self);
}
