/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A call to be put into one thread: its name, its arguments, what came back. */
#pragma once

#include <gtk/gtk.h>

#include "process-item.h"

#define INJECTION_TYPE_FORM (injection_form_get_type())
G_DECLARE_FINAL_TYPE(InjectionForm, injection_form, INJECTION, FORM, GtkBox)

GtkWidget *injection_form_new(ProcessItem *item);
