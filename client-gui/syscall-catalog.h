/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's list of system calls: names for completion, arguments by name and kind, groups. */
#pragma once

#include <gtk/gtk.h>

#include "daemon-connection.h"

#define SYSCALL_TYPE_CATALOG (syscall_catalog_get_type())
G_DECLARE_FINAL_TYPE(SyscallCatalog, syscall_catalog, SYSCALL, CATALOG, GObject)

SyscallCatalog *syscall_catalog_new(DaemonConnection *connection);
/* The dictionary of a call by name, borrowed; NULL when it is unknown (or not yet loaded). */
GVariant *syscall_catalog_find(SyscallCatalog *self, const char *name);
/* aa{sv} of its arguments, owned; NULL when unknown. */
GVariant *syscall_catalog_arguments(SyscallCatalog *self, const char *name);
/* Its main group, "" when unknown. */
const char *syscall_catalog_group(SyscallCatalog *self, const char *name);
/* All names, for an entry's completion. */
GListModel *syscall_catalog_names(SyscallCatalog *self);
