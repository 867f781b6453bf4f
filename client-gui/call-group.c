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
        GQueue calls; /* of HeldCall, linked in themselves */
        GVariant *info;
        char *farewell;
        gint64 born;
};

G_DEFINE_FINAL_TYPE(CallGroup, call_group, G_TYPE_OBJECT)

static guint changed_signal;

static void held_call_free(HeldCall *call)
{
        g_clear_pointer(&call->info, g_variant_unref);
        g_free(call);
}

const char *call_group_key(CallGroup *self)
{
        return self->key;
}

HeldCall *call_group_add(CallGroup *self, guint64 id, GVariant *info)
{
        HeldCall *call = g_new0(HeldCall, 1);

        call->id = id;
        call->group = self;
        call->pid = (int) dictionary_number(info, "pid", 0);
        call->tid = (int) dictionary_number(info, "tid", 0);
        call->arrived = g_get_monotonic_time();
        call->since = wording_seconds(dictionary_string(info, "since", NULL),
                                      (double) g_get_real_time() / 1e6);
        call->link.data = call;
        if (self->calls.length < WHOLE_MOST)
                call->info = g_variant_ref(info);
        if (!self->info) {
                self->info = g_variant_ref(info);
                self->born = call->arrived;
        }
        g_queue_push_tail_link(&self->calls, &call->link);
        return call;
}

void call_group_remove(HeldCall *call, const char *farewell)
{
        CallGroup *self = call->group;
        const HeldCall *first;

        g_queue_unlink(&self->calls, &call->link);
        held_call_free(call);
        first = call_group_first(self);
        if (!first) {
                self->farewell = g_strdup(farewell);
        } else if (first->info && first->info != self->info) {
                g_variant_unref(self->info);
                self->info = g_variant_ref(first->info);
        }
}

void call_group_leave(CallGroup *self)
{
        g_clear_pointer(&self->farewell, g_free);
}

void call_group_tell(CallGroup *self)
{
        g_signal_emit(self, changed_signal, 0);
}

guint call_group_count(CallGroup *self)
{
        return self->calls.length;
}

const HeldCall *call_group_first(CallGroup *self)
{
        return self->calls.head ? self->calls.head->data : NULL;
}

const HeldCall *held_call_next(const HeldCall *call)
{
        return call->link.next ? call->link.next->data : NULL;
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
        HeldCall *call;

        while ((call = (HeldCall *) call_group_first(self))) {
                g_queue_unlink(&self->calls, &call->link);
                held_call_free(call);
        }
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
        g_queue_init(&self->calls);
}

CallGroup *call_group_new(const char *key)
{
        CallGroup *self = g_object_new(CALL_TYPE_GROUP, NULL);

        self->key = g_strdup(key);
        return self;
}
