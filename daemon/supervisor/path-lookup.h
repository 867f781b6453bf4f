/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Resolving a path where a server may have to be asked, which may be dead: an errand does it.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "supervisor/errand.h"

/* What is asked. */
typedef struct PathQuestion {
        pid_t pid, tid;
        int dirfd, follow;
        char *path; /* owned; NULL: nothing is asked */
} PathQuestion;

/* The thread that looks it up; `wake` as for an errand. -EBUSY when too many are under way. */
int path_lookup_start(const PathQuestion *question, int wake, Errand **ret);
/* The answer of one that is done, as resolve_path()'s. Leaves it. */
int path_lookup_answer(Errand *errand, char **ret);

/* Waits for the answer: -ETIMEDOUT after `usec`; -EBUSY. */
int path_lookup_bounded(const PathQuestion *question, uint64_t usec, char **ret);
