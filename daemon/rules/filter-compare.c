/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filter plans held against each other, and what is made of one when the rules become stricter. */
#include <string.h>

#include "rules/argument-cube.h"
#include "rules/filter-plan.h"

static bool is_of(FilterVerdict verdict, unsigned kinds)
{
        return FILTER_KIND(verdict.kind) & kinds;
}

/* The arguments of part `index`, those of no part at the end of the list. */
static int part_region(const FilterCall *call, size_t index, CubeList *ret)
{
        int r;

        if (index < call->part_count)
                return cube_list_add(ret, &call->parts[index].cube);
        r = cube_list_add_any(ret);
        for (size_t i = 0; i < call->part_count && r >= 0; i++)
                r = cube_list_subtract(ret, &call->parts[i].cube);
        return r;
}

/* Whether `call` has a verdict of `kinds` anywhere in `region`, which is used up. */
static int region_meets(CubeList *region, const FilterCall *call, unsigned kinds, bool *ret)
{
        for (size_t i = 0; i < call->part_count; i++) {
                CubeList cube = {&call->parts[i].cube, 1, 1};
                _cleanup_cubes_ CubeList common = {0};
                int r = cube_list_add_all(&common, region);

                if (r >= 0)
                        r = cube_list_intersect(&common, &cube);
                if (r >= 0)
                        r = cube_list_subtract(region, &call->parts[i].cube);
                if (r < 0)
                        return r;
                if (common.count > 0 && is_of(call->parts[i].verdict, kinds))
                        *ret = true;
        }
        if (region->count > 0 && is_of(call->otherwise, kinds))
                *ret = true;
        return 0;
}

int filter_calls_meet(const FilterCall *one, unsigned ones, const FilterCall *other,
                      unsigned others, bool *ret)
{
        *ret = false;
        for (size_t i = 0; i <= one->part_count; i++) {
                FilterVerdict verdict =
                        i < one->part_count ? one->parts[i].verdict : one->otherwise;
                _cleanup_cubes_ CubeList region = {0};
                int r;

                if (!is_of(verdict, ones))
                        continue;
                r = part_region(one, i, &region);
                if (r >= 0)
                        r = region_meets(&region, other, others, ret);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void trace_mutable(FilterVerdict *verdict)
{
        if (verdict->kind == FILTER_ALLOW_YET)
                *verdict = (FilterVerdict){.kind = FILTER_TRACE};
}

/* Parts that say what is said of the rest are left out. */
static void trace_mutable_call(FilterCall *call)
{
        size_t kept = 0;

        trace_mutable(&call->otherwise);
        for (size_t i = 0; i < call->part_count; i++) {
                FilterPart part = call->parts[i];

                trace_mutable(&part.verdict);
                if (!filter_verdict_equal(part.verdict, call->otherwise))
                        call->parts[kept++] = part;
        }
        call->part_count = kept;
}

void filter_plan_trace_mutable(FilterPlan *plan)
{
        for (size_t i = 0; i < plan->call_count; i++)
                trace_mutable_call(&plan->calls[i]);
}

static int copy_call(const FilterCall *call, FilterCall *ret)
{
        *ret = *call;
        if (call->part_count == 0)
                return 0;
        ret->parts = calloc(call->part_count, sizeof(*ret->parts));
        if (!ret->parts)
                return -ENOMEM;
        memcpy(ret->parts, call->parts, call->part_count * sizeof(*ret->parts));
        return 0;
}

int filter_plan_tighten(const FilterPlan *plan, const bool *numbers, FilterPlan **ret)
{
        _cleanup_(filter_plan_freep) FilterPlan *tighter = calloc(1, sizeof(*tighter));

        if (!tighter)
                return -ENOMEM;
        tighter->calls = calloc(plan->call_count + 1, sizeof(*tighter->calls));
        if (!tighter->calls)
                return -ENOMEM;
        for (size_t i = 0; i < plan->call_count; i++) {
                FilterCall *call = &tighter->calls[tighter->call_count];

                if (!numbers[plan->calls[i].number])
                        continue;
                if (copy_call(&plan->calls[i], call) < 0)
                        return -ENOMEM;
                trace_mutable_call(call);
                tighter->call_count++;
        }
        *ret = TAKE_PTR(tighter);
        return 0;
}
