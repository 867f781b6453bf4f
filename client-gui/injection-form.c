/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call to be put into one thread. */
#include "injection-form.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "application.h"
#include "argument-row.h"
#include "completion.h"
#include "dictionary.h"
#include "wording.h"

struct _InjectionForm {
        GtkBox parent;
        ProcessItem *item;
        GPtrArray *rows; /* of ArgumentRow, borrowed */
        GtkLabel *title;
        GtkEntry *name;
        GtkWidget *execute;
        GtkListBox *arguments;
        GtkListBox *history;
};

G_DEFINE_FINAL_TYPE(InjectionForm, injection_form, GTK_TYPE_BOX)

static char *expression_of(InjectionForm *self)
{
        const char *name = gtk_editable_get_text(GTK_EDITABLE(self->name));
        GString *text;

        if (strchr(name, '('))
                return g_strdup(name);
        text = g_string_new(name);
        g_string_append_c(text, '(');
        for (guint i = 0; i < self->rows->len; i++) {
                g_autofree char *typed = argument_row_typed(self->rows->pdata[i]);

                g_string_append_printf(text, "%s%s", i ? ", " : "", typed);
        }
        g_string_append_c(text, ')');
        return g_string_free(text, FALSE);
}

static void name_changed(GtkEditable *entry, InjectionForm *self)
{
        SyscallCatalog *catalog = jail_application_catalog(jail_application_get());
        const char *name = gtk_editable_get_text(entry);
        g_autoptr(GVariant) specs = syscall_catalog_arguments(catalog, name);

        for (guint i = 0; i < self->rows->len; i++)
                gtk_list_box_remove(self->arguments, self->rows->pdata[i]);
        g_ptr_array_set_size(self->rows, 0);
        for (gsize i = 0; specs && i < g_variant_n_children(specs); i++) {
                g_autoptr(GVariant) spec = g_variant_get_child_value(specs, i);
                GtkWidget *row = argument_row_new((guint) i, spec, NULL);

                g_ptr_array_add(self->rows, row);
                gtk_list_box_append(self->arguments, row);
        }
        gtk_widget_set_visible(GTK_WIDGET(self->arguments), self->rows->len > 0);
        gtk_widget_set_sensitive(self->execute, specs || strchr(name, '('));
}

static void add_result(InjectionForm *self, const char *call, const char *result, gboolean failed)
{
        GtkWidget *row = adw_action_row_new();

        adw_preferences_row_set_use_markup(ADW_PREFERENCES_ROW(row), FALSE);
        adw_preferences_row_set_title(ADW_PREFERENCES_ROW(row), result);
        adw_action_row_set_subtitle(ADW_ACTION_ROW(row), call);
        adw_action_row_set_icon_name(ADW_ACTION_ROW(row),
                                     failed ? "dialog-error-symbolic" : "emblem-ok-symbolic");
        gtk_list_box_prepend(self->history, row);
        gtk_widget_set_visible(GTK_WIDGET(self->history), TRUE);
}

typedef struct Injection {
        InjectionForm *form;
        char *expression;
} Injection;

static void injected(GObject *source, GAsyncResult *result, gpointer data)
{
        Injection *injection = data;
        InjectionForm *self = injection->form;
        g_autoptr(GVariant) outcome = NULL;
        g_autoptr(GError) error = NULL;
        g_autofree char *text = NULL;

        if (seccomp_jail_call_inject_finish(SECCOMP_JAIL(source), &outcome, result, &error)) {
                g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT,
                                                          dictionary_number(outcome, "return", 0));

                text = wording_escape(dictionary_string(outcome, "text", number));
                add_result(self, injection->expression, text,
                           *dictionary_string(outcome, "errno", "") != '\0');
        } else {
                text = wording_error(error);
                add_result(self, injection->expression, text, TRUE);
        }
        gtk_widget_set_sensitive(self->execute, TRUE);
        g_object_unref(self);
        g_free(injection->expression);
        g_free(injection);
}

static void execute(GtkWidget *widget, InjectionForm *self)
{
        Injection *injection;

        if (!gtk_widget_get_sensitive(self->execute))
                return;
        injection = g_new0(Injection, 1);
        injection->form = g_object_ref(self);
        injection->expression = expression_of(self);
        gtk_widget_set_sensitive(self->execute, FALSE);
        seccomp_jail_call_inject(jail_application_proxy(jail_application_get()),
                                 process_item_tid(self->item), injection->expression,
                                 g_variant_new("a{sv}", NULL), DAEMON_CALL, NULL, injected,
                                 injection);
}

static void injection_form_dispose(GObject *object)
{
        g_clear_object(&INJECTION_FORM(object)->item);
        G_OBJECT_CLASS(injection_form_parent_class)->dispose(object);
}

static void injection_form_finalize(GObject *object)
{
        g_ptr_array_unref(INJECTION_FORM(object)->rows);
        G_OBJECT_CLASS(injection_form_parent_class)->finalize(object);
}

static void injection_form_class_init(InjectionFormClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = injection_form_dispose;
        G_OBJECT_CLASS(class)->finalize = injection_form_finalize;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/injection-form.ui");
        gtk_widget_class_bind_template_child(widget_class, InjectionForm, title);
        gtk_widget_class_bind_template_child(widget_class, InjectionForm, name);
        gtk_widget_class_bind_template_child(widget_class, InjectionForm, execute);
        gtk_widget_class_bind_template_child(widget_class, InjectionForm, arguments);
        gtk_widget_class_bind_template_child(widget_class, InjectionForm, history);
}

static void injection_form_init(InjectionForm *self)
{
        self->rows = g_ptr_array_new();
        gtk_widget_init_template(GTK_WIDGET(self));
        completion_attach(self->name,
                          syscall_catalog_names(jail_application_catalog(jail_application_get())));
        g_signal_connect(self->name, "changed", G_CALLBACK(name_changed), self);
        g_signal_connect(self->name, "activate", G_CALLBACK(execute), self);
        g_signal_connect(self->execute, "clicked", G_CALLBACK(execute), self);
}

GtkWidget *injection_form_new(ProcessItem *item)
{
        InjectionForm *self = g_object_new(INJECTION_TYPE_FORM, NULL);
        g_autofree char *name = process_item_name(item);
        g_autofree char *title = g_strdup_printf("%s · %d", name, process_item_tid(item));

        self->item = g_object_ref(item);
        gtk_label_set_text(self->title, title);
        return GTK_WIDGET(self);
}
