/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A process or thread in the tree, and the tree made of the daemon's list. */
#include "process-item.h"

#include "dictionary.h"
#include "wording.h"

struct _ProcessItem {
        GObject parent;
        int tid;
        GVariant *info;
        GListStore *children;
        GListStore *place; /* where it stands, borrowed; NULL before it stands anywhere */
};

G_DEFINE_FINAL_TYPE(ProcessItem, process_item, G_TYPE_OBJECT)

static guint changed_signal;

int process_item_tid(ProcessItem *self)
{
        return self->tid;
}

GVariant *process_item_info(ProcessItem *self)
{
        return self->info;
}

GListStore *process_item_children(ProcessItem *self)
{
        return self->children;
}

char *process_item_name(ProcessItem *self)
{
        const char *comm = dictionary_string(self->info, "comm", "");
        g_autofree char *base = g_path_get_basename(dictionary_string(self->info, "exe", "?"));

        return wording_escape(*comm ? comm : base);
}

static void process_item_finalize(GObject *object)
{
        ProcessItem *self = PROCESS_ITEM(object);

        g_clear_pointer(&self->info, g_variant_unref);
        g_object_unref(self->children);
        G_OBJECT_CLASS(process_item_parent_class)->finalize(object);
}

static void process_item_class_init(ProcessItemClass *class)
{
        G_OBJECT_CLASS(class)->finalize = process_item_finalize;
        changed_signal = g_signal_new("changed", PROCESS_TYPE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                      NULL, NULL, G_TYPE_NONE, 0);
}

static void process_item_init(ProcessItem *self)
{
        self->children = g_list_store_new(PROCESS_TYPE_ITEM);
}

ProcessItem *process_item_new(int tid)
{
        ProcessItem *self = g_object_new(PROCESS_TYPE_ITEM, NULL);

        self->tid = tid;
        return self;
}

/* ---- the tree ---- */

static void take_out(GListStore *place, ProcessItem *item)
{
        guint position;

        if (place && g_list_store_find(place, item, &position))
                g_list_store_remove(place, position);
}

/* Where it belongs: a thread under its process, a process under its parent when that is traced. */
static GListStore *place_of(GListStore *roots, GHashTable *known, ProcessItem *item)
{
        gboolean main_thread = dictionary_boolean(item->info, "main", TRUE);
        int above = (int) dictionary_number(item->info, main_thread ? "ppid" : "pid", 0);
        ProcessItem *parent = g_hash_table_lookup(known, GINT_TO_POINTER(above));

        return parent && parent != item ? parent->children : roots;
}

static void drop_gone(GHashTable *known, GHashTable *present)
{
        GHashTableIter iter;
        gpointer tid;
        ProcessItem *item;

        g_hash_table_iter_init(&iter, known);
        while (g_hash_table_iter_next(&iter, &tid, (gpointer *) &item)) {
                if (g_hash_table_contains(present, tid))
                        continue;
                take_out(item->place, item);
                g_hash_table_iter_remove(&iter);
        }
}

void process_tree_update(GListStore *roots, GHashTable *known, GVariant *list, gboolean threads)
{
        g_autoptr(GHashTable) present = g_hash_table_new(NULL, NULL);

        for (gsize i = 0; i < g_variant_n_children(list); i++) {
                g_autoptr(GVariant) info = g_variant_get_child_value(list, i);
                int tid = (int) dictionary_number(info, "tid", 0);
                ProcessItem *item = g_hash_table_lookup(known, GINT_TO_POINTER(tid));

                if (!threads && !dictionary_boolean(info, "main", TRUE))
                        continue;
                if (!item) {
                        item = process_item_new(tid);
                        g_hash_table_insert(known, GINT_TO_POINTER(tid), item);
                }
                g_hash_table_add(present, GINT_TO_POINTER(tid));
                g_clear_pointer(&item->info, g_variant_unref);
                item->info = g_steal_pointer(&info);
        }
        drop_gone(known, present);
        for (gsize i = 0; i < g_variant_n_children(list); i++) {
                g_autoptr(GVariant) info = g_variant_get_child_value(list, i);
                int tid = (int) dictionary_number(info, "tid", 0);
                ProcessItem *item = g_hash_table_lookup(known, GINT_TO_POINTER(tid));
                GListStore *place = item ? place_of(roots, known, item) : NULL;

                if (!item)
                        continue;
                if (place != item->place) {
                        take_out(item->place, item);
                        g_list_store_append(place, item);
                        item->place = place;
                }
                g_signal_emit(item, changed_signal, 0);
        }
}
