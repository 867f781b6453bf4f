/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A jail's seccomp program: what a filter plan says, as classic BPF. The check of the architecture,
 * the tree over the call numbers (filter-tree.h), the rows over arguments (filter-block.h). It only
 * builds: the tracee's injected seccomp() installs.
 */
#pragma once

#include <linux/filter.h>

#include "rules/filter-plan.h"

/* What becomes of the calls that the plan does not have, and of those through i386 and x32. */
typedef enum FilterRest {
        FILTER_REST_IS_ABSENT, /* ENOSYS, as on a kernel without them */
        FILTER_REST_PASSES,    /* it comes on top of a filter that judges everything */
        FILTER_REST_IS_KILLED, /* with its process */
} FilterRest;

typedef struct FilterOptions {
        int allow_magic_number; /* a call that passes, for the supervisor's own use; -1 for none */
        uint16_t trace_data;    /* what PTRACE_GETEVENTMSG answers at a traced call */
        FilterRest rest;
} FilterOptions;

#define FILTER_OPTIONS_NONE ((FilterOptions){.allow_magic_number = -1})

/* An owned program of at most BPF_MAXINSNS instructions. x86_64 only. -E2BIG with a sentence when
 * it would be longer, -ENOMEM. */
int filter_build(const FilterPlan *plan, const FilterOptions *options, struct sock_filter **ret,
                 size_t *ret_count, Problem *problem);
