/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The made-up part of an answer: output buffers, fields of structures, a result changed after the
 * call. */
#pragma once

#include "supervisor/answer.h"

/* The index of an argument by name or number; -EINVAL with a sentence. */
int answer_argument_index(const SyscallEntry *entry, const char *argument, Problem *problem);

/* Whether every buffer can be written as the answer wants it. Changes nothing. */
int answer_result_check(PendingCall *pending, const Answer *answer, Problem *problem);

/* Writes them (RETURN), or keeps them for the call's exit (ALLOW with after-…). */
int answer_result_write(PendingCall *pending, const Answer *answer, Problem *problem);
