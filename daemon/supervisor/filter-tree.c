/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/filter-tree.h"

/* A conditional jump goes at most so far; past it an unconditional one helps out. */
#define NEAR UINT8_MAX

static size_t tree_length(size_t count)
{
        size_t left;

        if (count == 1)
                return 1;
        left = tree_length(count / 2);
        return 1 + (left > NEAR) + left + tree_length(count - count / 2);
}

static int append_leaf(FilterProgram *program, FilterLeaf *leaf)
{
        leaf->place = program->count;
        if (leaf->has_row)
                return filter_program_append(program,
                                             (struct sock_filter) BPF_STMT(BPF_JMP | BPF_JA, 0));
        return filter_program_append(program,
                                     (struct sock_filter) BPF_STMT(BPF_RET | BPF_K, leaf->value));
}

/* To the right when the number is at least `start`, over a left side of `left` instructions. */
static int append_fork(FilterProgram *program, uint32_t start, size_t left)
{
        int r;

        if (left <= NEAR)
                return filter_program_append(
                        program, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, start,
                                                               (uint8_t) left, 0));
        r = filter_program_append(
                program, (struct sock_filter) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, start, 0, 1));
        return r < 0 ? r
                     : filter_program_append(program, (struct sock_filter) BPF_STMT(
                                                              BPF_JMP | BPF_JA, (uint32_t) left));
}

int filter_tree_append(FilterProgram *program, FilterLeaf *leaves, size_t count)
{
        size_t half = count / 2;
        int r;

        if (count == 1)
                return append_leaf(program, leaves);
        r = append_fork(program, leaves[half].start, tree_length(half));
        if (r >= 0)
                r = filter_tree_append(program, leaves, half);
        return r < 0 ? r : filter_tree_append(program, leaves + half, count - half);
}

void filter_tree_link(FilterProgram *program, const FilterLeaf *leaf)
{
        program->list[leaf->place].k = (uint32_t) (program->count - leaf->place - 1);
}
