/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls per second over the last minutes, stacked by group, and how much of the time something was
 * held, as a band below. Signal "group-clicked" (s: a group).
 */
#pragma once

#include <gtk/gtk.h>

#define ACTIVITY_TYPE_CHART (activity_chart_get_type())
G_DECLARE_FINAL_TYPE(ActivityChart, activity_chart, ACTIVITY, CHART, GtkWidget)

GtkWidget *activity_chart_new(void);
void activity_chart_clear(ActivityChart *self);
/* A call of `group` at `time` (seconds since 1970) that was held for so many seconds. */
void activity_chart_add(ActivityChart *self, const char *group, double time, double held);
