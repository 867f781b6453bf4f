/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers on their way to the daemon: so many at once that it is busy, and the rest in order. Knows
 * which calls were answered here.
 */
#pragma once

#include "daemon-connection.h"

typedef struct AnswerQueue AnswerQueue;

/* An answer did not go through; `text` is a sentence. */
typedef void (*AnswerFailed)(const char *text, gpointer data);

AnswerQueue *answer_queue_new(DaemonConnection *connection, AnswerFailed failed, gpointer data);
/* `failed` is not called any more. NULL is fine. */
void answer_queue_free(AnswerQueue *self);

void answer_queue_put(AnswerQueue *self, guint64 id, GVariant *verdict);
/* Sends what was put. */
void answer_queue_send(AnswerQueue *self);
/* Call `id` is being answered here by another way. */
void answer_queue_expect(AnswerQueue *self, guint64 id);
/* Whether `id` was answered here; forgets it. */
gboolean answer_queue_was_mine(AnswerQueue *self, guint64 id);
/* Whether more wait to be sent than are under way. */
gboolean answer_queue_is_long(const AnswerQueue *self);
/* The daemon is gone: nothing is sent any more of what was put. */
void answer_queue_forget(AnswerQueue *self);
