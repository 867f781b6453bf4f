/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The icon of a program. */
#include "program-icon.h"

#include <gio/gio.h>

/* Executable's base name → GIcon, of all installed applications. Built on first use. */
static GHashTable *load_icons(void)
{
        GHashTable *icons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
        GList *all = g_app_info_get_all();

        for (GList *at = all; at; at = at->next) {
                GIcon *icon = g_app_info_get_icon(at->data);
                const char *executable = g_app_info_get_executable(at->data);
                char *base = executable ? g_path_get_basename(executable) : NULL;

                if (icon && base && !g_hash_table_contains(icons, base))
                        g_hash_table_insert(icons, g_steal_pointer(&base), g_object_ref(icon));
                g_free(base);
        }
        g_list_free_full(all, g_object_unref);
        return icons;
}

void program_icon_set(GtkImage *image, const char *exe)
{
        static GHashTable *icons; /* a cache for the life of the process */
        g_autofree char *base = g_path_get_basename(exe);
        GIcon *icon;

        if (!icons)
                icons = load_icons();
        icon = g_hash_table_lookup(icons, base);
        if (icon)
                gtk_image_set_from_gicon(image, icon);
        else
                gtk_image_set_from_icon_name(image, "application-x-executable-symbolic");
}
