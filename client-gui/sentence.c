/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plain sentence of a call, filled in in the person's language. */
#include "sentence.h"

#include <glib/gi18n.h>
#include <string.h>

#include "dictionary.h"
#include "sentence-templates.h"
#include "wording.h"

const char *sentence_client_template(size_t index, const char **ret_id)
{
        if (index >= G_N_ELEMENTS(sentence_templates))
                return NULL;
        *ret_id = sentence_templates[index].id;
        return sentence_templates[index].format;
}

static const char *template_of(const char *id)
{
        for (size_t i = 0; i < G_N_ELEMENTS(sentence_templates); i++)
                if (g_strcmp0(sentence_templates[i].id, id) == 0)
                        return _(sentence_templates[i].format);
        return NULL;
}

/* A path in the person's home as people write it: "~/test". */
static char *shorten_home(const char *raw)
{
        const char *home = g_get_home_dir();
        size_t length = strlen(home);
        g_autofree char *shown = NULL;

        if (length < 2 || strncmp(raw, home, length) != 0 || raw[length] != '/')
                return wording_escape(raw);
        shown = wording_escape(raw + length);
        return g_strconcat("~", shown, NULL);
}

static void append_part(GString *text, PangoAttrList *bold, GVariant *parts, const char *key)
{
        g_autofree char *shown = NULL;
        PangoAttribute *attribute;
        const char *raw = NULL;

        g_variant_lookup(parts, key, "&s", &raw);
        shown = shorten_home(raw ? raw : "?");
        attribute = pango_attr_weight_new(PANGO_WEIGHT_BOLD);
        attribute->start_index = (guint) text->len;
        g_string_append(text, shown);
        attribute->end_index = (guint) text->len;
        pango_attr_list_insert(bold, attribute);
}

static char *fill(const char *format, GVariant *parts, PangoAttrList *bold)
{
        GString *text = g_string_new(NULL);

        while (*format) {
                const char *end = g_str_has_prefix(format, "%{") ? strchr(format, '}') : NULL;
                g_autofree char *key = NULL;

                if (!end) {
                        g_string_append_c(text, *format++);
                        continue;
                }
                key = g_strndup(format + 2, (gsize) (end - format - 2));
                append_part(text, bold, parts, key);
                format = end + 1;
        }
        return g_string_free(text, FALSE);
}

char *sentence_of_call(GVariant *call, PangoAttrList **ret_attributes)
{
        g_autoptr(GVariant) parts = dictionary_container(call, "parts", "a{ss}");
        const char *format = template_of(dictionary_string(call, "sentence-id", NULL));
        g_autoptr(PangoAttrList) bold = pango_attr_list_new();
        char *text;

        if (format && parts)
                text = fill(format, parts, bold);
        else
                text = wording_escape(dictionary_string(
                        call, "sentence", dictionary_string(call, "text", _("a system call"))));
        if (ret_attributes)
                *ret_attributes = g_steal_pointer(&bold);
        return text;
}
