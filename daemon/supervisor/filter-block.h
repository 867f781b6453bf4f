/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of a jail's seccomp program that looks at one call's arguments: a plan's parts are
 * disjoint and have an `otherwise`, which is a straight row of comparisons, put where the tree over
 * the numbers ends (filter-tree.h). libseccomp, which has one fall-through for a whole filter and
 * no "not equal under a mask", needs 32 rules to say `socket` for all but AF_UNIX.
 */
#pragma once

#include <linux/filter.h>

#include "rules/filter-plan.h"

typedef struct FilterProgram {
        struct sock_filter *list; /* owned */
        size_t count, capacity;
} FilterProgram;

void filter_program_release(FilterProgram *program);
/* -ENOMEM. */
int filter_program_append(FilterProgram *program, struct sock_filter instruction);

/* What BPF_RET answers for a verdict. */
uint32_t filter_verdict_value(FilterVerdict verdict, uint16_t trace_data);

/* Appends the row for a call; it needs nothing of what stands before it. -ENOMEM. */
int filter_block_append(FilterProgram *program, const FilterCall *call, uint16_t trace_data);
