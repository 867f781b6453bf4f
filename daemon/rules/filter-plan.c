/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/filter-plan.h"

#include <string.h>
#include <sys/syscall.h>

#include "rules/guard-list.h"
#include "rules/rule-set-data.h"
#include "syscalls/syscall-table.h"

/* A filter has at most 4096 instructions (BPF_MAXINSNS); the tree over the numbers and the calls
 * without parts take the rest. */
#define PART_INSTRUCTIONS_MAX 2400

/* A list of verdicts on disjoint sets while a call's rules are gone through. */
typedef struct PartList {
        FilterPart *list;
        size_t count, capacity;
} PartList;

/* A call in the making: what no rule has decided yet. */
typedef struct CallDraft {
        CubeList open;    /* plain */
        CubeList guarded; /* inside a GUARD_TRACE: allowing means tracing */
        PartList parts;
} CallDraft;

static void part_list_release(PartList *parts)
{
        free(parts->list);
        *parts = (PartList){0};
}

static void call_draft_release(CallDraft *draft)
{
        cube_list_release(&draft->open);
        cube_list_release(&draft->guarded);
        part_list_release(&draft->parts);
}

bool filter_verdict_equal(FilterVerdict a, FilterVerdict b)
{
        return a.kind == b.kind && (a.kind != FILTER_ERRNO || a.error_number == b.error_number);
}

static int part_list_add(PartList *parts, const ArgumentCube *cube, FilterVerdict verdict)
{
        if (parts->count >= CUBES_MAX)
                return -E2BIG;
        if (parts->count == parts->capacity) {
                size_t capacity = parts->capacity ? 2 * parts->capacity : 8;
                FilterPart *list = reallocarray(parts->list, capacity, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                parts->list = list;
                parts->capacity = capacity;
        }
        parts->list[parts->count++] = (FilterPart){.cube = *cube, .verdict = verdict};
        return 0;
}

static int add_parts(PartList *parts, const CubeList *cubes, FilterVerdict verdict)
{
        for (size_t i = 0; i < cubes->count; i++) {
                int r = part_list_add(parts, &cubes->list[i], verdict);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* Gives a verdict to what `cubes` have of `open`, and takes it out of there. */
static int claim_from(CubeList *open, const CubeList *cubes, FilterVerdict verdict, PartList *parts)
{
        for (size_t i = 0; i < cubes->count; i++) {
                _cleanup_cubes_ CubeList common = {0};
                int r = cube_list_add_all(&common, open);

                if (r >= 0)
                        r = cube_list_intersect(&common, &(CubeList){&cubes->list[i], 1, 1});
                if (r >= 0)
                        r = add_parts(parts, &common, verdict);
                if (r >= 0)
                        r = cube_list_subtract(open, &cubes->list[i]);
                if (r < 0)
                        return r;
        }
        return 0;
}

static FilterVerdict guarded_verdict(FilterVerdict verdict)
{
        bool allows = verdict.kind == FILTER_ALLOW || verdict.kind == FILTER_ALLOW_YET;

        return allows ? (FilterVerdict){.kind = FILTER_TRACE} : verdict;
}

static int claim(CallDraft *draft, const CubeList *cubes, FilterVerdict verdict)
{
        int r = claim_from(&draft->open, cubes, verdict, &draft->parts);

        return r < 0 ? r
                     : claim_from(&draft->guarded, cubes, guarded_verdict(verdict), &draft->parts);
}

/* ---- guards ---- */

static int apply_guard(CallDraft *draft, const Guard *guard, CubeList *undecided)
{
        CubeList cube = {(ArgumentCube *) &guard->cube, 1, 1};
        _cleanup_cubes_ CubeList common = {0};
        int r;

        if (guard->wall == GUARD_ERRNO)
                return claim_from(undecided, &cube,
                                  (FilterVerdict){FILTER_ERRNO, guard->error_number},
                                  &draft->parts);
        r = cube_list_add_all(&common, undecided);
        if (r >= 0)
                r = cube_list_intersect(&common, &cube);
        if (r >= 0)
                r = cube_list_add_all(guard->wall == GUARD_TRACE ? &draft->guarded : &draft->open,
                                      &common);
        return r < 0 ? r : cube_list_subtract(undecided, &guard->cube);
}

static int apply_guards(CallDraft *draft, const RuleSet *set, int number)
{
        _cleanup_cubes_ CubeList undecided = {0};
        const Guard *guard;
        int r = cube_list_add_any(&undecided);

        for (size_t i = 0; r >= 0 && (guard = guard_get(i)); i++)
                if (guard->number == number && !rule_set_opens_guard(set, guard->name))
                        r = apply_guard(draft, guard, &undecided);
        return r < 0 ? r : cube_list_add_all(&draft->open, &undecided);
}

/* ---- rules ---- */

/* How much of a call's rules is left to the kernel. */
typedef enum Detail {
        DETAIL_NONE,  /* only the guards: all else is traced */
        DETAIL_FIXED, /* what is decided for ever */
        DETAIL_FULL,  /* and what is allowed for the time being */
} Detail;

/* Whether an action is nothing but letting the call run, of which nobody has to hear. */
static bool is_quiet_allow(const Action *action, bool log)
{
        return action->kind == ACTION_ALLOW && !log && !action->after && !action->delay_usec &&
               !action->signal;
}

/* Whether the kernel can tell exactly which calls the rule is for, and for how long. */
static bool kernel_can_judge(const Rule *rule, size_t place)
{
        if (rule->exe || rule->started_by || rule->pid || rule->nth.first || rule->expires_usec ||
            rule->expires_uses || rule->expires_pid)
                return false;
        for (size_t i = 0; i < rule->condition_count; i++)
                if (rule_condition_needs_memory(rule->conditions[i], place) ||
                    __builtin_popcount(rule->conditions[i]->places[place].arguments) > 1)
                        return false;
        return true;
}

static FilterVerdict action_verdict(const Action *action, bool passes_quietly)
{
        if (action->kind == ACTION_ALLOW_FOREVER)
                return (FilterVerdict){.kind = FILTER_ALLOW};
        if (action->kind == ACTION_ABORT_FOREVER)
                return (FilterVerdict){FILTER_ERRNO, action->error_number};
        return (FilterVerdict){.kind = passes_quietly ? FILTER_ALLOW_YET : FILTER_TRACE};
}

static FilterVerdict rule_verdict(const RuleSet *set, const CallRule *call, Detail detail)
{
        const Rule *rule = set->entries[call->entry].rule;

        return action_verdict(&rule->action, detail == DETAIL_FULL &&
                                                     is_quiet_allow(&rule->action, rule->log) &&
                                                     kernel_can_judge(rule, call->place));
}

static FilterVerdict default_verdict(const RuleSet *set, Detail detail)
{
        return action_verdict(&set->default_action,
                              detail == DETAIL_FULL &&
                                      is_quiet_allow(&set->default_action, set->log));
}

static int condition_cubes(const RuleCondition *condition, size_t place, CubeList *ret)
{
        const ConditionPlace *where = &condition->places[place];
        const ConditionTest *test = condition->tests[where->test];

        if (where->arguments == 0)
                return condition_test_cubes(test, 0, where->width, ret);
        return condition_test_cubes(test, (unsigned) __builtin_ctz(where->arguments), where->width,
                                    ret);
}

/* Where a rule can match, as far as the kernel can tell: exactly so for a forever rule, which has
 * only conditions that the kernel can judge; at least so for a mutable one. */
static int rule_cubes(const Rule *rule, size_t place, CubeList *ret)
{
        int r = cube_list_add_any(ret);

        for (size_t i = 0; i < rule->condition_count && r >= 0; i++) {
                _cleanup_cubes_ CubeList cubes = {0};

                if (rule_condition_needs_memory(rule->conditions[i], place))
                        continue;
                r = condition_cubes(rule->conditions[i], place, &cubes);
                if (r >= 0)
                        r = cube_list_intersect(ret, &cubes);
        }
        return r;
}

/* How many rules of a call have to be gone through: behind the last one that the kernel applies all
 * is traced, whichever rule it is. */
static size_t count_telling_rules(const RuleSet *set, const CallRules *call, Detail detail)
{
        size_t telling = call ? call->count : 0;

        if (default_verdict(set, detail).kind != FILTER_TRACE)
                return telling;
        while (telling > 0 &&
               rule_verdict(set, &call->list[telling - 1], detail).kind == FILTER_TRACE)
                telling--;
        return telling;
}

static int apply_rules(CallDraft *draft, const RuleSet *set, int number, Detail detail)
{
        const CallRules *call = rule_set_calls(set, number);
        size_t telling = count_telling_rules(set, call, detail);
        _cleanup_cubes_ CubeList any = {0};
        int r = cube_list_add_any(&any);

        for (size_t i = 0; i < telling && r >= 0; i++) {
                const Rule *rule = set->entries[call->list[i].entry].rule;
                _cleanup_cubes_ CubeList cubes = {0};

                r = rule_cubes(rule, call->list[i].place, &cubes);
                if (r >= 0)
                        r = claim(draft, &cubes, rule_verdict(set, &call->list[i], detail));
        }
        return r < 0 ? r : claim(draft, &any, default_verdict(set, detail));
}

/* ---- calls ---- */

/* The verdict of most parts becomes `otherwise`, so that "all but AF_UNIX" is one part, not the 32
 * that say it bit by bit. The parts cover everything, so either way says the same. */
static void settle_call(const PartList *parts, FilterCall *call)
{
        size_t most = 0, kept = 0;

        for (size_t i = 0; i < parts->count; i++) {
                size_t same = 0;

                for (size_t j = 0; j < parts->count; j++)
                        same += filter_verdict_equal(parts->list[i].verdict,
                                                     parts->list[j].verdict);
                if (same > most) {
                        most = same;
                        call->otherwise = parts->list[i].verdict;
                }
        }
        call->parts = parts->list;
        for (size_t i = 0; i < parts->count; i++)
                if (!filter_verdict_equal(parts->list[i].verdict, call->otherwise))
                        call->parts[kept++] = parts->list[i];
        call->part_count = kept;
        if (kept == 0) {
                free(call->parts);
                call->parts = NULL;
        }
}

static int draft_call(const RuleSet *set, int number, Detail detail, CallDraft *draft)
{
        _cleanup_cubes_ CubeList any = {0};
        int r = apply_guards(draft, set, number);

        if (r < 0)
                return r;
        if (detail != DETAIL_NONE)
                return apply_rules(draft, set, number, detail);
        r = cube_list_add_any(&any);
        return r < 0 ? r : claim(draft, &any, (FilterVerdict){.kind = FILTER_TRACE});
}

static int make_call(const RuleSet *set, int number, Detail detail, FilterCall *ret)
{
        _cleanup_(call_draft_release) CallDraft draft = {0};
        FilterCall call = {.number = number, .too_many = detail == DETAIL_NONE};
        int r;

        if (call_is_never_traced(number)) {
                *ret = (FilterCall){.number = number, .otherwise = {.kind = FILTER_ALLOW}};
                return 0;
        }
        r = draft_call(set, number, detail, &draft);
        if (r < 0)
                return r;
        settle_call(&draft.parts, &call);
        draft.parts = (PartList){0};
        *ret = call;
        return 0;
}

/* With all that the rules say if that fits, else with less of it. */
int filter_plan_make_call(const RuleSet *set, int number, FilterCall *ret)
{
        for (Detail detail = DETAIL_FULL; detail > DETAIL_NONE; detail--) {
                FilterCall call = {0};
                int r = make_call(set, number, detail, &call);

                if (r >= 0 && call.part_count <= FILTER_PARTS_MAX) {
                        *ret = call;
                        return 0;
                }
                if (r < 0 && r != -E2BIG)
                        return r;
                free(call.parts);
        }
        return make_call(set, number, DETAIL_NONE, ret);
}

bool filter_call_passes_yet(const FilterCall *call)
{
        for (size_t i = 0; i < call->part_count; i++)
                if (call->parts[i].verdict.kind == FILTER_ALLOW_YET)
                        return true;
        return call->otherwise.kind == FILTER_ALLOW_YET;
}

static size_t part_instructions(const FilterCall *call)
{
        size_t sum = 0;

        for (size_t i = 0; i < call->part_count; i++) {
                sum++;
                for (unsigned j = 0; j < 6; j++)
                        sum += 3u * !!(uint32_t) call->parts[i].cube.mask[j] +
                               3u * !!(call->parts[i].cube.mask[j] >> 32);
        }
        return sum;
}

/* The dearest calls go to the supervisor until the rest fits into one filter. */
static int trim_plan(const RuleSet *set, FilterPlan *plan)
{
        for (;;) {
                size_t sum = 0, worst = 0, worst_cost = 0;
                FilterCall *call;
                Detail less;
                int number, r;

                for (size_t i = 0; i < plan->call_count; i++) {
                        size_t cost = part_instructions(&plan->calls[i]);

                        sum += cost;
                        if (cost > worst_cost && !plan->calls[i].too_many) {
                                worst = i;
                                worst_cost = cost;
                        }
                }
                if (sum <= PART_INSTRUCTIONS_MAX || worst_cost == 0)
                        return 0;
                call = &plan->calls[worst];
                number = call->number;
                less = filter_call_passes_yet(call) ? DETAIL_FIXED : DETAIL_NONE;
                free(call->parts);
                *call = (FilterCall){.number = number, .otherwise = {.kind = FILTER_TRACE}};
                r = make_call(set, number, less, call);
                if (r < 0)
                        return r;
        }
}

/* ---- calls that depend on what another call's rules say ---- */

/* The kinds of verdicts that a call has, as a set. */
static unsigned kinds_of(const FilterPlan *plan, int number)
{
        const FilterCall *call = filter_plan_call(plan, number);
        unsigned kinds = call ? FILTER_KIND(call->otherwise.kind) : 0;

        for (size_t i = 0; call && i < call->part_count; i++)
                kinds |= FILTER_KIND(call->parts[i].verdict.kind);
        return kinds;
}

/* Verdicts of a call whose kind is one of `kinds` become `verdict`. */
static void replace_verdicts(const FilterPlan *plan, int number, unsigned kinds,
                             FilterVerdictKind kind)
{
        FilterCall *call = (FilterCall *) filter_plan_call(plan, number);

        for (size_t i = 0; call && i < call->part_count; i++)
                if (kinds & FILTER_KIND(call->parts[i].verdict.kind))
                        call->parts[i].verdict = (FilterVerdict){.kind = kind};
        if (call && kinds & FILTER_KIND(call->otherwise.kind))
                call->otherwise = (FilterVerdict){.kind = kind};
}

/* Where the supervisor judges how files are opened, or may have to later, it may have to open them
 * by openat2: then the kernel lets that through for it, and the supervisor refuses what the rules
 * refuse. And it judges what gives files other names. */
static void follow_opening(const RuleSet *set, const FilterPlan *plan)
{
        static const int opening[] = {SYS_open, SYS_creat, SYS_openat, SYS_openat2};
        FilterVerdictKind naming;
        const Guard *guard;
        unsigned kinds = 0;

        for (size_t i = 0; i < ELEMENTS_OF(opening); i++)
                kinds |= kinds_of(plan, opening[i]);
        if (!(kinds & FILTER_MUTABLE))
                return;
        naming = kinds & FILTER_KIND(FILTER_TRACE) ? FILTER_TRACE : FILTER_ALLOW_YET;
        replace_verdicts(plan, SYS_openat2, FILTER_KIND(FILTER_ERRNO), FILTER_TRACE);
        for (size_t i = 0; (guard = guard_get(i)); i++)
                if (guard->wall == GUARD_NAMES && !rule_set_opens_guard(set, guard->name))
                        replace_verdicts(plan, guard->number,
                                         FILTER_KIND(FILTER_ALLOW) | FILTER_KIND(FILTER_ALLOW_YET),
                                         naming);
}

int filter_plan_make(const RuleSet *set, FilterPlan **ret, Problem *problem)
{
        _cleanup_(filter_plan_freep) FilterPlan *plan = calloc(1, sizeof(*plan));
        int r = 0;

        if (!plan)
                return -ENOMEM;
        plan->calls = calloc(CALL_NUMBERS, sizeof(*plan->calls));
        if (!plan->calls)
                return -ENOMEM;
        for (int number = 0; number < CALL_NUMBERS && r >= 0; number++) {
                if (!syscall_by_number(number) && !rule_set_calls(set, number))
                        continue;
                r = filter_plan_make_call(set, number, &plan->calls[plan->call_count]);
                if (r >= 0)
                        plan->call_count++;
        }
        if (r >= 0)
                r = trim_plan(set, plan);
        if (r >= 0)
                follow_opening(set, plan);
        if (r < 0)
                return problem_set(problem, r, "cannot work out the kernel's part of the rules: %s",
                                   strerror(-r));
        *ret = TAKE_PTR(plan);
        return 0;
}

void filter_plan_free(FilterPlan *plan)
{
        if (!plan)
                return;
        for (size_t i = 0; i < plan->call_count; i++)
                free(plan->calls[i].parts);
        free(plan->calls);
        free(plan);
}

static int compare_call(const void *key, const void *call)
{
        return *(const int *) key - ((const FilterCall *) call)->number;
}

const FilterCall *filter_plan_call(const FilterPlan *plan, int number)
{
        if (number < 0 || number >= CALL_NUMBERS)
                return NULL;
        return bsearch(&number, plan->calls, plan->call_count, sizeof(*plan->calls), compare_call);
}

FilterVerdict filter_plan_evaluate(const FilterPlan *plan, const CallRegisters *registers)
{
        const FilterCall *call = filter_plan_call(plan, registers->number);

        if (!call)
                return (FilterVerdict){FILTER_ERRNO, ENOSYS};
        for (size_t i = 0; i < call->part_count; i++)
                if (cube_has(&call->parts[i].cube, registers->arguments))
                        return call->parts[i].verdict;
        return call->otherwise;
}

/* ---- guards that come late ---- */

static FilterVerdict verdict_behind(const Guard *guard, FilterVerdict verdict)
{
        if (guard->wall == GUARD_ERRNO)
                return (FilterVerdict){FILTER_ERRNO, guard->error_number};
        return guard->wall == GUARD_TRACE ? guarded_verdict(verdict) : verdict;
}

/* What the guard makes of one part: inside, its verdict; outside, what it was. `rest` loses it. */
static int guard_part(const FilterPart *part, const Guard *guard, PartList *parts, CubeList *rest)
{
        FilterVerdict inside = verdict_behind(guard, part->verdict);
        _cleanup_cubes_ CubeList outside = {0};
        ArgumentCube common;
        int r;

        if (!cube_intersect(&part->cube, &guard->cube, &common))
                return part_list_add(parts, &part->cube, part->verdict);
        r = cube_list_subtract(rest, &part->cube);
        if (r < 0)
                return r;
        if (filter_verdict_equal(inside, part->verdict))
                return part_list_add(parts, &part->cube, part->verdict);
        r = part_list_add(parts, &common, inside);
        if (r >= 0)
                r = cube_list_add(&outside, &part->cube);
        if (r >= 0)
                r = cube_list_subtract(&outside, &guard->cube);
        return r < 0 ? r : add_parts(parts, &outside, part->verdict);
}

int filter_plan_add_guard(FilterPlan *plan, const Guard *guard)
{
        FilterCall *call = (FilterCall *) filter_plan_call(plan, guard->number);
        _cleanup_(part_list_release) PartList parts = {0};
        _cleanup_cubes_ CubeList rest = {0};
        int r;

        if (!call || call_is_never_traced(guard->number))
                return 0;
        r = cube_list_add(&rest, &guard->cube);
        for (size_t i = 0; i < call->part_count && r >= 0; i++)
                r = guard_part(&call->parts[i], guard, &parts, &rest);
        if (r >= 0 &&
            !filter_verdict_equal(verdict_behind(guard, call->otherwise), call->otherwise))
                r = add_parts(&parts, &rest, verdict_behind(guard, call->otherwise));
        if (r < 0)
                return r;
        free(call->parts);
        call->parts = parts.list;
        call->part_count = parts.count;
        parts = (PartList){0};
        return 0;
}
