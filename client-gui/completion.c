/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completion of an entry from a list of names. */
#include "completion.h"

static void fill(GListModel *names, guint position, guint removed, guint added, GtkListStore *store)
{
        gtk_list_store_clear(store);
        for (guint i = 0; i < g_list_model_get_n_items(names); i++) {
                g_autoptr(GtkStringObject) name = g_list_model_get_item(names, i);

                gtk_list_store_insert_with_values(store, NULL, -1, 0,
                                                  gtk_string_object_get_string(name), -1);
        }
}

void completion_attach(GtkEntry *entry, GListModel *names)
{
        g_autoptr(GtkEntryCompletion) completion = gtk_entry_completion_new();
        g_autoptr(GtkListStore) store = gtk_list_store_new(1, G_TYPE_STRING);

        fill(names, 0, 0, 0, store);
        g_signal_connect_object(names, "items-changed", G_CALLBACK(fill), store, 0);
        gtk_entry_completion_set_model(completion, GTK_TREE_MODEL(store));
        gtk_entry_completion_set_text_column(completion, 0);
        gtk_entry_completion_set_minimum_key_length(completion, 2);
        gtk_entry_completion_set_popup_single_match(completion, FALSE);
        gtk_entry_set_completion(entry, completion);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
        return g_strcmp0(*(const char *const *) a, *(const char *const *) b);
}

static void add_directory(GHashTable *names, const char *path)
{
        GDir *directory = g_dir_open(path, 0, NULL);
        const char *name;

        while (directory && (name = g_dir_read_name(directory)))
                g_hash_table_add(names, g_strdup(name));
        g_clear_pointer(&directory, g_dir_close);
}

GListModel *completion_programs(void)
{
        g_auto(GStrv) directories = g_strsplit(g_getenv("PATH") ? g_getenv("PATH") : "", ":", -1);
        g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_autofree char **sorted = NULL;
        GtkStringList *list = gtk_string_list_new(NULL);
        guint count;

        for (char **at = directories; *at; at++)
                add_directory(names, *at);
        sorted = (char **) g_hash_table_get_keys_as_array(names, &count);
        qsort(sorted, count, sizeof(char *), compare_names);
        gtk_string_list_splice(list, 0, 0, (const char *const *) sorted);
        return G_LIST_MODEL(list);
}
