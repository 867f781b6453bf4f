/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>

#include "supervisor/filter-tree.h"

static uint32_t last_resort(const FilterOptions *options)
{
        switch (options->rest) {
        case FILTER_REST_IS_ABSENT:
                return SECCOMP_RET_ERRNO | ENOSYS;
        case FILTER_REST_PASSES:
                return SECCOMP_RET_ALLOW;
        case FILTER_REST_IS_KILLED:
                break;
        }
        return SECCOMP_RET_KILL_PROCESS;
}

/* Behind it the call's number is loaded. x32 numbers end up in the tree's last leaf; so do negative
 * ones. */
static int append_head(FilterProgram *program, const FilterOptions *options)
{
        const struct sock_filter head[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
                BPF_STMT(BPF_RET | BPF_K, last_resort(options)),
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        };
        int r = 0;

        for (size_t i = 0; i < ELEMENTS_OF(head) && r >= 0; i++)
                r = filter_program_append(program, head[i]);
        return r;
}

/* ---- the leaves of the tree ---- */

typedef struct Leaves {
        FilterLeaf *list; /* owned; room for two a call and two more */
        size_t count;
        uint32_t end; /* the first number that is in no leaf yet */
} Leaves;

static void leaves_release(Leaves *leaves)
{
        free(leaves->list);
}

/* Numbers from leaves->end up to `end`. */
static void add_leaf(Leaves *leaves, uint32_t end, FilterLeaf leaf)
{
        const FilterLeaf *last = leaves->count ? &leaves->list[leaves->count - 1] : NULL;

        leaf.start = leaves->end;
        if (end == leaves->end)
                return;
        leaves->end = end;
        if (!last || leaf.has_row || last->has_row || last->value != leaf.value)
                leaves->list[leaves->count++] = leaf;
}

static void add_call(Leaves *leaves, uint32_t number, FilterLeaf leaf, const FilterOptions *options)
{
        add_leaf(leaves, number, (FilterLeaf){.value = last_resort(options)});
        add_leaf(leaves, number + 1, leaf);
}

static int make_leaves(const FilterPlan *plan, const FilterOptions *options, Leaves *leaves)
{
        bool magic_is_due = options->allow_magic_number >= 0;
        uint32_t magic = (uint32_t) options->allow_magic_number;

        leaves->list = calloc(2 * plan->call_count + 4, sizeof(*leaves->list));
        if (!leaves->list)
                return -ENOMEM;
        for (size_t i = 0; i < plan->call_count; i++) {
                const FilterCall *call = &plan->calls[i];
                uint32_t number = (uint32_t) call->number;

                if (magic_is_due && number >= magic) {
                        add_call(leaves, magic, (FilterLeaf){.value = SECCOMP_RET_ALLOW}, options);
                        magic_is_due = false;
                }
                if (number != magic || options->allow_magic_number < 0)
                        add_call(leaves, number,
                                 (FilterLeaf){.value = filter_verdict_value(call->otherwise,
                                                                            options->trace_data),
                                              .has_row = call->part_count > 0,
                                              .row = i},
                                 options);
        }
        if (magic_is_due)
                add_call(leaves, magic, (FilterLeaf){.value = SECCOMP_RET_ALLOW}, options);
        add_leaf(leaves, UINT32_MAX, (FilterLeaf){.value = last_resort(options)});
        return 0;
}

static int append_rows(FilterProgram *program, const FilterPlan *plan, const Leaves *leaves,
                       const FilterOptions *options)
{
        int r = 0;

        for (size_t i = 0; i < leaves->count && r >= 0; i++) {
                const FilterLeaf *leaf = &leaves->list[i];

                if (!leaf->has_row)
                        continue;
                filter_tree_link(program, leaf);
                r = filter_block_append(program, &plan->calls[leaf->row], options->trace_data);
        }
        return r;
}

int filter_build(const FilterPlan *plan, const FilterOptions *options, struct sock_filter **ret,
                 size_t *ret_count, Problem *problem)
{
        _cleanup_(filter_program_release) FilterProgram program = {0};
        _cleanup_(leaves_release) Leaves leaves = {0};
        int r = make_leaves(plan, options, &leaves);

        if (r >= 0)
                r = append_head(&program, options);
        if (r >= 0)
                r = filter_tree_append(&program, leaves.list, leaves.count);
        if (r >= 0)
                r = append_rows(&program, plan, &leaves, options);
        if (r < 0)
                return problem_set(problem, r, "cannot build the seccomp filter: %s", strerror(-r));
        if (program.count > BPF_MAXINSNS)
                return problem_set(
                        problem, -E2BIG,
                        "the seccomp filter has %zu instructions, the kernel takes %d; use "
                        "fewer conditions on forever rules",
                        program.count, BPF_MAXINSNS);
        *ret_count = program.count;
        *ret = TAKE_PTR(program.list);
        return 0;
}
