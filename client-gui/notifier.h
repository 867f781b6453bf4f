/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Desktop notifications about held calls while no window of ours is in front. One card is one
 * notification with Allow and Refuse; several are merged into one that only shows them. A
 * notification that is closed or expires answers nothing; it is withdrawn when its call is gone.
 */
#pragma once

#include "application.h"

#define DESKTOP_TYPE_NOTIFIER (notifier_get_type())
G_DECLARE_FINAL_TYPE(Notifier, notifier, DESKTOP, NOTIFIER, GObject)

Notifier *notifier_new(JailApplication *application);
