/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/path-lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "supervisor/resolve-path.h"

/* Looked up at once in a jail, dead ones included; past it no server is asked any more. */
#define LOOKUPS_MAX 64u

typedef struct PathLookup {
        PathQuestion question;
        int r;
        char *resolved;
} PathLookup;

static void lookup_run(void *data)
{
        PathLookup *lookup = data;
        const PathQuestion *question = &lookup->question;

        lookup->r = resolve_path(question->pid, question->tid, question->dirfd, question->path,
                                 question->follow, &lookup->resolved);
}

static void lookup_free(void *data)
{
        PathLookup *lookup = data;

        free(lookup->question.path);
        free(lookup->resolved);
        free(lookup);
}

static ErrandKind lookups = {.run = lookup_run, .release = lookup_free, .limit = LOOKUPS_MAX};

int path_lookup_start(const PathQuestion *question, int wake, Errand **ret)
{
        PathLookup *lookup = calloc(1, sizeof(*lookup));
        int r = -ENOMEM;

        if (!lookup)
                return r;
        lookup->question = *question;
        lookup->question.path = strdup(question->path);
        lookup->r = -EBUSY; /* unless it runs */
        if (lookup->question.path)
                r = wake < 0 ? errand_start(&lookups, lookup, -1, ret)
                             : errand_start_waking(&lookups, lookup, wake, ret);
        if (r < 0)
                lookup_free(lookup);
        return r;
}

int path_lookup_answer(Errand *errand, char **ret)
{
        PathLookup *lookup = errand_data(errand);
        int r = lookup->r;

        if (r == 0)
                *ret = TAKE_PTR(lookup->resolved);
        errand_leave(errand);
        return r;
}

int path_lookup_bounded(const PathQuestion *question, uint64_t usec, char **ret)
{
        Errand *errand;
        int r = path_lookup_start(question, -1, &errand);

        if (r < 0)
                return r;
        r = errand_wait(errand, usec);
        if (r == 0)
                return path_lookup_answer(errand, ret);
        errand_leave(errand);
        return r;
}
