/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of a jail's seccomp program that looks at one call's arguments. libseccomp has one
 * fall-through for a whole filter, not one for each call, and no "not equal under a mask"; said
 * with its rules, `socket` for all but AF_UNIX needs 32 of them. A plan's parts are disjoint and
 * have an `otherwise`, which is a straight row of comparisons: it is written here, and put where
 * libseccomp's tree over the numbers ends (filter.c).
 */
#pragma once

#include <linux/filter.h>

#include "rules/filter-plan.h"

typedef struct FilterProgram {
        struct sock_filter *list; /* owned */
        size_t count, capacity;
} FilterProgram;

void filter_program_release(FilterProgram *program);

/* What BPF_RET answers for a verdict. */
uint32_t filter_verdict_value(FilterVerdict verdict, uint16_t trace_data);

/* Appends the row for a call; it needs nothing of what stands before it. -ENOMEM. */
int filter_block_append(FilterProgram *program, const FilterCall *call, uint16_t trace_data);
