/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/filter.h"

#include <linux/bpf_common.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "supervisor/filter-block.h"

static void filter_releasep(scmp_filter_ctx *context)
{
        if (*context)
                seccomp_release(*context);
}

/* Stands in libseccomp's tree for the row over the arguments of call `index` of the plan. */
static uint32_t marker(size_t index, const FilterOptions *options)
{
        uint16_t data = (uint16_t) (index + 1);

        return SECCOMP_RET_TRACE | (data >= options->trace_data ? data + 1u : data);
}

/* libseccomp takes errnos below 4095 only, the kernel 4095 as well. */
static bool needs_row(const FilterCall *call)
{
        return call->part_count > 0 ||
               (call->otherwise.kind == FILTER_ERRNO && call->otherwise.error_number >= 4095);
}

/* What is said of calls and architectures that the plan does not have. */
static uint32_t last_resort(const FilterOptions *options)
{
        return options->on_top ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(ENOSYS);
}

/* libseccomp takes no rule that says what the default says. */
static int add_rule(scmp_filter_ctx context, const FilterOptions *options, uint32_t action,
                    int number)
{
        if (action == last_resort(options))
                return 0;
        return seccomp_rule_add_exact_array(context, action, number, 0, NULL);
}

static int add_calls(scmp_filter_ctx context, const FilterPlan *plan, const FilterOptions *options)
{
        int r = 0;

        for (size_t i = 0; i < plan->call_count && r >= 0; i++) {
                const FilterCall *call = &plan->calls[i];
                uint32_t action = needs_row(call) ? marker(i, options)
                                                  : filter_verdict_value(call->otherwise,
                                                                         options->trace_data);

                if (call->number != options->allow_magic_number)
                        r = add_rule(context, options, action, call->number);
        }
        if (r >= 0 && options->allow_magic_number >= 0)
                r = add_rule(context, options, SCMP_ACT_ALLOW, options->allow_magic_number);
        return r;
}

static int make_context(const FilterPlan *plan, const FilterOptions *options, scmp_filter_ctx *ret)
{
        _cleanup_(filter_releasep) scmp_filter_ctx context = seccomp_init(last_resort(options));
        int r;

        if (!context)
                return -ENOMEM;
        if (seccomp_arch_native() != SCMP_ARCH_X86_64) {
                r = seccomp_arch_add(context, SCMP_ARCH_X86_64);
                if (r >= 0)
                        r = seccomp_arch_remove(context, SCMP_ARCH_NATIVE);
                if (r < 0)
                        return r;
        }
        r = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, last_resort(options));
        if (r >= 0)
                r = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
        if (r >= 0)
                r = add_calls(context, plan, options);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(context);
        return 0;
}

static int export_tree(scmp_filter_ctx context, FilterProgram *ret)
{
        _cleanup_close_ int fd = memfd_create("filter", MFD_CLOEXEC);
        FilterProgram program = {0};
        struct stat status;
        int r;

        if (fd < 0)
                return -errno;
        r = seccomp_export_bpf(context, fd);
        if (r < 0)
                return r;
        if (fstat(fd, &status) < 0)
                return -errno;
        program.list = malloc((size_t) status.st_size + 1);
        if (!program.list)
                return -ENOMEM;
        program.count = program.capacity = (size_t) status.st_size / sizeof(*program.list);
        if (pread(fd, program.list, (size_t) status.st_size, 0) != status.st_size) {
                filter_program_release(&program);
                return -EIO;
        }
        *ret = program;
        return 0;
}

/* Where the tree has the marker of a call, a jump to the call's row takes its place. */
static size_t link_row(FilterProgram *program, size_t tree, uint32_t value)
{
        size_t row = program->count, linked = 0;

        for (size_t i = 0; i < tree; i++) {
                struct sock_filter *instruction = &program->list[i];

                if (instruction->code != (BPF_RET | BPF_K) || instruction->k != value)
                        continue;
                *instruction =
                        (struct sock_filter) BPF_STMT(BPF_JMP | BPF_JA, (uint32_t) (row - i - 1));
                linked++;
        }
        return linked;
}

static int append_rows(FilterProgram *program, const FilterPlan *plan, const FilterOptions *options)
{
        size_t tree = program->count;

        for (size_t i = 0; i < plan->call_count; i++) {
                const FilterCall *call = &plan->calls[i];
                int r;

                if (!needs_row(call) || call->number == options->allow_magic_number)
                        continue;
                if (link_row(program, tree, marker(i, options)) == 0)
                        return -EPROTO; /* a call without its row would be traced unjudged */
                r = filter_block_append(program, call, options->trace_data);
                if (r < 0)
                        return r;
        }
        return 0;
}

int filter_build(const FilterPlan *plan, const FilterOptions *options, struct sock_filter **ret,
                 size_t *ret_count, Problem *problem)
{
        _cleanup_(filter_program_release) FilterProgram program = {0};
        _cleanup_(filter_releasep) scmp_filter_ctx context = NULL;
        int r;

        r = make_context(plan, options, &context);
        if (r >= 0)
                r = export_tree(context, &program);
        if (r >= 0)
                r = append_rows(&program, plan, options);
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
