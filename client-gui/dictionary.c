/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the dictionaries that the daemon sends. */
#include "dictionary.h"

const char *dictionary_string(GVariant *dictionary, const char *key, const char *fallback)
{
        const char *string = fallback;

        if (dictionary)
                g_variant_lookup(dictionary, key, "&s", &string);
        return string;
}

static gint64 number_of(GVariant *value, gint64 fallback)
{
        switch (g_variant_classify(value)) {
        case G_VARIANT_CLASS_BOOLEAN:
                return g_variant_get_boolean(value);
        case G_VARIANT_CLASS_BYTE:
                return g_variant_get_byte(value);
        case G_VARIANT_CLASS_INT16:
                return g_variant_get_int16(value);
        case G_VARIANT_CLASS_UINT16:
                return g_variant_get_uint16(value);
        case G_VARIANT_CLASS_INT32:
                return g_variant_get_int32(value);
        case G_VARIANT_CLASS_UINT32:
                return g_variant_get_uint32(value);
        case G_VARIANT_CLASS_INT64:
                return g_variant_get_int64(value);
        case G_VARIANT_CLASS_UINT64:
                return (gint64) g_variant_get_uint64(value);
        default:
                return fallback;
        }
}

gint64 dictionary_number(GVariant *dictionary, const char *key, gint64 fallback)
{
        g_autoptr(GVariant) value = NULL;

        if (dictionary)
                value = g_variant_lookup_value(dictionary, key, NULL);
        return value ? number_of(value, fallback) : fallback;
}

gboolean dictionary_boolean(GVariant *dictionary, const char *key, gboolean fallback)
{
        return dictionary_number(dictionary, key, fallback) != 0;
}

GVariant *dictionary_container(GVariant *dictionary, const char *key, const char *type)
{
        if (!dictionary)
                return NULL;
        return g_variant_lookup_value(dictionary, key, G_VARIANT_TYPE(type));
}

char *dictionary_joined(GVariant *dictionary, const char *key, const char *separator)
{
        g_autoptr(GVariant) words = dictionary_container(dictionary, key, "as");
        g_autofree const char **array = words ? g_variant_get_strv(words, NULL) : NULL;

        return array ? g_strjoinv(separator, (char **) array) : g_strdup("");
}
