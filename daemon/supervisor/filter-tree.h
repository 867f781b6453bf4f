/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of a jail's seccomp program that finds the call by its number: a binary tree of
 * comparisons, in which neighbours that are answered alike share a leaf.
 */
#pragma once

#include "supervisor/filter-block.h"

/* Calls from `start` up to the next leaf's start. */
typedef struct FilterLeaf {
        uint32_t start;
        uint32_t value; /* what is answered, unless */
        bool has_row;   /* the arguments have to be looked at: */
        size_t row;     /* … by the row of this call of the plan */
        size_t place;   /* of the leaf's instruction; filled in */
} FilterLeaf;

/* Appends the tree over `count` leaves, ascending, the first from 0; the call's number is loaded. A
 * leaf that has a row is left as a jump to be completed by filter_tree_link(). -ENOMEM. */
int filter_tree_append(FilterProgram *program, FilterLeaf *leaves, size_t count);

/* The leaf's row begins where the program ends now. */
void filter_tree_link(FilterProgram *program, const FilterLeaf *leaf);
