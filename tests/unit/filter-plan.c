/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel shall decide is what the rules say: the plan against the matcher. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "rules/argument-cube.h"
#include "rules/guard-list.h"
#include "syscalls/syscall-table.h"
#include "unit/parse-rules.h"
#include "unit/random-rules.h"

static bool is_guarded(int number)
{
        const Guard *guard;

        for (size_t i = 0; (guard = guard_get(i)); i++)
                if (guard->number == number)
                        return true;
        return number == SYS_exit || number == SYS_exit_group || number == SYS_rt_sigreturn ||
               number == SYS_restart_syscall;
}

static FilterVerdict verdict_of(const Action *action)
{
        if (action->kind == ACTION_ALLOW_FOREVER)
                return (FilterVerdict){.kind = FILTER_ALLOW};
        if (action->kind == ACTION_ABORT_FOREVER)
                return (FilterVerdict){FILTER_ERRNO, action->error_number};
        return (FilterVerdict){.kind = FILTER_TRACE};
}

static bool rules_name(const RuleSet *set, int number)
{
        for (size_t i = 0; i < rule_set_count(set); i++)
                if (rule_place(rule_set_get(set, i), number) >= 0)
                        return true;
        return syscall_by_number(number) != NULL;
}

/* A call whose rules do not fit is traced, and then the matcher's word counts; so is an openat2
 * that the rules refuse, where the supervisor may need it itself. */
static bool is_same(FilterVerdict plan, FilterVerdict rules, const FilterCall *call)
{
        if (call &&
            (call->too_many || (call->number == SYS_openat2 && rules.kind == FILTER_ERRNO)) &&
            plan.kind == FILTER_TRACE)
                return true;
        return plan.kind == rules.kind && plan.error_number == rules.error_number;
}

static void the_plan_says_what_the_rules_say(void **state)
{
        uint64_t seed = UINT64_C(0x2545f4914f6cdd1d);
        size_t kernel = 0, traced = 0;

        (void) state;
        for (unsigned round = 0; round < 300; round++) {
                _cleanup_text_ Text text = TEXT_INIT;
                _cleanup_(rule_set_freep) RuleSet *set = NULL;
                _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;

                random_file(&seed, &text, false);
                set = parse(text_get(&text));
                assert_int_equal(filter_plan_make(set, &plan, NULL), 0);
                for (unsigned i = 0; i < 2000; i++) {
                        CallRegisters call = random_call(&seed);
                        RuleQuery query = {.registers = &call};
                        FilterVerdict ours = filter_plan_evaluate(plan, &call);
                        RuleOutcome outcome;

                        if (is_guarded(call.number) || !rules_name(set, call.number))
                                continue;
                        assert_int_equal(rule_set_match(set, &query, &outcome), 0);
                        if (!is_same(ours, verdict_of(outcome.action),
                                     filter_plan_call(plan, call.number)))
                                fail_msg(
                                        "call %d(%#lx, %#lx, %#lx, %#lx): plan %d=%d, rule %zu\n%s",
                                        call.number, call.arguments[0], call.arguments[1],
                                        call.arguments[2], call.arguments[3], ours.kind,
                                        ours.error_number, outcome.number, text_get(&text));
                        kernel += ours.kind != FILTER_TRACE;
                        traced += ours.kind == FILTER_TRACE;
                }
        }
        /* both must have been tried in earnest */
        assert_true(kernel > 50000);
        assert_true(traced > 50000);
}

static void parts_are_disjoint(void **state)
{
        uint64_t seed = 77;

        (void) state;
        for (unsigned round = 0; round < 200; round++) {
                _cleanup_text_ Text text = TEXT_INIT;
                _cleanup_(rule_set_freep) RuleSet *set = NULL;
                _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;

                random_file(&seed, &text, true);
                set = parse(text_get(&text));
                assert_int_equal(filter_plan_make(set, &plan, NULL), 0);
                for (size_t i = 0; i < plan->call_count; i++) {
                        const FilterCall *call = &plan->calls[i];
                        ArgumentCube ignored;

                        assert_true(call->part_count <= FILTER_PARTS_MAX);
                        for (size_t a = 0; a < call->part_count; a++)
                                for (size_t b = a + 1; b < call->part_count; b++)
                                        assert_false(cube_intersect(&call->parts[a].cube,
                                                                    &call->parts[b].cube,
                                                                    &ignored));
                }
        }
}

static void all_but_one_value_is_one_part(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set =
                parse("{\"seccomp-jail\": 1, \"default\": \"allow-forever\", \"rules\": ["
                      "{\"syscall\": \"socket\", \"where\": {\"domain\": {\"not\": \"AF_UNIX\"}},"
                      " \"action\": \"abort-forever\"}]}");
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        const FilterCall *call;

        (void) state;
        assert_int_equal(filter_plan_make(set, &plan, NULL), 0);
        call = filter_plan_call(plan, SYS_socket);
        assert_int_equal(call->part_count, 1);
        assert_int_equal(call->otherwise.kind, FILTER_ERRNO);
}

static void a_mutable_rule_in_front_of_a_forever_one_traces_where_it_may_match(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set =
                parse("{\"seccomp-jail\": 1, \"default\": \"allow-forever\", \"rules\": ["
                      "{\"syscall\": \"openat\", \"where\": {\"path\": \"/etc/**\", \"flags\":"
                      " {\"any-of\": \"O_CREAT\"}}, \"action\": \"notify\"},"
                      "{\"syscall\": \"openat\", \"action\": \"abort-forever\"}]}");
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        CallRegisters create = {SYS_openat, {0, 0, 0x40}}, other = {SYS_openat, {0, 0, 0x2}};

        (void) state;
        assert_int_equal(filter_plan_make(set, &plan, NULL), 0);
        assert_int_equal(filter_plan_evaluate(plan, &create).kind, FILTER_TRACE);
        assert_int_equal(filter_plan_evaluate(plan, &other).kind, FILTER_ERRNO);
}

/* What stays refused in the kernel when nothing is judged, and what opening by path needs. */
static void a_judged_opening_may_be_made_by_openat2(void **state)
{
        static const char *const defaults[] = {"allow-forever", "notify"};

        (void) state;
        for (unsigned i = 0; i < ELEMENTS_OF(defaults); i++) {
                _cleanup_free_ char *text = string_format(
                        "{\"seccomp-jail\": 1, \"default\": \"%s\", \"rules\": ["
                        "{\"syscall\": [\"openat2\", \"creat\"], \"action\": \"abort-forever\"}]}",
                        defaults[i]);
                _cleanup_(rule_set_freep) RuleSet *set = parse(text);
                _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;

                assert_int_equal(filter_plan_make(set, &plan, NULL), 0);
                assert_int_equal(filter_plan_call(plan, SYS_openat2)->otherwise.kind,
                                 i == 0 ? FILTER_ERRNO : FILTER_TRACE);
                assert_int_equal(filter_plan_call(plan, SYS_creat)->otherwise.kind, FILTER_ERRNO);
        }
}

static void what_does_not_fit_is_traced_but_for_the_guards(void **state)
{
        _cleanup_text_ Text text = TEXT_INIT;
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        _cleanup_(rule_set_freep) RuleSet *set = NULL;
        Diagnostics diagnostics = {0};
        CallRegisters guarded = {SYS_ioctl, {0, 0x5412}}, other = {SYS_ioctl, {0, 0x5401}};

        (void) state;
        text_append(&text, "{\"seccomp-jail\": 1, \"default\": \"allow-forever\", \"rules\": [");
        for (unsigned i = 0; i < 100; i++)
                text_append_format(&text,
                                   "{\"syscall\": \"ioctl\", \"where\": {\"request\": %u},"
                                   " \"action\": \"abort-forever\", \"errno\": %u},",
                                   1000 + 2 * i, 1 + i % 50);
        text_append(&text, "{\"syscall\": \"mkdir\", \"action\": \"notify\"}]}");
        assert_int_equal(rule_set_parse(text_get(&text), text.length, &set, &diagnostics), 0);
        assert_int_equal(diagnostics.count, 1);
        assert_non_null(strstr(diagnostics.list[0].message, "too many for a kernel filter"));
        diagnostics_release(&diagnostics);
        assert_int_equal(filter_plan_make(set, &plan, NULL), 0);
        assert_true(filter_plan_call(plan, SYS_ioctl)->too_many);
        assert_int_equal(filter_plan_evaluate(plan, &other).kind, FILTER_TRACE);
        assert_int_equal(filter_plan_evaluate(plan, &guarded).kind, FILTER_ERRNO);
}

static void ranges_are_exact(void **state)
{
        uint64_t seed = 5;

        (void) state;
        for (unsigned round = 0; round < 3000; round++) {
                unsigned width = roll(&seed, 2) ? 64 : 32;
                uint64_t all = width == 64 ? UINT64_MAX : UINT32_MAX;
                uint64_t low = dice(&seed) & all, high = dice(&seed) & all;
                _cleanup_cubes_ CubeList cubes = {0};

                if (!roll(&seed, 10))
                        low = 0;
                if (!roll(&seed, 10))
                        high = all;
                if (low > high)
                        continue;
                assert_int_equal(cube_list_add_range(&cubes, 2, width, low, high), 0);
                for (unsigned i = 0; i < 40; i++) {
                        const uint64_t edges[] = {low, high, low - 1,    high + 1,
                                                  0,   all,  dice(&seed)};
                        uint64_t value = edges[roll(&seed, ELEMENTS_OF(edges))] & all;
                        uint64_t arguments[6] = {0, 0, value};
                        size_t in = 0;

                        for (size_t j = 0; j < cubes.count; j++)
                                in += cube_has(&cubes.list[j], arguments);
                        assert_int_equal(in, value >= low && value <= high);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_plan_says_what_the_rules_say),
                cmocka_unit_test(parts_are_disjoint),
                cmocka_unit_test(all_but_one_value_is_one_part),
                cmocka_unit_test(
                        a_mutable_rule_in_front_of_a_forever_one_traces_where_it_may_match),
                cmocka_unit_test(a_judged_opening_may_be_made_by_openat2),
                cmocka_unit_test(what_does_not_fit_is_traced_but_for_the_guards),
                cmocka_unit_test(ranges_are_exact),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
