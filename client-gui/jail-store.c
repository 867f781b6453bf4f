/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The person's jails, following the daemon's signals. */
#include "jail-store.h"

#include "dictionary.h"
#include "wording.h"

struct _JailItem {
        GObject parent;
        guint64 id;
        GVariant *info;
        guint pending;
};

G_DEFINE_FINAL_TYPE(JailItem, jail_item, G_TYPE_OBJECT)

static guint item_changed;

guint64 jail_item_id(JailItem *self)
{
        return self->id;
}

GVariant *jail_item_info(JailItem *self)
{
        return self->info;
}

gboolean jail_item_is_ended(JailItem *self)
{
        return g_strcmp0(dictionary_string(self->info, "state", ""), "ended") == 0;
}

char *jail_item_program(JailItem *self)
{
        g_autofree char *base =
                g_path_get_basename(dictionary_string(self->info, "program", "program"));

        return wording_escape(base);
}

char *jail_item_title(JailItem *self)
{
        g_autoptr(GVariant) args = dictionary_container(self->info, "args", "as");
        g_autofree const char **array = args ? g_variant_get_strv(args, NULL) : NULL;
        g_autofree char *program = jail_item_program(self);
        g_autofree char *rest = NULL;
        g_autofree char *escaped = NULL;

        if (!array || !array[0] || !array[1])
                return g_steal_pointer(&program);
        rest = g_strjoinv(" ", (char **) array + 1);
        escaped = wording_escape(rest);
        return g_strdup_printf("%s %s", program, escaped);
}

guint jail_item_pending(JailItem *self)
{
        return self->pending;
}

void jail_item_set_pending(JailItem *self, guint pending)
{
        if (self->pending == pending)
                return;
        self->pending = pending;
        g_signal_emit(self, item_changed, 0);
}

/* The keys of `change` laid over those of the present dictionary. */
static void item_update(JailItem *self, GVariant *change)
{
        g_autoptr(GVariantDict) merged = g_variant_dict_new(self->info);
        GVariantIter iter;
        GVariant *value;
        const char *key;

        g_variant_iter_init(&iter, change);
        while (g_variant_iter_loop(&iter, "{&sv}", &key, &value))
                g_variant_dict_insert_value(merged, key, value);
        g_clear_pointer(&self->info, g_variant_unref);
        self->info = g_variant_ref_sink(g_variant_dict_end(merged));
        g_signal_emit(self, item_changed, 0);
}

static void jail_item_finalize(GObject *object)
{
        g_clear_pointer(&JAIL_ITEM(object)->info, g_variant_unref);
        G_OBJECT_CLASS(jail_item_parent_class)->finalize(object);
}

static void jail_item_class_init(JailItemClass *class)
{
        G_OBJECT_CLASS(class)->finalize = jail_item_finalize;
        item_changed = g_signal_new("changed", JAIL_TYPE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void jail_item_init(JailItem *self)
{
}

/* ---- the store ---- */

struct _JailStore {
        GObject parent;
        DaemonConnection *connection;
        GListStore *items;
        GHashTable *by_id; /* id, in it → JailItem, owned */
};

G_DEFINE_FINAL_TYPE(JailStore, jail_store, G_TYPE_OBJECT)

GListModel *jail_store_model(JailStore *self)
{
        return G_LIST_MODEL(self->items);
}

JailItem *jail_store_find(JailStore *self, guint64 id)
{
        return g_hash_table_lookup(self->by_id, &id);
}

static void put(JailStore *self, guint64 id, GVariant *info)
{
        JailItem *known = jail_store_find(self, id);
        g_autoptr(JailItem) made = NULL;

        if (!known) {
                made = g_object_new(JAIL_TYPE_ITEM, NULL);
                made->id = id;
                item_update(made, info);
                g_hash_table_insert(self->by_id, &made->id, g_object_ref(made));
                g_list_store_insert(self->items, 0, made);
                return;
        }
        item_update(known, info);
}

static void jail_started(SeccompJail *proxy, guint64 id, GVariant *info, JailStore *self)
{
        put(self, id, info);
}

static void jail_finished(SeccompJail *proxy, guint64 id, GVariant *info, JailStore *self)
{
        JailItem *item = jail_store_find(self, id);
        g_autoptr(GVariantDict) change = g_variant_dict_new(info);
        g_autoptr(GVariant) merged = NULL;

        if (!item)
                return;
        g_variant_dict_insert(change, "state", "s", "ended");
        merged = g_variant_ref_sink(g_variant_dict_end(change));
        item_update(item, merged);
}

static gint by_age(gconstpointer a, gconstpointer b)
{
        guint64 first = dictionary_number(*(GVariant *const *) a, "id", 0);
        guint64 second = dictionary_number(*(GVariant *const *) b, "id", 0);

        return first < second ? -1 : first > second;
}

static void jails_listed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(JailStore) self = data;
        g_autoptr(GVariant) jails = NULL;
        g_autoptr(GPtrArray) sorted =
                g_ptr_array_new_with_free_func((GDestroyNotify) g_variant_unref);

        if (!seccomp_jail_call_list_jails_finish(SECCOMP_JAIL(source), &jails, result, NULL))
                return;
        for (gsize i = 0; i < g_variant_n_children(jails); i++)
                g_ptr_array_add(sorted, g_variant_get_child_value(jails, i));
        g_ptr_array_sort(sorted, by_age);
        for (guint i = 0; i < sorted->len; i++)
                put(self, (guint64) dictionary_number(sorted->pdata[i], "id", 0), sorted->pdata[i]);
}

static void connection_changed(DaemonConnection *connection, JailStore *self)
{
        SeccompJail *proxy = daemon_connection_proxy(connection);

        if (daemon_connection_state(connection) != DAEMON_READY)
                return;
        g_hash_table_remove_all(self->by_id);
        g_list_store_remove_all(self->items);
        g_signal_connect_object(proxy, "jail-started", G_CALLBACK(jail_started), self, 0);
        g_signal_connect_object(proxy, "jail-finished", G_CALLBACK(jail_finished), self, 0);
        seccomp_jail_call_list_jails(proxy, g_variant_new("a{sv}", NULL), DAEMON_CALL, NULL,
                                     jails_listed, g_object_ref(self));
}

void jail_store_forget_ended(JailStore *self)
{
        guint i = g_list_model_get_n_items(G_LIST_MODEL(self->items));

        while (i-- > 0) {
                g_autoptr(JailItem) item = g_list_model_get_item(G_LIST_MODEL(self->items), i);

                if (!jail_item_is_ended(item))
                        continue;
                g_hash_table_remove(self->by_id, &item->id);
                g_list_store_remove(self->items, i);
        }
}

static void jail_store_finalize(GObject *object)
{
        JailStore *self = JAIL_STORE(object);

        g_hash_table_unref(self->by_id);
        g_object_unref(self->items);
        g_object_unref(self->connection);
        G_OBJECT_CLASS(jail_store_parent_class)->finalize(object);
}

static void jail_store_class_init(JailStoreClass *class)
{
        G_OBJECT_CLASS(class)->finalize = jail_store_finalize;
}

static void jail_store_init(JailStore *self)
{
        self->items = g_list_store_new(JAIL_TYPE_ITEM);
        self->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_object_unref);
}

JailStore *jail_store_new(DaemonConnection *connection)
{
        JailStore *self = g_object_new(JAIL_TYPE_STORE, NULL);

        self->connection = g_object_ref(connection);
        g_signal_connect_object(connection, "changed", G_CALLBACK(connection_changed), self, 0);
        return self;
}
