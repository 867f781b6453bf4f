/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All held calls, grouped, following the daemon's signals. */
#include "pending-store.h"

#include <stdint.h>

#include "answer-queue.h"
#include "call-intake.h"
#include "dbus/bus-names.h"
#include "dictionary.h"
#include "wording.h"

/* How long one batch may take before the main loop gets its turn. */
#define BATCH_USEC 6000
/* How long a card that went by itself stays readable. */
#define FAREWELL_USEC 4000000
/* A call that joined its card less than this ago is not what was read there: it waits on. */
#define READ_USEC 500000
/* Past this many places at once the list is told of one change and not of each. */
#define RUNS_EXACT 32u
/* Cards that were answered leave at once, but so often at most: each time the list lays all of its
 * rows out anew. */
#define SWEEP_USEC 200000
/* The same while thousands are answered. */
#define SWEEP_MANY_USEC 1000000

/* Calls that were held before this process listened: asked for jail by jail, since one answer for
 * all might be more than a message may hold. */
typedef struct Listing {
        GQueue jails;    /* ids still to be asked about */
        gboolean asked;  /* an answer is on its way */
        GVariant *calls; /* the last answer, NULL when all of it was taken in */
        gsize taken;
        GHashTable *gone; /* ids that were decided meanwhile: the answer may be older */
} Listing;

struct _PendingStore {
        GObject parent;
        DaemonConnection *connection;
        JailStore *jails;
        CallIntake *intake;        /* NULL while there is no daemon */
        GPtrArray *groups;         /* of CallGroup, what the list shows */
        GHashTable *by_key;        /* key → CallGroup that takes more calls, borrowed */
        GHashTable *by_id;         /* id, in it → HeldCall, borrowed */
        GHashTable *jail_count;    /* jail id → calls held, never 0 */
        GHashTable *changed;       /* of CallGroup, owned: their cards are to be told */
        GHashTable *jails_changed; /* jail ids whose count is to be told */
        GQueue farewells;          /* of Farewell, the next to go first */
        guint farewell_source;
        guint sweep_source;
        gint64 swept;      /* monotonic microseconds */
        guint gone;        /* groups to be swept out of the list */
        guint held_groups; /* groups with calls */
        Listing listing;
        AnswerQueue *answers;
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

static void list_next(PendingStore *self);

static gboolean is_listing(PendingStore *self)
{
        return self->listing.asked || self->listing.calls || self->listing.jails.length;
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

static guint jail_count(PendingStore *self, gsize jail)
{
        return GPOINTER_TO_UINT(g_hash_table_lookup(self->jail_count, GSIZE_TO_POINTER(jail)));
}

static void count_jail(PendingStore *self, guint64 id, int change)
{
        gsize jail = (gsize) id;
        guint count = (guint) MAX((int) jail_count(self, jail) + change, 0);

        if (count)
                g_hash_table_insert(self->jail_count, GSIZE_TO_POINTER(jail),
                                    GUINT_TO_POINTER(count));
        else
                g_hash_table_remove(self->jail_count, GSIZE_TO_POINTER(jail));
        g_hash_table_add(self->jails_changed, GSIZE_TO_POINTER(jail));
        self->total = (guint) MAX((int) self->total + change, 0);
}

/* What a batch has changed is shown once, however many calls it was. */
static void tell_changes(PendingStore *self)
{
        GHashTableIter iter;
        gpointer changed;

        g_hash_table_iter_init(&iter, self->changed);
        while (g_hash_table_iter_next(&iter, &changed, NULL)) {
                call_group_tell(changed);
                g_hash_table_iter_remove(&iter);
        }
        g_hash_table_iter_init(&iter, self->jails_changed);
        while (g_hash_table_iter_next(&iter, &changed, NULL)) {
                JailItem *item = jail_store_find(self->jails, GPOINTER_TO_SIZE(changed));

                if (item)
                        jail_item_set_pending(item, jail_count(self, GPOINTER_TO_SIZE(changed)));
                g_hash_table_iter_remove(&iter);
        }
        g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

/* ---- going ---- */

typedef struct Farewell {
        CallGroup *group; /* owned */
        gint64 over;      /* monotonic microseconds */
} Farewell;

static void farewell_free(Farewell *farewell)
{
        g_object_unref(farewell->group);
        g_free(farewell);
}

static gboolean is_gone(CallGroup *group)
{
        return !call_group_count(group) && !call_group_farewell(group);
}

/* Takes a run of empty groups out of the list. */
static void take_out(PendingStore *self, guint position, guint count)
{
        g_ptr_array_remove_range(self->groups, position, count);
        g_list_model_items_changed(G_LIST_MODEL(self), position, count, 0);
}

/* Takes all empty groups between the first and the last of them out, telling of one change. */
static void take_out_scattered(PendingStore *self, guint first, guint last, guint gone)
{
        guint kept = first, before = self->groups->len;

        for (guint i = first; i < before; i++) {
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

/* Takes empty groups out of the list, exactly where they are few runs, so that the list keeps its
 * place. */
static void sweep(PendingStore *self)
{
        guint runs = 0, first = G_MAXUINT, last = 0, gone = 0;

        if (!self->gone)
                return;
        for (guint i = 0; i < self->groups->len; i++) {
                if (!is_gone(self->groups->pdata[i]))
                        continue;
                runs += !gone || last + 1 != i;
                first = MIN(first, i);
                last = i;
                gone++;
        }
        self->gone = 0;
        self->swept = g_get_monotonic_time();
        if (runs > RUNS_EXACT) {
                take_out_scattered(self, first, last, gone);
                return;
        }
        for (guint end = last + 1; runs; runs--) {
                guint start;

                while (!is_gone(self->groups->pdata[end - 1]))
                        end--;
                for (start = end; start > first && is_gone(self->groups->pdata[start - 1]);)
                        start--;
                take_out(self, start, end - start);
                end = start;
        }
}

static gboolean sweep_now(gpointer data)
{
        PendingStore *self = data;

        self->sweep_source = 0;
        sweep(self);
        return G_SOURCE_REMOVE;
}

static void sweep_soon(PendingStore *self)
{
        gint64 pause = answer_queue_is_long(self->answers) ? SWEEP_MANY_USEC : SWEEP_USEC;
        gint64 left = self->swept + pause - g_get_monotonic_time();

        if (left <= 0)
                sweep(self);
        else if (self->gone && !self->sweep_source)
                self->sweep_source = g_timeout_add((guint) (left / 1000) + 1, sweep_now, self);
}

static gboolean farewells_over(gpointer data);

static void await_farewell(PendingStore *self)
{
        const Farewell *next = g_queue_peek_head(&self->farewells);
        gint64 left = next ? (next->over - g_get_monotonic_time()) / 1000 : 0;

        if (next && !self->farewell_source)
                self->farewell_source =
                        g_timeout_add((guint) MAX(left, 0) + 1, farewells_over, self);
}

static gboolean farewells_over(gpointer data)
{
        PendingStore *self = data;
        Farewell *next;

        self->farewell_source = 0;
        while ((next = g_queue_peek_head(&self->farewells)) &&
               next->over <= g_get_monotonic_time()) {
                call_group_leave(next->group);
                self->gone++;
                farewell_free(g_queue_pop_head(&self->farewells));
        }
        sweep(self);
        await_farewell(self);
        return G_SOURCE_REMOVE;
}

static void part_from(PendingStore *self, CallGroup *group)
{
        Farewell *farewell = g_new0(Farewell, 1);

        farewell->group = g_object_ref(group);
        farewell->over = g_get_monotonic_time() + FAREWELL_USEC;
        g_queue_push_tail(&self->farewells, farewell);
        await_farewell(self);
}

static void take_departure(PendingStore *self, guint64 id, GVariant *info)
{
        HeldCall *call = g_hash_table_lookup(self->by_id, &id);
        gboolean mine = answer_queue_was_mine(self->answers, id);
        g_autofree char *text = NULL;
        CallGroup *group;

        if (is_listing(self))
                g_hash_table_add(self->listing.gone, g_memdup2(&id, sizeof(id)));
        if (!call)
                return;
        group = call->group;
        text = mine ? NULL : wording_farewell(info);
        count_jail(self, SJ_PENDING_JAIL(id), -1);
        g_hash_table_remove(self->by_id, &id);
        call_group_remove(call, text);
        g_hash_table_add(self->changed, g_object_ref(group));
        if (call_group_count(group))
                return;
        self->held_groups--;
        if (g_hash_table_lookup(self->by_key, call_group_key(group)) == group)
                g_hash_table_remove(self->by_key, call_group_key(group));
        if (text)
                part_from(self, group);
        else
                self->gone++;
}

/* ---- coming ---- */

static void take_arrival(PendingStore *self, guint64 id, GVariant *info)
{
        g_autofree char *key = NULL;
        CallGroup *group;
        HeldCall *call;

        if (g_hash_table_contains(self->by_id, &id))
                return;
        key = group_key(info);
        group = g_hash_table_lookup(self->by_key, key);
        if (!group) {
                group = call_group_new(key);
                g_ptr_array_add(self->groups, group);
                g_hash_table_insert(self->by_key, (gpointer) call_group_key(group), group);
                self->held_groups++;
        } else {
                g_hash_table_add(self->changed, g_object_ref(group));
        }
        call = call_group_add(group, id, info);
        g_hash_table_insert(self->by_id, &call->id, call);
        count_jail(self, SJ_PENDING_JAIL(id), 1);
}

static void take_listed(PendingStore *self)
{
        Listing *listing = &self->listing;
        g_autoptr(GVariant) info = g_variant_get_child_value(listing->calls, listing->taken);
        guint64 id = (guint64) dictionary_number(info, "id", 0);

        g_variant_get_data(info); /* apart from the answer, which goes */
        if (!g_hash_table_contains(listing->gone, &id))
                take_arrival(self, id, info);
        if (++listing->taken < g_variant_n_children(listing->calls))
                return;
        g_clear_pointer(&listing->calls, g_variant_unref);
        list_next(self);
}

static void take_event(PendingStore *self, CallEvent *event)
{
        if (event->arrival)
                take_arrival(self, event->id, event->info);
        else
                take_departure(self, event->id, event->info);
        call_event_free(event);
}

static void take_in(gpointer data)
{
        g_autoptr(PendingStore) self = g_object_ref(PENDING_STORE(data));
        gint64 end = g_get_monotonic_time() + BATCH_USEC;
        guint before = self->groups->len;
        CallEvent *event;

        while (g_get_monotonic_time() < end) {
                if (self->listing.calls)
                        take_listed(self);
                else if ((event = call_intake_take(self->intake)))
                        take_event(self, event);
                else
                        break;
        }
        if (self->groups->len > before)
                g_list_model_items_changed(G_LIST_MODEL(self), before, 0,
                                           self->groups->len - before);
        sweep_soon(self);
        tell_changes(self);
        if (self->listing.calls)
                call_intake_wake(self->intake);
}

/* ---- what was held before ---- */

static void pending_listed(GObject *source, GAsyncResult *result, gpointer data)
{
        g_autoptr(PendingStore) self = data;
        g_autoptr(GVariant) calls = NULL;
        g_autoptr(GError) error = NULL;
        gboolean answered =
                seccomp_jail_call_list_pending_finish(SECCOMP_JAIL(source), &calls, result, &error);

        if (SECCOMP_JAIL(source) != daemon_connection_proxy(self->connection) || !self->intake)
                return;
        self->listing.asked = FALSE;
        if (!answered && !wording_error_is(error, "NoSuchJail")) {
                g_autofree char *text = wording_error(error);

                g_signal_emit(self, signals[SIGNAL_FAILED], 0, text);
        }
        if (!answered || !g_variant_n_children(calls)) {
                list_next(self);
                return;
        }
        self->listing.calls = g_steal_pointer(&calls);
        self->listing.taken = 0;
        call_intake_wake(self->intake);
}

static void list_next(PendingStore *self)
{
        Listing *listing = &self->listing;
        SeccompJail *proxy = daemon_connection_proxy(self->connection);

        if (listing->asked || listing->calls)
                return;
        if (!listing->jails.length) {
                g_hash_table_remove_all(listing->gone);
                return;
        }
        listing->asked = TRUE;
        seccomp_jail_call_list_pending(
                proxy, (guint64) GPOINTER_TO_SIZE(g_queue_pop_head(&listing->jails)), DAEMON_CALL,
                NULL, pending_listed, g_object_ref(self));
}

static void jails_changed(GListModel *model, guint position, guint removed, guint added,
                          PendingStore *self)
{
        for (guint i = position; i < position + added; i++) {
                g_autoptr(JailItem) item = g_list_model_get_item(model, i);
                gsize id = (gsize) jail_item_id(item);

                jail_item_set_pending(item, jail_count(self, id));
                if (self->intake && !jail_item_is_ended(item))
                        g_queue_push_tail(&self->listing.jails, GSIZE_TO_POINTER(id));
        }
        if (self->intake)
                list_next(self);
}

static void forget_all(PendingStore *self)
{
        guint count = self->groups->len;

        g_clear_pointer(&self->intake, call_intake_free);
        g_queue_clear_full(&self->farewells, (GDestroyNotify) farewell_free);
        answer_queue_forget(self->answers);
        g_queue_clear(&self->listing.jails);
        g_clear_pointer(&self->listing.calls, g_variant_unref);
        self->listing.asked = FALSE;
        g_hash_table_remove_all(self->listing.gone);
        g_hash_table_remove_all(self->changed);
        g_hash_table_remove_all(self->by_id);
        g_hash_table_remove_all(self->by_key);
        g_hash_table_remove_all(self->jail_count);
        g_ptr_array_set_size(self->groups, 0);
        self->total = self->gone = self->held_groups = 0;
        if (count)
                g_list_model_items_changed(G_LIST_MODEL(self), 0, count, 0);
        g_signal_emit(self, signals[SIGNAL_CHANGED], 0);
}

static void connection_changed(DaemonConnection *connection, PendingStore *self)
{
        GDBusProxy *proxy = G_DBUS_PROXY(daemon_connection_proxy(connection));
        g_autofree char *owner = NULL;

        if (daemon_connection_state(connection) == DAEMON_CONNECTING)
                return;
        forget_all(self);
        if (daemon_connection_state(connection) != DAEMON_READY)
                return;
        owner = g_dbus_proxy_get_name_owner(proxy);
        self->intake = call_intake_new(g_dbus_proxy_get_connection(proxy), owner, take_in, self);
}

/* ---- answering ---- */

static void answer_failed(const char *text, gpointer data)
{
        g_signal_emit(data, signals[SIGNAL_FAILED], 0, text);
}

void pending_store_answer(PendingStore *self, CallGroup *group, GVariant *verdict)
{
        g_autoptr(GVariant) kept = g_variant_ref_sink(verdict);
        const HeldCall *call = call_group_first(group);
        gint64 read = g_get_monotonic_time() - READ_USEC;

        /* They stand in the order of their coming. */
        if (call && call->arrived > read)
                read = G_MAXINT64;
        for (; call && call->arrived <= read; call = held_call_next(call))
                answer_queue_put(self->answers, call->id, kept);
        answer_queue_send(self->answers);
}

void pending_store_expect(PendingStore *self, guint64 id)
{
        answer_queue_expect(self->answers, id);
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
        const HeldCall *call = g_hash_table_lookup(self->by_id, &id);

        return call ? call->group : NULL;
}

guint pending_store_programs(PendingStore *self)
{
        return g_hash_table_size(self->jail_count);
}

guint pending_store_groups(PendingStore *self)
{
        return self->held_groups;
}

/* ---- object ---- */

static void pending_store_finalize(GObject *object)
{
        PendingStore *self = PENDING_STORE(object);

        g_clear_pointer(&self->intake, call_intake_free);
        g_clear_handle_id(&self->farewell_source, g_source_remove);
        g_clear_handle_id(&self->sweep_source, g_source_remove);
        g_queue_clear_full(&self->farewells, (GDestroyNotify) farewell_free);
        g_queue_clear(&self->listing.jails);
        g_clear_pointer(&self->listing.calls, g_variant_unref);
        g_hash_table_unref(self->listing.gone);
        g_hash_table_unref(self->changed);
        g_hash_table_unref(self->jails_changed);
        answer_queue_free(self->answers);
        g_hash_table_unref(self->by_key);
        g_hash_table_unref(self->by_id);
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
        self->by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
        self->jail_count = g_hash_table_new(NULL, NULL);
        self->changed = g_hash_table_new_full(NULL, NULL, g_object_unref, NULL);
        self->jails_changed = g_hash_table_new(NULL, NULL);
        self->listing.gone = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        g_queue_init(&self->listing.jails);
        g_queue_init(&self->farewells);
}

PendingStore *pending_store_new(DaemonConnection *connection, JailStore *jails)
{
        PendingStore *self = g_object_new(PENDING_TYPE_STORE, NULL);

        self->connection = g_object_ref(connection);
        self->answers = answer_queue_new(connection, answer_failed, self);
        self->jails = g_object_ref(jails);
        g_signal_connect_object(connection, "changed", G_CALLBACK(connection_changed), self, 0);
        g_signal_connect_object(jail_store_model(jails), "items-changed", G_CALLBACK(jails_changed),
                                self, 0);
        return self;
}
