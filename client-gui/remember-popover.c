/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An answer that is remembered. */
#include "remember-popover.h"

#include <glib/gi18n.h>

#include "application.h"
#include "dictionary.h"
#include "wording.h"

struct _RememberPopover {
        GtkPopover parent;
        char *action;
        guint64 id;
        guint preview_number; /* an answer to an older question is thrown away */
        GtkWidget *errno_box;
        GtkDropDown *error;
        GtkDropDown *scope;
        GtkWidget *duration_box;
        GtkDropDown *duration;
        GtkLabel *preview;
        GtkButton *apply;
};

G_DEFINE_FINAL_TYPE(RememberPopover, remember_popover, GTK_TYPE_POPOVER)

static guint chosen_signal;

typedef struct Refusal {
        const char *name;
        const char *words;
} Refusal;

static const Refusal refusals[] = {
        {"EPERM", N_("Not permitted")},
        {"EACCES", N_("Permission denied")},
        {"ENOENT", N_("No such file")},
        {"ENOSYS", N_("The call does not exist")},
        {"ENOSPC", N_("No space left")},
        {"EIO", N_("Input or output error")},
        {"ECONNREFUSED", N_("Connection refused")},
        {"ENETUNREACH", N_("Network unreachable")},
        {"EINVAL", N_("Invalid argument")},
        {"ENOMEM", N_("Out of memory")},
};

enum { SCOPE_ONCE, SCOPE_VALUES, SCOPE_IMAGE, SCOPE_PROCESS, SCOPE_CHILDREN, SCOPE_JAIL };

enum { DURATION_MINUTES, DURATION_RUN, DURATION_ALWAYS };

#define MINUTES_SECONDS (15 * 60)

/* NULL when nothing is to be remembered. */
static GVariant *remember_of(RememberPopover *self)
{
        static const char *const scopes[] = {"call",    "call",     "image",
                                             "process", "children", "jail"};
        guint scope = gtk_drop_down_get_selected(self->scope);
        guint duration = gtk_drop_down_get_selected(self->duration);
        GVariantDict dict;

        if (scope == SCOPE_ONCE || scope >= G_N_ELEMENTS(scopes))
                return NULL;
        g_variant_dict_init(&dict, NULL);
        g_variant_dict_insert(&dict, "scope", "s", scopes[scope]);
        g_variant_dict_insert(&dict, "values", "b", scope == SCOPE_VALUES);
        if (duration == DURATION_MINUTES)
                g_variant_dict_insert(&dict, "seconds", "t", (guint64) MINUTES_SECONDS);
        if (duration == DURATION_ALWAYS)
                g_variant_dict_insert(&dict, "always", "b", TRUE);
        return g_variant_dict_end(&dict);
}

static GVariant *verdict_of(RememberPopover *self)
{
        GVariant *remember = remember_of(self);
        guint error = gtk_drop_down_get_selected(self->error);
        GVariantDict dict;

        g_variant_dict_init(&dict, NULL);
        if (g_str_equal(self->action, "allow") || error >= G_N_ELEMENTS(refusals)) {
                g_variant_dict_insert(&dict, "action", "s", self->action);
        } else {
                g_autofree char *action = g_strdup_printf("abort=%s", refusals[error].name);

                g_variant_dict_insert(&dict, "action", "s", action);
        }
        if (remember)
                g_variant_dict_insert_value(&dict, "remember", remember);
        return g_variant_dict_end(&dict);
}

/* ---- preview ---- */

typedef struct Question {
        RememberPopover *self;
        guint number;
} Question;

static void previewed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(GError) error = NULL;
        Question *question = data;
        RememberPopover *self = question->self;
        g_autoptr(GVariant) preview = NULL;
        g_autofree char *text = NULL;
        gboolean done = seccomp_jail_call_preview_rule_finish(SECCOMP_JAIL(source), &preview,
                                                              result, &error);

        if (done && question->number == self->preview_number) {
                text = g_strdup_printf(
                        _("Would have matched %d of %d logged calls: %d succeeded, %d failed"),
                        (int) dictionary_number(preview, "matched", 0),
                        (int) dictionary_number(preview, "of", 0),
                        (int) dictionary_number(preview, "succeeded", 0),
                        (int) dictionary_number(preview, "failed", 0));
                gtk_label_set_text(self->preview, text);
        } else if (!done && question->number == self->preview_number) {
                text = wording_error(error);
                gtk_label_set_text(self->preview, text);
        }
        g_object_unref(self);
        g_free(question);
}

static void ask_preview(RememberPopover *self)
{
        SeccompJail *proxy = jail_application_proxy(jail_application_get());
        GVariant *remember = remember_of(self);
        Question *question;

        self->preview_number++;
        gtk_widget_set_sensitive(self->duration_box, remember != NULL);
        gtk_label_set_text(self->preview, remember ? "" : _("Nothing is remembered"));
        if (!remember || !proxy || !self->id)
                return;
        question = g_new0(Question, 1);
        question->self = g_object_ref(self);
        question->number = self->preview_number;
        seccomp_jail_call_preview_rule(proxy, self->id, remember, DAEMON_CALL, NULL, previewed,
                                       question);
}

static void choice_changed(GObject *object, GParamSpec *property, RememberPopover *self)
{
        ask_preview(self);
}

static void applied(GtkButton *button, RememberPopover *self)
{
        g_autoptr(GVariant) verdict = g_variant_ref_sink(verdict_of(self));

        gtk_popover_popdown(GTK_POPOVER(self));
        g_signal_emit(self, chosen_signal, 0, verdict);
}

void remember_popover_set_call(RememberPopover *self, guint64 id, GVariant *info)
{
        self->id = id;
        ask_preview(self);
}

static void remember_popover_finalize(GObject *object)
{
        g_free(REMEMBER_POPOVER(object)->action);
        G_OBJECT_CLASS(remember_popover_parent_class)->finalize(object);
}

static void remember_popover_class_init(RememberPopoverClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->finalize = remember_popover_finalize;
        chosen_signal = g_signal_new("chosen", REMEMBER_TYPE_POPOVER, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 1, G_TYPE_VARIANT);
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/remember-popover.ui");
        gtk_widget_class_bind_template_child(widget_class, RememberPopover, errno_box);
        gtk_widget_class_bind_template_child(widget_class, RememberPopover, error);
        gtk_widget_class_bind_template_child(widget_class, RememberPopover, scope);
        gtk_widget_class_bind_template_child(widget_class, RememberPopover, duration_box);
        gtk_widget_class_bind_template_child(widget_class, RememberPopover, duration);
        gtk_widget_class_bind_template_child(widget_class, RememberPopover, preview);
        gtk_widget_class_bind_template_child(widget_class, RememberPopover, apply);
}

static void remember_popover_init(RememberPopover *self)
{
        g_autoptr(GtkStringList) list = gtk_string_list_new(NULL);

        gtk_widget_init_template(GTK_WIDGET(self));
        for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
                g_autofree char *text =
                        g_strdup_printf("%s (%s)", _(refusals[i].words), refusals[i].name);

                gtk_string_list_append(list, text);
        }
        gtk_drop_down_set_model(self->error, G_LIST_MODEL(list));
        gtk_drop_down_set_selected(self->scope, SCOPE_VALUES);
        gtk_drop_down_set_selected(self->duration, DURATION_RUN);
        g_signal_connect(self->scope, "notify::selected", G_CALLBACK(choice_changed), self);
        g_signal_connect(self->duration, "notify::selected", G_CALLBACK(choice_changed), self);
        g_signal_connect(self->apply, "clicked", G_CALLBACK(applied), self);
}

GtkWidget *remember_popover_new(const char *action)
{
        RememberPopover *self = g_object_new(REMEMBER_TYPE_POPOVER, NULL);
        gboolean allow = g_str_equal(action, "allow");

        self->action = g_strdup(action);
        gtk_widget_set_visible(self->errno_box, !allow);
        gtk_button_set_label(self->apply,
                             allow ? _("Allow and Remember") : _("Refuse and Remember"));
        return GTK_WIDGET(self);
}
