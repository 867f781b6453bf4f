/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that grow from answers: what `remember` stands for, and what it would have matched so far.
 */
#pragma once

#include "supervisor/answer.h"

/* Makes the rule and puts it first. -EINVAL with a sentence when the answer is none that a rule can
 * repeat, -EPERM. */
int answer_remember(PendingCall *pending, const Answer *answer, size_t *ret_number,
                    Problem *problem);

/* Calls of the log that a `remember` would have matched, and how they ended. */
typedef struct AnswerPreview {
        uint64_t of; /* records looked at: all, or the newest of a long log */
        uint64_t matched, succeeded, failed, refused;
} AnswerPreview;

int answer_preview(const PendingCall *pending, const Answer *answer, AnswerPreview *ret);
