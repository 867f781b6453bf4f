/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All held calls, grouped, following the daemon's signals. */
#include "pending-store.h"

#include <glib/gi18n.h>
#include <pwd.h>
#include <unistd.h>

#include "dbus/bus-names.h"
#include "dictionary.h"
#include "wording.h"

/* How long one batch may take before the main loop gets its turn. */
#define BATCH_USEC 6000
/* How long a card that went by itself stays readable. */
#define FAREWELL_MSEC 4000u
/* Answers that are under way at once. */
#define ANSWERS_MOST 128u
/* A call that joined its card less than this ago is not what was read there: it waits on. */
#define READ_USEC 500000
/* Past this many removals at once the list is told of one change and not of each. */
#define REMOVALS_EXACT 32u

typedef struct Event {
        guint64 id;
        GVariant *info;
        gboolean arrival; /* else a departure */
} Event;

typedef struct Answer {
        guint64 id;
        GVariant *verdict;
} Answer;

struct _PendingStore {
        GObject parent;
        DaemonConnection *connection;
        JailStore *jails;
        GPtrArray *groups;      /* of CallGroup, what the list shows */
        GHashTable *by_key;     /* key → CallGroup that takes more calls, borrowed */
        GHashTable *by_id;      /* id → CallGroup, borrowed */
        GHashTable *mine;       /* ids this process answered: they go without a farewell */
        GHashTable *jail_count; /* jail id → calls held */
        GQueue arrivals;        /* of Event, signals not yet taken in */
        GQueue answers;         /* of Answer, not yet sent */
        guint answers_sent;
        guint idle;
        guint total;
};

static void list_model_init(GListModelInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(PendingStore, pending_store, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(G_TYPE_LIST_MODEL, list_model_init))

enum { SIGNAL_CHANGED, SIGNAL_FAILED, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

static GType get_item_type(GListModel *model)
{
        return CALL_TYPE_GROUP;
}

static guint get_n_items(GListModel *model)
{
        return PENDING_STORE(model)->groups->len;
}

static gpointer get_item(GListModel *model, guint position)
{
        PendingStore *self = PENDING_STORE(model);

        return position < self->groups->len ? g_object_ref(self->groups->pdata[position]) : NULL;
}

static void list_model_init(GListModelInterface *interface)
{
        interface->get_item_type = get_item_type;
        interface->get_n_items = get_n_items;
        interface->get_item = get_item;
}

static void event_free(Event *event)
{
        g_variant_unref(event->info);
        g_free(event);
}

static void answer_free(Answer *answer)
{
        g_variant_unref(answer->verdict);
        g_free(answer);
}

static char *group_key(GVariant *info)
{
        return g_strdup_printf(
                "%" G_GINT64_FORMAT "\n%s\n%s\n%s\n%" G_GINT64_FORMAT,
                dictionary_number(info, "jail", 0), dictionary_string(info, "exe", ""),
                dictionary_string(info, "comm", ""), dictionary_string(info, "text", ""),
                dictionary_number(info, "rule", 0));
}

/* ---- what the side list shows ---- */

static void count_jail(PendingStore *self, guint64 jail, int change)
{
        guint count = GPOINTER_TO_UINT(
                g_hash_table_lookup(self->jail_count, GSIZE_TO_POINTER((gsize) jail)));
        JailItem *item = jail_store_find(self->jails, jail);

        count = (guint) MAX((int) count + change, 0);
        g_hash_table_insert(self->jail_count, GSIZE_TO_POINTER((gsize) jail),
                            GUINT_TO_POINTER(count));
        self->total = (guint) MAX((int) self->total + change, 0);
        if (item)
                jail_item_set_pending(item, count);
}

static void jails_changed(GListModel *model, guint position, guint removed, guint added,
                          PendingStore *self)
{
        for (guint i = position; i < position + added; i++) {
                g_autoptr(JailItem) item = g_list_model_get_item(model, i);
                gsize id = (gsize) jail_item_id(item);

                jail_item_set_pending(item, GPOINTER_TO_UINT(g_hash_table_lookup(
                                                    self->jail_count, GSIZE_TO_POINTER(id))));
        }
}

/* ---- going ---- */

static gboolean is_gone(CallGroup *group)
{
        return !call_group_count(group) && !call_group_farewell(group);
}

/* Takes empty groups out of the list. */
static void sweep(PendingStore *self)
{
        guint before = self->groups->len, kept = 0, first = G_MAXUINT, last = 0, gone = 0;

        for (guint i = 0; i < before; i++) {
                if (!is_gone(self->groups->pdata[i]))
                        continue;
                first = MIN(first, i);
                last = i;
                gone++;
        }
        if (!gone)
                return;
        if (gone <= REMOVALS_EXACT) {
                for (guint i = last + 1; i-- > first;) {
                        if (!is_gone(self->groups->pdata[i]))
                                continue;
                        g_ptr_array_remove_index(self->groups, i);
                        g_list_model_items_changed(G_LIST_MODEL(self), i, 1, 0);
                }
                return;
        }
        for (guint i = 0; i < before; i++) {
                CallGroup *group = self->groups->pdata[i];

                if (is_gone(group))
                        g_object_unref(group);
                else
                        self->groups->pdata[kept++] = group;
        }
        g_ptr_array_set_free_func(self->groups, NULL);
        g_ptr_array_set_size(self->groups, (int) kept);
        g_ptr_array_set_free_func(self->groups, g_object_unref);
        g_list_model_items_changed(G_LIST_MODEL(self), first, last - first + 1,
                                   last - first + 1 - gone);
}

typedef struct Farewell {
        GWeakRef store;
        CallGroup *group;
} Farewell;

static gboolean farewell_over(gpointer data)
{
        Farewell *farewell = data;
        g_autoptr(PendingStore) self = g_weak_ref_get(&farewell->store);
        guint position;

        if (self && !call_group_count(farewell->group) &&
            g_ptr_array_find(self->groups, farewell->group, &position)) {
                g_ptr_array_remove_index(self->groups, position);
                g_list_model_items_changed(G_LIST_MODEL(self), position, 1, 0);
        }
        g_weak_ref_clear(&farewell->store);
        g_object_unref(farewell->group);
        g_free(farewell);
        return G_SOURCE_REMOVE;
}

static void part_from(PendingStore *self, CallGroup *group)
{
        Farewell *farewell = g_new0(Farewell, 1);

        g_weak_ref_init(&farewell->store, self);
        farewell->group = g_object_ref(group);
        g_timeout_add(FAREWELL_MSEC, farewell_over, farewell);
}

static char *farewell_text(GVariant *info)
{
        const char *action = dictionary_string(info, "action", "gone");
        const char *by = dictionary_string(info, "by", "");
        gint64 who = dictionary_number(info, "who", -1);
        g_autofree char *answer = wording_answer(action);
        struct passwd *user = who >= 0 ? getpwuid((uid_t) who) : NULL;

        if (g_strcmp0(action, "gone") == 0)
                return g_strdup(_("Ended while you were deciding"));
        if (g_strcmp0(by, "timeout") == 0)
                return g_strdup_printf(_("Nobody answered in time: %s"), answer);
        if (user && (uid_t) who != getuid())
                return g_strdup_printf(_("Answered by %s: %s"), user->pw_name, answer);
        if (g_strcmp0(by, "user") == 0)
                return g_strdup_printf(_("Answered in another window or terminal: %s"), answer);
        return g_strdup_printf(_("Answered by %s: %s"), wording_by(by), answer);
}

static void take_departure(PendingStore *self, guint64 id, GVariant *info)
{
        CallGroup *group = g_hash_table_lookup(self->by_id, &id);
        gboolean mine = g_hash_table_remove(self->mine, &id);
        g_autofree char *text = mine ? NULL : farewell_text(info);
        g_autoptr(CallGroup) kept = NULL;

        if (!group)
                return;
        kept = g_object_ref(group);
        count_jail(self, (guint64) dictionary_number(call_group_info(group), "jail", 0), -1);
        g_hash_table_remove(self->by_id, &id);
        call_group_remove(group, id, text);
        if (call_group_count(group))
                return;
        if (g_hash_table_lookup(self->by_key, call_group_key(group)) == group)
                g_hash_table_remove(self->by_key, call_group_key(group));
        if (text)
                part_from(self, group);
}

/* ---- coming ---- */

static void take_arrival(PendingStore *self, guint64 id, GVariant *info)
{
        g_autofree char *key = NULL;
        CallGroup *group;

        if (g_hash_table_contains(self->by_id, &id))
                return;
        key = group_key(info);
        group = g_hash_table_lookup(self->by_key, key);
        if (!group) {
                group = call_group_new(key);
                g_ptr_array_add(self->groups, group);
                g_hash_table_insert(self->by_key, (gpointer) call_group_key(group), group);
        }
        call_group_add(group, id, info);
        g_hash_table_insert(self->by_id, g_memdup2(&id, sizeof(id)), group);
        count_jail(self, (guint64) dictionary_number(info, "jail", 0), 1);
}

static gboolean take_in(gpointer data)
{
        g_autoptr(PendingStore) self = g_object_ref(PENDING_STORE(data));
        gint64 end = g_get_monotonic_time() + BATCH_USEC;
        guint before = self->groups->len;
        Event *event;

        while (g_get_monotonic_time() < end && (event = g_queue_pop_head(&self->arrivals))) {
                if (event->arrival)
                        take_arrival(self, event->id, event->info);
                else
                        take_departure(self, event->id, event->info);
                event_free(event);
        }
        if (self->groups->len > before)
                g_list_model_items_changed(G_LIST_MODEL(self), before, 0,
                                           self->groups->len - before);
        sweep(self);
        g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
        if (self->arrivals.length)
                return G_SOURCE_CONTINUE;
        self->idle = 0;
        return G_SOURCE_REMOVE;
}

static void enqueue(PendingStore *self, guint64 id, GVariant *info, gboolean arrival)
{
        Event *event = g_new0(Event, 1);

        event->id = id;
        event->info = g_variant_ref(info);
        event->arrival = arrival;
        g_queue_push_tail(&self->arrivals, event);
        if (!self->idle)
                self->idle = g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, take_in, self, NULL);
}

static void syscall_pending(SeccompJail *proxy, guint64 id, GVariant *info, PendingStore *self)
{
        enqueue(self, id, info, TRUE);
}

static void syscall_decided(SeccompJail *proxy, guint64 id, GVariant *info, PendingStore *self)
{
        enqueue(self, id, info, FALSE);
}

static void pending_listed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(PendingStore) self = data;
        g_autoptr(GVariant) calls = NULL;

        if (!seccomp_jail_call_list_pending_finish(SECCOMP_JAIL(source), &calls, result, NULL))
                return;
        for (gsize i = 0; i < g_variant_n_children(calls); i++) {
                g_autoptr(GVariant) info = g_variant_get_child_value(calls, i);

                enqueue(self, (guint64) dictionary_number(info, "id", 0), info, TRUE);
        }
}

static void forget_all(PendingStore *self)
{
        guint count = self->groups->len;

        g_queue_clear_full(&self->arrivals, (GDestroyNotify) event_free);
        g_queue_clear_full(&self->answers, (GDestroyNotify) answer_free);
        g_hash_table_remove_all(self->by_id);
        g_hash_table_remove_all(self->by_key);
        g_hash_table_remove_all(self->mine);
        g_hash_table_remove_all(self->jail_count);
        g_ptr_array_set_size(self->groups, 0);
        self->total = 0;
        if (count)
                g_list_model_items_changed(G_LIST_MODEL(self), 0, count, 0);
        g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

static void connection_changed(DaemonConnection *connection, PendingStore *self)
{
        SeccompJail *proxy = daemon_connection_proxy(connection);

        if (daemon_connection_state(connection) == DAEMON_LOST && self->groups->len)
                forget_all(self);
        if (daemon_connection_state(connection) != DAEMON_READY)
                return;
        forget_all(self);
        g_signal_connect_object(proxy, "syscall-pending", G_CALLBACK(syscall_pending), self, 0);
        g_signal_connect_object(proxy, "syscall-decided", G_CALLBACK(syscall_decided), self, 0);
        seccomp_jail_call_list_pending(proxy, 0, DAEMON_CALL, NULL, pending_listed,
                                       g_object_ref(self));
}

/* ---- answering ---- */

static void send_answers(PendingStore *self);

typedef struct Sent {
        PendingStore *self;
        guint64 id;
} Sent;

static void answered(GObject *source, GAsyncResult *result, gpointer data)
{
        Sent *sent = data;
        PendingStore *self = sent->self;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) outcome = NULL;

        self->answers_sent--;
        if (!seccomp_jail_call_decide_finish(SECCOMP_JAIL(source), &outcome, result, &error)) {
                g_autofree char *text = wording_error(error);

                g_hash_table_remove(self->mine, &sent->id);
                g_signal_emit(self, signals[SIGNAL_FAILED], 0, text);
        }
        send_answers(self);
        g_object_unref(self);
        g_free(sent);
}

static void send_answers(PendingStore *self)
{
        Answer *answer;

        while (self->answers_sent < ANSWERS_MOST && (answer = g_queue_pop_head(&self->answers))) {
                Sent *sent = g_new0(Sent, 1);

                sent->self = g_object_ref(self);
                sent->id = answer->id;
                g_hash_table_add(self->mine, g_memdup2(&answer->id, sizeof(answer->id)));
                self->answers_sent++;
                seccomp_jail_call_decide(daemon_connection_proxy(self->connection), answer->id,
                                         answer->verdict, DAEMON_CALL, NULL, answered, sent);
                answer_free(answer);
        }
}

void pending_store_answer(PendingStore *self, CallGroup *group, GVariant *verdict)
{
        g_autoptr(GVariant) kept = g_variant_ref_sink(verdict);
        const HeldCall *call = call_group_call(group, 0);
        gint64 read = g_get_monotonic_time() - READ_USEC;

        /* They stand in the order of their coming. */
        if (call && call->arrived > read)
                read = G_MAXINT64;
        for (guint i = 0; (call = call_group_call(group, i)) && call->arrived <= read; i++) {
                Answer *answer = g_new0(Answer, 1);

                answer->id = call->id;
                answer->verdict = g_variant_ref(kept);
                g_queue_push_tail(&self->answers, answer);
        }
        send_answers(self);
}

void pending_store_expect(PendingStore *self, guint64 id)
{
        g_hash_table_add(self->mine, g_memdup2(&id, sizeof(id)));
}

GVariant *pending_store_verdict(const char *action)
{
        return g_variant_new_parsed("{'action': <%s>}", action);
}

guint pending_store_total(PendingStore *self)
{
        return self->total;
}

CallGroup *pending_store_find(PendingStore *self, guint64 id)
{
        return g_hash_table_lookup(self->by_id, &id);
}

/* ---- object ---- */

static void pending_store_finalize(GObject *object)
{
        PendingStore *self = PENDING_STORE(object);

        g_clear_handle_id(&self->idle, g_source_remove);
        g_queue_clear_full(&self->arrivals, (GDestroyNotify) event_free);
        g_queue_clear_full(&self->answers, (GDestroyNotify) answer_free);
        g_hash_table_unref(self->by_key);
        g_hash_table_unref(self->by_id);
        g_hash_table_unref(self->mine);
        g_hash_table_unref(self->jail_count);
        g_ptr_array_unref(self->groups);
        g_object_unref(self->connection);
        g_object_unref(self->jails);
        G_OBJECT_CLASS(pending_store_parent_class)->finalize(object);
}

static void pending_store_class_init(PendingStoreClass *class)
{
        G_OBJECT_CLASS(class)->finalize = pending_store_finalize;
        signals[SIGNAL_CHANGED] = g_signal_new("changed", PENDING_TYPE_STORE, G_SIGNAL_RUN_LAST, 0,
                                               NULL, NULL, NULL, G_TYPE_NONE, 0);
        signals[SIGNAL_FAILED] = g_signal_new("failed", PENDING_TYPE_STORE, G_SIGNAL_RUN_LAST, 0,
                                              NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void pending_store_init(PendingStore *self)
{
        self->groups = g_ptr_array_new_with_free_func(g_object_unref);
        self->by_key = g_hash_table_new(g_str_hash, g_str_equal);
        self->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        self->mine = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        self->jail_count = g_hash_table_new(NULL, NULL);
        g_queue_init(&self->arrivals);
        g_queue_init(&self->answers);
}

PendingStore *pending_store_new(DaemonConnection *connection, JailStore *jails)
{
        PendingStore *self = g_object_new(PENDING_TYPE_STORE, NULL);

        self->connection = g_object_ref(connection);
        self->jails = g_object_ref(jails);
        g_signal_connect_object(connection, "changed", G_CALLBACK(connection_changed), self, 0);
        g_signal_connect_object(jail_store_model(jails), "items-changed", G_CALLBACK(jails_changed),
                                self, 0);
        return self;
}
