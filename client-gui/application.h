/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The application: owns the connection, the models that every page looks at, the notifier, and the
 * actions that need no window. One instance for a session.
 */
#pragma once

#include <adwaita.h>

#include "daemon-connection.h"
#include "jail-store.h"
#include "pending-store.h"
#include "settings.h"
#include "syscall-catalog.h"

#define JAIL_TYPE_APPLICATION (jail_application_get_type())
G_DECLARE_FINAL_TYPE(JailApplication, jail_application, JAIL, APPLICATION, AdwApplication)

JailApplication *jail_application_new(void);
/* The one of this process. */
JailApplication *jail_application_get(void);

DaemonConnection *jail_application_connection(JailApplication *self);
/* The proxy to call; NULL before the first connection. */
SeccompJail *jail_application_proxy(JailApplication *self);
JailStore *jail_application_jails(JailApplication *self);
PendingStore *jail_application_pending(JailApplication *self);
SyscallCatalog *jail_application_catalog(JailApplication *self);
WindowSettings *jail_application_settings(JailApplication *self);

/* Brings the window to the front with the held calls; `id` 0 for all. */
void jail_application_show_call(JailApplication *self, guint64 id);
/* Whether the process goes on asking when its window is closed. */
gboolean jail_application_in_background(JailApplication *self);
