/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls that are a way round a ptrace supervisor, guarded whatever the rules say. The data is
 * guard-list.def, one line an entry: name for `"open-guards": [...]`, call, argument cube, verdict,
 * the reason in one line, and whether a rule file may open it.
 */
#pragma once

#include <stdbool.h>

#include "rules/filter-plan.h"

typedef enum GuardWall {
        GUARD_ERRNO, /* refused in the kernel with error_number */
        GUARD_TRACE, /* always stopped; the supervisor judges it (clear CLONE_UNTRACED, protect own
                        pid) */
} GuardWall;

typedef struct Guard {
        const char *name;  /* "io_uring" */
        int number;        /* of the call */
        ArgumentCube cube; /* which arguments; all-zero mask: any */
        GuardWall wall;
        int error_number;   /* GUARD_ERRNO */
        bool may_open;      /* a rule file may say "open-guards": ["io_uring"] */
        const char *reason; /* one line, for `jailctl rules check` and doctor */
} Guard;

const Guard *guard_get(size_t index); /* NULL past the last */
