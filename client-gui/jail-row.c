/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A jail in the side list. */
#include "jail-row.h"

#include <glib/gi18n.h>

#include "dictionary.h"
#include "wording.h"

struct _JailRow {
        GtkListBoxRow parent;
        JailItem *item;
        GtkWidget *dot;
        GtkLabel *title;
        GtkLabel *subtitle;
        GtkLabel *badge;
};

G_DEFINE_FINAL_TYPE(JailRow, jail_row, GTK_TYPE_LIST_BOX_ROW)

JailItem *jail_row_item(JailRow *self)
{
        return self->item;
}

static void update(JailItem *item, JailRow *self)
{
        GVariant *info = jail_item_info(item);
        g_autofree char *title = jail_item_title(item);
        g_autofree char *state = wording_jail_state(info);
        g_autofree char *rules = wording_escape(dictionary_string(info, "rules", ""));
        g_autofree char *subtitle = *rules && !jail_item_is_ended(item)
                                            ? g_strdup_printf("%s · %s", state, rules)
                                            : g_strdup(state);
        g_autofree char *count = g_strdup_printf("%u", jail_item_pending(item));
        g_autofree char *name = NULL;

        gtk_label_set_text(self->title, title);
        /* A new tooltip asks the display where the pointer is. */
        if (g_strcmp0(gtk_widget_get_tooltip_text(GTK_WIDGET(self)), title) != 0)
                gtk_widget_set_tooltip_text(GTK_WIDGET(self), title);
        gtk_label_set_text(self->subtitle, subtitle);
        gtk_label_set_text(self->badge, count);
        gtk_widget_set_visible(GTK_WIDGET(self->badge), jail_item_pending(item) > 0);
        if (jail_item_is_ended(item))
                gtk_widget_remove_css_class(self->dot, "running");
        else
                gtk_widget_add_css_class(self->dot, "running");
        name = g_strdup_printf(g_dngettext(NULL, "%s, %s, %u call waits", "%s, %s, %u calls wait",
                                           jail_item_pending(item)),
                               title, state, jail_item_pending(item));
        gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                       -1);
}

static void jail_row_dispose(GObject *object)
{
        g_clear_object(&JAIL_ROW(object)->item);
        G_OBJECT_CLASS(jail_row_parent_class)->dispose(object);
}

static void jail_row_class_init(JailRowClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = jail_row_dispose;
        gtk_widget_class_set_template_from_resource(widget_class,
                                                    "/org/deepin/SeccompJail/jail-row.ui");
        gtk_widget_class_bind_template_child(widget_class, JailRow, dot);
        gtk_widget_class_bind_template_child(widget_class, JailRow, title);
        gtk_widget_class_bind_template_child(widget_class, JailRow, subtitle);
        gtk_widget_class_bind_template_child(widget_class, JailRow, badge);
}

static void jail_row_init(JailRow *self)
{
        gtk_widget_init_template(GTK_WIDGET(self));
}

GtkWidget *jail_row_new(JailItem *item)
{
        JailRow *self = g_object_new(JAIL_TYPE_ROW, NULL);

        self->item = g_object_ref(item);
        g_signal_connect_object(item, "changed", G_CALLBACK(update), self, 0);
        update(item, self);
        return GTK_WIDGET(self);
}
