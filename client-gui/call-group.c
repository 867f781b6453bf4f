/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Equal held calls of one program. */
#include "call-group.h"

#include "dictionary.h"
#include "wording.h"

/* How many of a group keep their own dictionary (their registers differ). */
#define WHOLE_MOST 64u

struct _CallGroup {
        GObject parent;
        char *key;
        GArray *calls; /* of HeldCall */
        GVariant *info;
        char *farewell;
        gint64 born;
};

G_DEFINE_FINAL_TYPE(CallGroup, call_group, G_TYPE_OBJECT)

static guint changed_signal;

static void held_call_clear(gpointer data)
{
        HeldCall *call = data;

        g_clear_pointer(&call->info, g_variant_unref);
}

const char *call_group_key(CallGroup *self)
{
        return self->key;
}

void call_group_add(CallGroup *self, guint64 id, GVariant *info)
{
        HeldCall call = {
                .id = id,
                .pid = (int) dictionary_number(info, "pid", 0),
                .tid = (int) dictionary_number(info, "tid", 0),
                .arrived = g_get_monotonic_time(),
                .since = wording_seconds(dictionary_string(info, "since", NULL),
                                         (double) g_get_real_time() / 1e6),
        };

        if (self->calls->len < WHOLE_MOST)
                call.info = g_variant_ref(info);
        if (!self->calls->len) {
                g_clear_pointer(&self->info, g_variant_unref);
                self->info = g_variant_ref(info);
                self->born = g_get_monotonic_time();
        }
        g_clear_pointer(&self->farewell, g_free);
        g_array_append_val(self->calls, call);
        g_signal_emit(self, changed_signal, 0);
}

gboolean call_group_remove(CallGroup *self, guint64 id, const char *farewell)
{
        guint i = 0;

        while (i < self->calls->len && g_array_index(self->calls, HeldCall, i).id != id)
                i++;
        if (i == self->calls->len)
                return FALSE;
        g_array_remove_index(self->calls, i);
        if (!self->calls->len && farewell)
                self->farewell = g_strdup(farewell);
        else if (self->calls->len && g_array_index(self->calls, HeldCall, 0).info) {
                g_variant_unref(self->info);
                self->info = g_variant_ref(g_array_index(self->calls, HeldCall, 0).info);
        }
        g_signal_emit(self, changed_signal, 0);
        return TRUE;
}

guint call_group_count(CallGroup *self)
{
        return self->calls->len;
}

const HeldCall *call_group_call(CallGroup *self, guint i)
{
        return i < self->calls->len ? &g_array_index(self->calls, HeldCall, i) : NULL;
}

GVariant *call_group_info(CallGroup *self)
{
        return self->info;
}

const char *call_group_farewell(CallGroup *self)
{
        return self->farewell;
}

char *call_group_program(CallGroup *self)
{
        const char *exe = dictionary_string(self->info, "exe", "");
        g_autofree char *base = g_path_get_basename(exe);

        if (*exe)
                return wording_escape(base);
        return wording_escape(dictionary_string(self->info, "comm", "?"));
}

gint64 call_group_born(CallGroup *self)
{
        return self->born;
}

static void call_group_finalize(GObject *object)
{
        CallGroup *self = CALL_GROUP(object);

        g_array_unref(self->calls);
        g_clear_pointer(&self->info, g_variant_unref);
        g_free(self->farewell);
        g_free(self->key);
        G_OBJECT_CLASS(call_group_parent_class)->finalize(object);
}

static void call_group_class_init(CallGroupClass *class)
{
        G_OBJECT_CLASS(class)->finalize = call_group_finalize;
        changed_signal = g_signal_new("changed", CALL_TYPE_GROUP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                      NULL, G_TYPE_NONE, 0);
}

static void call_group_init(CallGroup *self)
{
        self->calls = g_array_new(FALSE, FALSE, sizeof(HeldCall));
        g_array_set_clear_func(self->calls, held_call_clear);
}

CallGroup *call_group_new(const char *key)
{
        CallGroup *self = g_object_new(CALL_TYPE_GROUP, NULL);

        self->key = g_strdup(key);
        return self;
}
