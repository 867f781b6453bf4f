/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A caller as one judgement sees it: a path is resolved once, so that the rules, the person and the
 * check afterwards speak of the same file even while somebody exchanges links and directories on
 * the way. Its memory is read by whole pages, each once, which is no dearer than a few bytes.
 */
#pragma once

#include "supervisor/known-paths.h"
#include "supervisor/tracee.h"

#define JUDGED_PAGES_MAX  4 /* of the program's memory that are kept */
#define JUDGED_PAGE_BYTES 4096

typedef struct JudgedDescriptor {
        int fd;
        char *name; /* as CallerView describes it; owned; NULL for none */
} JudgedDescriptor;

/* As it was when it was first looked at. */
typedef struct JudgedPage {
        uint64_t address;
        unsigned char bytes[JUDGED_PAGE_BYTES];
} JudgedPage;

typedef struct JudgedView {
        TraceeView tracee;
        CallerView caller; /* to be handed to decoders and rules */
        KnownPaths paths;
        const char *instead; /* every path leads here: judging what was opened; borrowed, NULL for
                                none */
        bool for_record; /* nobody judges by it any more: a path's name is enough that is as good
                            as what the record says anyway */
        JudgedDescriptor descriptor; /* the last one that was described */
        unsigned page_count;
        JudgedPage pages[JUDGED_PAGES_MAX]; /* only what page_count says is set */
} JudgedView;

/* Points into `view` itself: it must not be moved. */
void judged_view_init(JudgedView *view, const Tracee *tracee);
void judged_view_release(JudgedView *view);

/* The path that the caller gave, when it is the very one that it leads to; NULL otherwise. */
const char *judged_view_plain_path(const JudgedView *view);
