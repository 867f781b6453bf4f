/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The daemon's list of system calls, asked once for each connection. */
#include "syscall-catalog.h"

#include "dictionary.h"

struct _SyscallCatalog {
        GObject parent;
        GHashTable *by_name; /* name → GVariant */
        GtkStringList *names;
};

G_DEFINE_FINAL_TYPE(SyscallCatalog, syscall_catalog, G_TYPE_OBJECT)

GVariant *syscall_catalog_find(SyscallCatalog *self, const char *name)
{
        return name ? g_hash_table_lookup(self->by_name, name) : NULL;
}

GVariant *syscall_catalog_arguments(SyscallCatalog *self, const char *name)
{
        return dictionary_container(syscall_catalog_find(self, name), "arguments", "aa{sv}");
}

const char *syscall_catalog_group(SyscallCatalog *self, const char *name)
{
        return dictionary_string(syscall_catalog_find(self, name), "group", "");
}

GListModel *syscall_catalog_names(SyscallCatalog *self)
{
        return G_LIST_MODEL(self->names);
}

static void listed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(SyscallCatalog) self = data;
        g_autoptr(GVariant) calls = NULL;

        if (!seccomp_jail_call_list_syscalls_finish(SECCOMP_JAIL(source), &calls, result, NULL))
                return;
        g_hash_table_remove_all(self->by_name);
        gtk_string_list_splice(self->names, 0, g_list_model_get_n_items(G_LIST_MODEL(self->names)),
                               NULL);
        for (gsize i = 0; i < g_variant_n_children(calls); i++) {
                GVariant *call = g_variant_get_child_value(calls, i);
                const char *name = dictionary_string(call, "name", "");

                gtk_string_list_append(self->names, name);
                g_hash_table_replace(self->by_name, g_strdup(name), call);
        }
}

static void connection_changed(DaemonConnection *connection, SyscallCatalog *self)
{
        if (daemon_connection_state(connection) == DAEMON_READY)
                seccomp_jail_call_list_syscalls(daemon_connection_proxy(connection), DAEMON_CALL,
                                                NULL, listed, g_object_ref(self));
}

static void syscall_catalog_finalize(GObject *object)
{
        SyscallCatalog *self = SYSCALL_CATALOG(object);

        g_hash_table_unref(self->by_name);
        g_object_unref(self->names);
        G_OBJECT_CLASS(syscall_catalog_parent_class)->finalize(object);
}

static void syscall_catalog_class_init(SyscallCatalogClass *class)
{
        G_OBJECT_CLASS(class)->finalize = syscall_catalog_finalize;
}

static void syscall_catalog_init(SyscallCatalog *self)
{
        self->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                              (GDestroyNotify) g_variant_unref);
        self->names = gtk_string_list_new(NULL);
}

SyscallCatalog *syscall_catalog_new(DaemonConnection *connection)
{
        SyscallCatalog *self = g_object_new(SYSCALL_TYPE_CATALOG, NULL);

        g_signal_connect_object(connection, "changed", G_CALLBACK(connection_changed), self, 0);
        return self;
}
