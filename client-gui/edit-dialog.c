/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A held call taken apart: its arguments, its result, its memory; and what will happen. */
#include "edit-dialog.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "application.h"
#include "argument-row.h"
#include "completion.h"
#include "dictionary.h"
#include "memory-view.h"
#include "wording.h"

#define EDIT_TYPE_DIALOG (edit_dialog_get_type())
G_DECLARE_FINAL_TYPE(EditDialog, edit_dialog, EDIT, DIALOG, AdwWindow)

struct _EditDialog {
        AdwWindow parent;
        CallGroup *group;
        GVariant *info;
        guint64 id;
        GPtrArray *rows;    /* of ArgumentRow, borrowed */
        GPtrArray *outputs; /* of AdwEntryRow, borrowed; data "key": where it goes */
        GArray *pointers;   /* guint: argument indices of the drop-down's entries */
        int shown_pointer;  /* index into `pointers`, -1 for none */
        GtkButton *cancel;
        GtkWidget *apply;
        GtkRevealer *problem_revealer;
        GtkLabel *problem;
        AdwViewStack *stack;
        AdwViewSwitcherTitle *switcher;
        GtkEntry *name;
        AdwPreferencesGroup *arguments;
        AdwPreferencesGroup *registers;
        GtkCheckButton *run;
        GtkCheckButton *change;
        GtkCheckButton *invent;
        GtkWidget *outcome_group;
        GtkEditable *value;
        AdwPreferencesGroup *outputs_group;
        GtkDropDown *pointer;
        GtkWidget *undo;
        MemoryView *memory;
        GtkLabel *outcome;
};

G_DEFINE_FINAL_TYPE(EditDialog, edit_dialog, ADW_TYPE_WINDOW)

static gboolean is_other_call(EditDialog *self)
{
        return g_strcmp0(gtk_editable_get_text(GTK_EDITABLE(self->name)),
                         dictionary_string(self->info, "syscall", "")) != 0;
}

/* ---- what will happen ---- */

static gboolean is_edited(EditDialog *self)
{
        if (is_other_call(self) || memory_view_is_changed(self->memory))
                return TRUE;
        for (guint i = 0; i < self->rows->len; i++)
                if (argument_row_is_changed(self->rows->pdata[i]))
                        return TRUE;
        return FALSE;
}

static char *call_as_edited(EditDialog *self)
{
        GString *text = g_string_new(gtk_editable_get_text(GTK_EDITABLE(self->name)));

        g_string_append_c(text, '(');
        for (guint i = 0; i < self->rows->len; i++) {
                g_autofree char *typed = argument_row_typed(self->rows->pdata[i]);

                g_string_append_printf(text, "%s%s", i ? ", " : "", typed);
        }
        g_string_append_c(text, ')');
        return g_string_free(text, FALSE);
}

static void show_outcome(EditDialog *self)
{
        const char *value = gtk_editable_get_text(self->value);
        g_autofree char *call = call_as_edited(self);
        gboolean edited = is_edited(self);
        g_autofree char *text = NULL;

        gtk_widget_set_sensitive(self->undo, memory_view_is_changed(self->memory));
        gtk_widget_set_sensitive(self->outcome_group, !gtk_check_button_get_active(self->run));
        gtk_widget_set_sensitive(GTK_WIDGET(self->outputs_group),
                                 !gtk_check_button_get_active(self->run));
        if (gtk_check_button_get_active(self->invent))
                text = g_strdup_printf(_("The call does not happen; the program is told %s"),
                                       value);
        else if (gtk_check_button_get_active(self->change))
                text = g_strdup_printf(edited ? _("%s runs instead; the program is told %s")
                                              : _("%s runs; the program is told %s"),
                                       call, value);
        else
                text = g_strdup_printf(
                        edited ? _("%s runs instead; the program sees its real result")
                               : _("%s runs unchanged; the program sees its real result"),
                        call);
        gtk_label_set_text(self->outcome, text);
}

static void something_changed(GtkWidget *widget, EditDialog *self)
{
        show_outcome(self);
}

/* ---- arguments ---- */

static void clear_rows(AdwPreferencesGroup *group, GPtrArray *rows)
{
        for (guint i = 0; i < rows->len; i++)
                adw_preferences_group_remove(group, rows->pdata[i]);
        g_ptr_array_set_size(rows, 0);
}

/* The catalog knows the names of constants, the call what stands in the arguments. */
static GVariant *merged_spec(GVariant *specs, gsize i, GVariant *argument)
{
        g_autoptr(GVariant) spec = specs && i < g_variant_n_children(specs)
                                           ? g_variant_get_child_value(specs, i)
                                           : NULL;

        return g_variant_ref(spec ? spec : argument);
}

static void fill_arguments(EditDialog *self)
{
        const char *name = gtk_editable_get_text(GTK_EDITABLE(self->name));
        SyscallCatalog *catalog = jail_application_catalog(jail_application_get());
        g_autoptr(GVariant) specs = syscall_catalog_arguments(catalog, name);
        g_autoptr(GVariant) own = is_other_call(self)
                                          ? NULL
                                          : dictionary_container(self->info, "arguments", "aa{sv}");
        GVariant *list = own ? own : specs;

        clear_rows(self->arguments, self->rows);
        for (gsize i = 0; list && i < g_variant_n_children(list); i++) {
                g_autoptr(GVariant) argument = g_variant_get_child_value(list, i);
                g_autoptr(GVariant) spec = merged_spec(specs, i, argument);
                GtkWidget *row = argument_row_new(
                        (guint) i, spec, own ? dictionary_string(argument, "text", "") : NULL);

                g_signal_connect(row, "changed", G_CALLBACK(something_changed), self);
                g_ptr_array_add(self->rows, row);
                adw_preferences_group_add(self->arguments, row);
        }
        gtk_widget_set_visible(GTK_WIDGET(self->arguments), self->rows->len > 0);
}

static void name_changed(GtkEditable *entry, EditDialog *self)
{
        SyscallCatalog *catalog = jail_application_catalog(jail_application_get());

        if (!is_other_call(self) || syscall_catalog_find(catalog, gtk_editable_get_text(entry)))
                fill_arguments(self);
        show_outcome(self);
}

static void fill_registers(EditDialog *self)
{
        g_autofree char *text = dictionary_joined(self->info, "args", "  ");
        g_autofree char *line =
                g_strdup_printf(_("number %d"), (int) dictionary_number(self->info, "number", 0));
        GtkWidget *row = adw_action_row_new();

        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), line);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(row), text);
        adw_action_row_set_subtitle_lines(ADW_ACTION_ROW(row), 6);
        adw_preferences_group_add(self->registers, row);
}

/* ---- outputs ---- */

static void add_output(EditDialog *self, const char *title, char *key)
{
        GtkWidget *row = adw_entry_row_new();

        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), title);
        g_object_set_data_full(G_OBJECT(row), "key", key, g_free);
        g_signal_connect(row, "changed", G_CALLBACK(something_changed), self);
        adw_preferences_group_add(self->outputs_group, row);
        g_ptr_array_add(self->outputs, row);
}

static void add_fields(EditDialog *self, guint index, const char *name, GVariant *fields)
{
        for (gsize i = 0; i < g_variant_n_children(fields); i++) {
                const char *field;
                g_autofree char *title = NULL;

                g_variant_get_child(fields, i, "&s", &field);
                title = g_strdup_printf("%s · %s", name, field);
                add_output(self, title, g_strdup_printf("%u.%s", index, field));
        }
}

static void fill_outputs(EditDialog *self)
{
        const char *syscall = dictionary_string(self->info, "syscall", "");
        SyscallCatalog *catalog = jail_application_catalog(jail_application_get());
        g_autoptr(GVariant) specs = syscall_catalog_arguments(catalog, syscall);

        for (gsize i = 0; specs && i < g_variant_n_children(specs); i++) {
                g_autoptr(GVariant) spec = g_variant_get_child_value(specs, i);
                g_autoptr(GVariant) fields = dictionary_container(spec, "fields", "as");
                const char *name = dictionary_string(spec, "name", "?");

                if (!argument_kind_is_written(dictionary_string(spec, "kind", "")))
                        continue;
                if (fields && g_variant_n_children(fields))
                        add_fields(self, (guint) i, name, fields);
                else
                        add_output(self, name, g_strdup_printf("%u", (guint) i));
        }
        gtk_widget_set_visible(GTK_WIDGET(self->outputs_group), self->outputs->len > 0);
}

static GVariant *bytes_of(const char *text)
{
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_autofree char *plain = NULL;

        if (!g_str_has_prefix(text, "0x")) {
                plain = g_strcompress(text);
                return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, plain, strlen(plain), 1);
        }
        for (text += 2; g_ascii_isxdigit(text[0]) && g_ascii_isxdigit(text[1]); text += 2) {
                guint8 byte = (guint8) (g_ascii_xdigit_value(text[0]) * 16 +
                                        g_ascii_xdigit_value(text[1]));

                g_byte_array_append(bytes, &byte, 1);
        }
        return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, bytes->data, bytes->len, 1);
}

/* ---- memory ---- */

static void memory_read(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(EditDialog) self = data;
        g_autoptr(GVariant) reply = NULL;
        g_autoptr(GVariant) bytes = NULL;
        g_autoptr(GVariant) about = NULL;
        g_autoptr(GError) error = NULL;

        /* The generated function takes `ay` for text that ends at the first NUL. */
        reply = g_dbus_proxy_call_finish(G_DBUS_PROXY(source), result, &error);
        if (!reply) {
                g_autofree char *text = wording_error(error);

                memory_view_show(self->memory, 0, NULL, text);
                return;
        }
        g_variant_get(reply, "(@ay@a{sv})", &bytes, &about);
        memory_view_show(self->memory, (guint64) dictionary_number(about, "address", 0), bytes,
                         g_variant_n_children(bytes) ? NULL : _("Nothing can be read there"));
        show_outcome(self);
}

static void pointer_chosen(GObject *object, GParamSpec *property, EditDialog *self)
{
        JailApplication *application = jail_application_get();
        guint chosen = gtk_drop_down_get_selected(self->pointer);
        GVariantDict request;

        if (chosen >= self->pointers->len) {
                memory_view_show(self->memory, 0, NULL, _("No argument leads to memory"));
                return;
        }
        self->shown_pointer = (int) chosen;
        g_variant_dict_init(&request, NULL);
        g_variant_dict_insert(&request, "id", "t", self->id);
        g_variant_dict_insert(&request, "argument", "u",
                              g_array_index(self->pointers, guint, chosen));
        g_variant_dict_insert(
                &request, "length", "t",
                (guint64) window_settings_number(jail_application_settings(application), "bytes"));
        g_dbus_proxy_call(G_DBUS_PROXY(jail_application_proxy(application)), "ReadMemory",
                          g_variant_new("(@a{sv})", g_variant_dict_end(&request)), DAEMON_CALL,
                          NULL, memory_read, g_object_ref(self));
}

static void fill_pointers(EditDialog *self)
{
        g_autoptr(GVariant) list = dictionary_container(self->info, "arguments", "aa{sv}");
        g_autoptr(GtkStringList) names = gtk_string_list_new(NULL);

        for (guint i = 0; list && i < g_variant_n_children(list); i++) {
                g_autoptr(GVariant) argument = g_variant_get_child_value(list, i);
                const char *kind = dictionary_string(argument, "kind", "");

                if (!argument_kind_is_read(kind) && !argument_kind_is_written(kind) &&
                    !g_str_equal(kind, "address"))
                        continue;
                gtk_string_list_append(names, dictionary_string(argument, "name", "?"));
                g_array_append_val(self->pointers, i);
        }
        gtk_drop_down_set_model(self->pointer, G_LIST_MODEL(names));
        g_signal_connect(self->pointer, "notify::selected", G_CALLBACK(pointer_chosen), self);
        pointer_chosen(NULL, NULL, self);
}

/* ---- the verdict ---- */

static void put_arguments(EditDialog *self, GVariantDict *verdict)
{
        GVariantBuilder changed;
        gboolean other = is_other_call(self), any = FALSE;

        if (other)
                g_variant_dict_insert(verdict, "number", "s",
                                      gtk_editable_get_text(GTK_EDITABLE(self->name)));
        g_variant_builder_init(&changed, G_VARIANT_TYPE("a{ss}"));
        for (guint i = 0; i < self->rows->len; i++) {
                ArgumentRow *row = self->rows->pdata[i];
                g_autofree char *typed = argument_row_typed(row);
                g_autofree char *index = g_strdup_printf("%u", argument_row_index(row));

                if (!other && !argument_row_is_changed(row))
                        continue;
                g_variant_builder_add(&changed, "{ss}", index, typed);
                any = TRUE;
        }
        if (any)
                g_variant_dict_insert_value(verdict, "arguments", g_variant_builder_end(&changed));
        else
                g_variant_builder_clear(&changed);
}

static void put_outputs(EditDialog *self, GVariantDict *verdict, gboolean after)
{
        GVariantBuilder writes, fields;
        guint write_count = 0, field_count = 0;

        g_variant_builder_init(&writes, G_VARIANT_TYPE("a{say}"));
        g_variant_builder_init(&fields, G_VARIANT_TYPE("a{ss}"));
        for (guint i = 0; i < self->outputs->len; i++) {
                const char *key = g_object_get_data(self->outputs->pdata[i], "key");
                const char *text = gtk_editable_get_text(self->outputs->pdata[i]);

                if (!*text)
                        continue;
                if (strchr(key, '.')) {
                        g_variant_builder_add(&fields, "{ss}", key, text);
                        field_count++;
                } else {
                        g_variant_builder_add(&writes, "{s@ay}", key, bytes_of(text));
                        write_count++;
                }
        }
        if (write_count)
                g_variant_dict_insert_value(verdict, after ? "after-write" : "write",
                                            g_variant_builder_end(&writes));
        else
                g_variant_builder_clear(&writes);
        if (field_count)
                g_variant_dict_insert_value(verdict, after ? "after-field" : "field",
                                            g_variant_builder_end(&fields));
        else
                g_variant_builder_clear(&fields);
}

static void put_memory(EditDialog *self, GVariantDict *verdict)
{
        GVariantBuilder writes;
        g_autofree char *index = NULL;

        if (!memory_view_is_changed(self->memory) || self->shown_pointer < 0)
                return;
        index = g_strdup_printf("%u",
                                g_array_index(self->pointers, guint, (guint) self->shown_pointer));
        g_variant_builder_init(&writes, G_VARIANT_TYPE("a{say}"));
        g_variant_builder_add(&writes, "{s@ay}", index, memory_view_bytes(self->memory));
        g_variant_dict_insert_value(verdict, "write", g_variant_builder_end(&writes));
}

static GVariant *verdict_of(EditDialog *self)
{
        const char *value = gtk_editable_get_text(self->value);
        GVariantDict verdict;

        g_variant_dict_init(&verdict, NULL);
        if (gtk_check_button_get_active(self->invent)) {
                g_autofree char *action = g_strdup_printf("return=%s", *value ? value : "0");

                g_variant_dict_insert(&verdict, "action", "s", action);
                put_outputs(self, &verdict, FALSE);
                return g_variant_dict_end(&verdict);
        }
        g_variant_dict_insert(&verdict, "action", "s", "allow");
        put_arguments(self, &verdict);
        put_memory(self, &verdict);
        if (gtk_check_button_get_active(self->change)) {
                if (*value)
                        g_variant_dict_insert(&verdict, "after-return", "s", value);
                put_outputs(self, &verdict, TRUE);
        }
        return g_variant_dict_end(&verdict);
}

static void decided(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(EditDialog) self = data;
        g_autoptr(GVariant) outcome = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;

        if (seccomp_jail_call_decide_finish(SECCOMP_JAIL(source), &outcome, result, &error)) {
                gtk_window_destroy(GTK_WINDOW(self));
                return;
        }
        text = wording_error(error);
        gtk_label_set_text(self->problem, text);
        gtk_revealer_set_reveal_child(self->problem_revealer, TRUE);
        gtk_widget_set_sensitive(self->apply, TRUE);
}

static void apply(GtkButton *button, EditDialog *self)
{
        gtk_widget_set_sensitive(self->apply, FALSE);
        pending_store_expect(jail_application_pending(jail_application_get()), self->id);
        seccomp_jail_call_decide(jail_application_proxy(jail_application_get()), self->id,
                                 verdict_of(self), DAEMON_CALL, NULL, decided, g_object_ref(self));
}

static void group_changed(CallGroup *group, EditDialog *self)
{
        const char *farewell = call_group_farewell(group);

        if (call_group_count(group) || !farewell)
                return;
        gtk_label_set_text(self->problem, farewell);
        gtk_revealer_set_reveal_child(self->problem_revealer, TRUE);
        gtk_widget_set_sensitive(self->apply, FALSE);
}

/* ---- object ---- */

static void edit_dialog_finalize(GObject *object)
{
        EditDialog *self = EDIT_DIALOG(object);

        g_clear_object(&self->group);
        g_clear_pointer(&self->info, g_variant_unref);
        g_ptr_array_unref(self->rows);
        g_ptr_array_unref(self->outputs);
        g_array_unref(self->pointers);
        G_OBJECT_CLASS(edit_dialog_parent_class)->finalize(object);
}

static void bind_children(GtkWidgetClass *class)
{
        gtk_widget_class_bind_template_child(class, EditDialog, cancel);
        gtk_widget_class_bind_template_child(class, EditDialog, apply);
        gtk_widget_class_bind_template_child(class, EditDialog, problem_revealer);
        gtk_widget_class_bind_template_child(class, EditDialog, problem);
        gtk_widget_class_bind_template_child(class, EditDialog, stack);
        gtk_widget_class_bind_template_child(class, EditDialog, switcher);
        gtk_widget_class_bind_template_child(class, EditDialog, name);
        gtk_widget_class_bind_template_child(class, EditDialog, arguments);
        gtk_widget_class_bind_template_child(class, EditDialog, registers);
        gtk_widget_class_bind_template_child(class, EditDialog, run);
        gtk_widget_class_bind_template_child(class, EditDialog, change);
        gtk_widget_class_bind_template_child(class, EditDialog, invent);
        gtk_widget_class_bind_template_child(class, EditDialog, outcome_group);
        gtk_widget_class_bind_template_child(class, EditDialog, value);
        gtk_widget_class_bind_template_child_full(class, "outputs", FALSE,
                                                  G_STRUCT_OFFSET(EditDialog, outputs_group));
        gtk_widget_class_bind_template_child(class, EditDialog, pointer);
        gtk_widget_class_bind_template_child(class, EditDialog, undo);
        gtk_widget_class_bind_template_child(class, EditDialog, memory);
        gtk_widget_class_bind_template_child(class, EditDialog, outcome);
}

static void edit_dialog_class_init(EditDialogClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        g_type_ensure(MEMORY_TYPE_VIEW);
        G_OBJECT_CLASS(class)->finalize = edit_dialog_finalize;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/edit-dialog.ui");
        bind_children(widget_class);
        gtk_widget_class_add_binding_action(widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void edit_dialog_init(EditDialog *self)
{
        self->rows = g_ptr_array_new();
        self->outputs = g_ptr_array_new();
        self->pointers = g_array_new(FALSE, FALSE, sizeof(guint));
        self->shown_pointer = -1;
        gtk_widget_init_template(GTK_WIDGET(self));
        g_signal_connect_swapped(self->cancel, "clicked", G_CALLBACK(gtk_window_destroy), self);
        g_signal_connect(self->apply, "clicked", G_CALLBACK(apply), self);
        g_signal_connect(self->run, "toggled", G_CALLBACK(something_changed), self);
        g_signal_connect(self->change, "toggled", G_CALLBACK(something_changed), self);
        g_signal_connect(self->value, "changed", G_CALLBACK(something_changed), self);
        g_signal_connect(self->memory, "changed", G_CALLBACK(something_changed), self);
        g_signal_connect_swapped(self->undo, "clicked", G_CALLBACK(memory_view_undo), self->memory);
}

void edit_dialog_present(GtkWidget *parent, CallGroup *group, const char *page)
{
        EditDialog *self =
                g_object_new(EDIT_TYPE_DIALOG, "transient-for", gtk_widget_get_root(parent), NULL);
        const HeldCall *call = call_group_first(group);

        self->group = g_object_ref(group);
        self->info = g_variant_ref(call_group_info(group));
        self->id = call ? call->id : 0;
        gtk_editable_set_text(GTK_EDITABLE(self->name),
                              dictionary_string(self->info, "syscall", ""));
        completion_attach(self->name,
                          syscall_catalog_names(jail_application_catalog(jail_application_get())));
        g_signal_connect(self->name, "changed", G_CALLBACK(name_changed), self);
        fill_arguments(self);
        fill_registers(self);
        fill_outputs(self);
        fill_pointers(self);
        if (g_str_equal(page, "result"))
                gtk_check_button_set_active(self->invent, TRUE);
        adw_view_stack_set_visible_child_name(self->stack, page);
        g_signal_connect_object(group, "changed", G_CALLBACK(group_changed), self, 0);
        show_outcome(self);
        gtk_window_present(GTK_WINDOW(self));
}
