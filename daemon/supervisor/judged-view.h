/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A caller as one judgement sees it: a path is resolved once, so that the rules, the person and the
 * check afterwards speak of the same file even while somebody exchanges links and directories on
 * the way.
 */
#pragma once

#include "supervisor/tracee.h"

#define JUDGED_PATHS_MAX 4

typedef struct JudgedPath {
        int dirfd, follow;
        char *path;     /* as the caller gave it; owned */
        char *resolved; /* owned; NULL when it could not be resolved */
        int error;      /* then: why */
} JudgedPath;

typedef struct JudgedView {
        TraceeView tracee;
        CallerView caller; /* to be handed to decoders and rules */
        JudgedPath paths[JUDGED_PATHS_MAX];
        unsigned count;
        const char *instead; /* every path leads here: judging what was opened; borrowed, NULL for
                                none */
} JudgedView;

/* Points into `view` itself: it must not be moved. */
void judged_view_init(JudgedView *view, const Tracee *tracee);
void judged_view_release(JudgedView *view);
