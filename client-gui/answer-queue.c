/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers on their way to the daemon. */
#include "answer-queue.h"

#include "wording.h"

/* Answers that are under way at once. */
#define SENT_MOST 512u

struct AnswerQueue {
        DaemonConnection *connection;
        AnswerFailed failed; /* NULL once freed */
        gpointer data;
        GQueue answers;   /* of Answer, not yet sent */
        GHashTable *mine; /* ids answered here that are not gone yet */
        guint sent;       /* not yet replied to */
};

typedef struct Answer {
        AnswerQueue *queue; /* a reference, once it is sent */
        guint64 id;
        GVariant *verdict;
} Answer;

static void answer_free(Answer *answer)
{
        g_variant_unref(answer->verdict);
        g_free(answer);
}

static void clear(gpointer data)
{
        AnswerQueue *self = data;

        g_queue_clear_full(&self->answers, (GDestroyNotify) answer_free);
        g_hash_table_unref(self->mine);
        g_object_unref(self->connection);
}

static void answered(GObject *source, GAsyncResult *result, gpointer data)
{
        Answer *answer = data;
        AnswerQueue *self = answer->queue;
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) outcome = NULL;

        self->sent--;
        if (!seccomp_jail_call_decide_finish(SECCOMP_JAIL(source), &outcome, result, &error)) {
                g_autofree char *text = wording_error(error);

                g_hash_table_remove(self->mine, &answer->id);
                if (self->failed)
                        self->failed(text, self->data);
        }
        answer_queue_send(self);
        answer_free(answer);
        g_rc_box_release_full(self, clear);
}

void answer_queue_send(AnswerQueue *self)
{
        SeccompJail *proxy = daemon_connection_proxy(self->connection);
        Answer *answer;

        while (self->failed && self->sent < SENT_MOST &&
               (answer = g_queue_pop_head(&self->answers))) {
                answer->queue = g_rc_box_acquire(self);
                answer_queue_expect(self, answer->id);
                self->sent++;
                seccomp_jail_call_decide(proxy, answer->id, answer->verdict, DAEMON_CALL, NULL,
                                         answered, answer);
        }
}

void answer_queue_put(AnswerQueue *self, guint64 id, GVariant *verdict)
{
        Answer *answer = g_new0(Answer, 1);

        answer->id = id;
        answer->verdict = g_variant_ref(verdict);
        g_queue_push_tail(&self->answers, answer);
}

void answer_queue_expect(AnswerQueue *self, guint64 id)
{
        g_hash_table_add(self->mine, g_memdup2(&id, sizeof(id)));
}

gboolean answer_queue_was_mine(AnswerQueue *self, guint64 id)
{
        return g_hash_table_remove(self->mine, &id);
}

gboolean answer_queue_is_long(const AnswerQueue *self)
{
        return self->answers.length > SENT_MOST;
}

void answer_queue_forget(AnswerQueue *self)
{
        g_queue_clear_full(&self->answers, (GDestroyNotify) answer_free);
        g_hash_table_remove_all(self->mine);
}

AnswerQueue *answer_queue_new(DaemonConnection *connection, AnswerFailed failed, gpointer data)
{
        AnswerQueue *self = g_rc_box_new0(AnswerQueue);

        self->connection = g_object_ref(connection);
        self->failed = failed;
        self->data = data;
        self->mine = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
        g_queue_init(&self->answers);
        return self;
}

void answer_queue_free(AnswerQueue *self)
{
        if (!self)
                return;
        self->failed = NULL;
        g_rc_box_release_full(self, clear);
}
