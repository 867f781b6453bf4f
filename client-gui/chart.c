/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls per second, stacked by group, and the time held. */
#include "chart.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>

#include "wording.h"

#define SECONDS_SHOWN 120
#define GROUPS_MOST   6 /* the last takes what is left */
#define HELD_HEIGHT   10.0
#define LEGEND_HEIGHT 44.0
#define LEGEND_LINE   20.0
#define MARGIN        12.0

typedef struct Second {
        gint64 time; /* which second this slot holds */
        guint calls[GROUPS_MOST];
        double held;
} Second;

struct _ActivityChart {
        GtkWidget parent;
        Second seconds[SECONDS_SHOWN];
        char *groups[GROUPS_MOST]; /* NULL while unused */
        guint tick_source;
        graphene_rect_t legend[GROUPS_MOST]; /* the legend's entries, to be clicked */
};

G_DEFINE_FINAL_TYPE(ActivityChart, activity_chart, GTK_TYPE_WIDGET)

static guint clicked_signal;

/* The GNOME palette: blue, green, yellow, orange, purple, grey. */
static const char *const colours[GROUPS_MOST] = {"#3584e4", "#33d17a", "#f6d32d",
                                                 "#ff7800", "#9141ac", "#9a9996"};

static guint group_slot(ActivityChart *self, const char *group)
{
        for (guint i = 0; i < GROUPS_MOST - 1; i++) {
                if (!self->groups[i])
                        self->groups[i] = g_strdup(group);
                if (g_str_equal(self->groups[i], group))
                        return i;
        }
        if (!self->groups[GROUPS_MOST - 1])
                self->groups[GROUPS_MOST - 1] = g_strdup("");
        return GROUPS_MOST - 1;
}

static Second *second_at(ActivityChart *self, gint64 time)
{
        Second *second = &self->seconds[time % SECONDS_SHOWN];

        if (second->time != time)
                *second = (Second){.time = time};
        return second;
}

void activity_chart_add(ActivityChart *self, const char *group, double time, double held)
{
        gint64 second = (gint64) time;
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;

        if (second <= now - SECONDS_SHOWN || second > now + 1)
                return;
        second_at(self, second)->calls[group_slot(self, group)]++;
        for (gint64 at = (gint64) (time - MIN(held, SECONDS_SHOWN)); held > 0.001 && at <= second;
             at++)
                if (at > now - SECONDS_SHOWN)
                        second_at(self, at)->held = MIN(1, second_at(self, at)->held + held);
}

void activity_chart_clear(ActivityChart *self)
{
        memset(self->seconds, 0, sizeof(self->seconds));
        for (guint i = 0; i < GROUPS_MOST; i++)
                g_clear_pointer(&self->groups[i], g_free);
        gtk_widget_queue_draw(GTK_WIDGET(self));
}

/* ---- drawing ---- */

static guint second_total(const Second *second)
{
        guint total = 0;

        for (guint i = 0; i < GROUPS_MOST; i++)
                total += second->calls[i];
        return total;
}

static guint highest(ActivityChart *self, gint64 now)
{
        guint most = 10;

        for (guint i = 0; i < SECONDS_SHOWN; i++)
                if (self->seconds[i].time > now - SECONDS_SHOWN)
                        most = MAX(most, second_total(&self->seconds[i]));
        return most;
}

static void draw_text(ActivityChart *self, cairo_t *cairo, const char *text, double x, double y,
                      const GdkRGBA *colour)
{
        g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(GTK_WIDGET(self), text);
        int height;

        pango_layout_get_pixel_size(layout, NULL, &height);
        gdk_cairo_set_source_rgba(cairo, colour);
        cairo_move_to(cairo, x, y - height / 2.0);
        pango_cairo_show_layout(cairo, layout);
}

static void draw_legend(ActivityChart *self, cairo_t *cairo, double y, double width,
                        const GdkRGBA *colour)
{
        double x = MARGIN;

        for (guint i = 0; i < GROUPS_MOST && self->groups[i]; i++) {
                const char *words = wording_group(self->groups[i]);
                g_autoptr(PangoLayout) layout =
                        gtk_widget_create_pango_layout(GTK_WIDGET(self), words);
                GdkRGBA fill;
                int length;

                pango_layout_get_pixel_size(layout, &length, NULL);
                if (x > MARGIN && x + length + 32 > width) {
                        x = MARGIN;
                        y += LEGEND_LINE;
                }
                gdk_rgba_parse(&fill, colours[i]);
                gdk_cairo_set_source_rgba(cairo, &fill);
                cairo_rectangle(cairo, x, y - 5, 10, 10);
                cairo_fill(cairo);
                draw_text(self, cairo, words, x + 16, y, colour);
                self->legend[i] = GRAPHENE_RECT_INIT((float) x, (float) (y - LEGEND_LINE / 2),
                                                     (float) length + 16, (float) LEGEND_LINE);
                x += length + 32;
        }
}

static void draw_second(ActivityChart *self, cairo_t *cairo, const Second *second, double x,
                        double width, double bottom, double scale)
{
        double y = bottom;

        for (guint i = 0; i < GROUPS_MOST; i++) {
                double height = second->calls[i] * scale;
                GdkRGBA fill;

                if (!second->calls[i])
                        continue;
                gdk_rgba_parse(&fill, colours[i]);
                gdk_cairo_set_source_rgba(cairo, &fill);
                cairo_rectangle(cairo, x, y - height, MAX(width - 1, 1), height);
                cairo_fill(cairo);
                y -= height;
        }
        if (second->held <= 0)
                return;
        cairo_set_source_rgba(cairo, 0.88, 0.11, 0.14, 0.35 + 0.65 * second->held);
        cairo_rectangle(cairo, x, bottom + 4, width, HELD_HEIGHT);
        cairo_fill(cairo);
}

static void snapshot(GtkWidget *widget, GtkSnapshot *target)
{
        ActivityChart *self = ACTIVITY_CHART(widget);
        int width = gtk_widget_get_width(widget), height = gtk_widget_get_height(widget);
        graphene_rect_t area = GRAPHENE_RECT_INIT(0, 0, (float) width, (float) height);
        cairo_t *cairo = gtk_snapshot_append_cairo(target, &area);
        gint64 now = g_get_real_time() / G_USEC_PER_SEC;
        guint most = highest(self, now);
        double bottom = height - LEGEND_HEIGHT - HELD_HEIGHT - 8, top = 22;
        double step = (width - 2 * MARGIN) / SECONDS_SHOWN;
        g_autofree char *label = g_strdup_printf(_("%u calls a second"), most);
        GdkRGBA colour;

        gtk_style_context_get_color(gtk_widget_get_style_context(widget), &colour);
        colour.alpha = 0.7f;
        for (guint i = 0; i < SECONDS_SHOWN; i++) {
                const Second *second = &self->seconds[i];

                if (second->time > now - SECONDS_SHOWN)
                        draw_second(self, cairo, second,
                                    MARGIN + (double) (SECONDS_SHOWN - 1 - (now - second->time)) *
                                                     step,
                                    step, bottom, (bottom - top) / most);
        }
        cairo_set_line_width(cairo, 1);
        gdk_cairo_set_source_rgba(cairo, &(GdkRGBA){colour.red, colour.green, colour.blue, 0.2f});
        cairo_move_to(cairo, MARGIN, floor(top) + 0.5);
        cairo_line_to(cairo, width - MARGIN, floor(top) + 0.5);
        cairo_move_to(cairo, MARGIN, floor(bottom) + 1.5);
        cairo_line_to(cairo, width - MARGIN, floor(bottom) + 1.5);
        cairo_stroke(cairo);
        draw_text(self, cairo, label, MARGIN, 10, &colour);
        draw_legend(self, cairo, height - LEGEND_HEIGHT + LEGEND_LINE / 2, width, &colour);
        cairo_destroy(cairo);
}

/* ---- object ---- */

static void pressed(GtkGestureClick *gesture, int presses, double x, double y, ActivityChart *self)
{
        const graphene_point_t point = GRAPHENE_POINT_INIT((float) x, (float) y);

        for (guint i = 0; i < GROUPS_MOST && self->groups[i]; i++)
                if (graphene_rect_contains_point(&self->legend[i], &point))
                        g_signal_emit(self, clicked_signal, 0, self->groups[i]);
}

static gboolean tick(gpointer data)
{
        if (gtk_widget_get_mapped(data))
                gtk_widget_queue_draw(data);
        return G_SOURCE_CONTINUE;
}

static void activity_chart_dispose(GObject *object)
{
        ActivityChart *self = ACTIVITY_CHART(object);

        g_clear_handle_id(&self->tick_source, g_source_remove);
        for (guint i = 0; i < GROUPS_MOST; i++)
                g_clear_pointer(&self->groups[i], g_free);
        G_OBJECT_CLASS(activity_chart_parent_class)->dispose(object);
}

static void measure(GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                    int *natural, int *minimum_baseline, int *natural_baseline)
{
        *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 200 : 160;
        *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 600 : 240;
}

static void activity_chart_class_init(ActivityChartClass *class)
{
        GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);

        G_OBJECT_CLASS(class)->dispose = activity_chart_dispose;
        widget_class->snapshot = snapshot;
        widget_class->measure = measure;
        clicked_signal = g_signal_new("group-clicked", ACTIVITY_TYPE_CHART, G_SIGNAL_RUN_LAST, 0,
                                      NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
        gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void activity_chart_init(ActivityChart *self)
{
        GtkGesture *click = gtk_gesture_click_new();

        self->tick_source = g_timeout_add(500, tick, self);
        g_signal_connect(click, "pressed", G_CALLBACK(pressed), self);
        gtk_widget_add_controller(GTK_WIDGET(self), GTK_EVENT_CONTROLLER(click));
        gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       _("Calls a second over the last two minutes"), -1);
}

GtkWidget *activity_chart_new(void)
{
        return g_object_new(ACTIVITY_TYPE_CHART, NULL);
}
