/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The made-up part of an answer: output buffers, fields of structures, a result changed after the
 * call. Made ready with every check first; nothing is changed before it is put into effect. */
#pragma once

#include "supervisor/answer.h"
#include "supervisor/result-bytes.h"

typedef struct AnswerResult {
        ResultBytes bytes; /* RETURN: what the buffers shall hold */
        Action *after;     /* ALLOW: what is changed at the exit; owned, NULL for nothing */
} AnswerResult;

/* -EINVAL, -ENOSPC, -EFAULT with a sentence that names the argument. */
int answer_result_prepare(const PendingCall *pending, const Answer *answer, AnswerResult *ret,
                          Problem *problem);

/* What the answer does to the result, as a rule's action says it: added to `action`. -EINVAL with a
 * sentence, -ENOMEM. */
int answer_result_action(const Answer *answer, Action *action, Problem *problem);

/* Writes the bytes, or keeps the change for the call's exit. -EFAULT: nothing was written. */
int answer_result_apply(PendingCall *pending, AnswerResult *result, Problem *problem);

void answer_result_release(AnswerResult *result);
