/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What passes in the kernel is what the rules allow unlogged, also after they have changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>

#include "supervisor/filter-block.h"
#include "supervisor/filter.h"
#include "support/bpf-interpreter.h"
#include "unit/parse-rules.h"
#include "unit/random-rules.h"

/* A file whose only rule is for lseek. */
static RuleSet *parse_rule(const char *rule)
{
        _cleanup_text_ Text text = TEXT_INIT;

        text_append_format(&text,
                           "{\"seccomp-jail\": 1, \"default\": \"allow-forever\", \"rules\": ["
                           "{\"syscall\": \"lseek\", \"action\": \"allow\"%s}]}",
                           rule);
        return parse(text_get(&text));
}

static FilterVerdictKind kind_of_lseek(const RuleSet *set)
{
        const CallRegisters call = {.number = SYS_lseek, .arguments = {3, 100, 0}};
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;

        assert_int_equal(filter_plan_make(set, &plan, NULL), 0);
        return filter_plan_evaluate(plan, &call).kind;
}

static void only_a_plain_unlogged_allow_passes(void **state)
{
        static const struct {
                const char *rule;
                FilterVerdictKind kind;
        } table[] = {
                {", \"log\": false", FILTER_ALLOW_YET},
                {", \"log\": false, \"where\": {\"offset\": 100}", FILTER_ALLOW_YET},
                {", \"log\": false, \"where\": {\"offset\": {\"min\": 50}, \"fd\": 3}",
                 FILTER_ALLOW_YET},
                {", \"log\": false, \"where\": {\"offset\": 101}", FILTER_ALLOW},
                {"", FILTER_TRACE},
                {", \"log\": true", FILTER_TRACE},
                {", \"log\": false, \"exe\": \"/usr/bin/true\"", FILTER_TRACE},
                {", \"log\": false, \"started-by\": \"/usr/bin/true\"", FILTER_TRACE},
                {", \"log\": false, \"pid\": 7", FILTER_TRACE},
                {", \"log\": false, \"nth\": \"1+\"", FILTER_TRACE},
                {", \"log\": false, \"delay\": 0.001", FILTER_TRACE},
                {", \"log\": false, \"signal\": \"SIGUSR1\"", FILTER_TRACE},
                {", \"log\": false, \"where\": {\"fd-path\": \"/tmp/**\"}", FILTER_TRACE},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_(rule_set_freep) RuleSet *set = parse_rule(table[i].rule);

                if (kind_of_lseek(set) != table[i].kind)
                        fail_msg("lseek%s: %d instead of %d", table[i].rule, kind_of_lseek(set),
                                 table[i].kind);
        }
}

static void an_unlogged_default_passes_behind_other_rules(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set = parse(
                "{\"seccomp-jail\": 1, \"default\": \"allow\", \"log\": false, \"rules\": ["
                "{\"syscall\": \"lseek\", \"where\": {\"offset\": 7}, \"action\": \"notify\"}]}");
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        const CallRegisters asked = {SYS_lseek, {3, 7}}, passes = {SYS_lseek, {3, 8}},
                            other = {SYS_getppid, {0}}, guarded = {SYS_chroot, {0}};

        (void) state;
        assert_int_equal(filter_plan_make(set, &plan, NULL), 0);
        assert_int_equal(filter_plan_evaluate(plan, &asked).kind, FILTER_TRACE);
        assert_int_equal(filter_plan_evaluate(plan, &passes).kind, FILTER_ALLOW_YET);
        assert_int_equal(filter_plan_evaluate(plan, &other).kind, FILTER_ALLOW_YET);
        assert_int_not_equal(filter_plan_evaluate(plan, &guarded).kind, FILTER_ALLOW_YET);
}

/* ---- changes ---- */

/* What a running jail's filters say, as the supervisor puts them on top of each other. */
typedef struct Running {
        RuleSet *set;
        struct sock_filter *first, *top;
        size_t first_count, top_count;
        bool taken_back[CALL_NUMBERS];
} Running;

static Running running_start(const char *text)
{
        const FilterOptions options = FILTER_OPTIONS_NONE;
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        Running running = {.set = parse(text)};

        rule_set_seal(running.set);
        assert_int_equal(filter_plan_make(running.set, &plan, NULL), 0);
        assert_int_equal(filter_build(plan, &options, &running.first, &running.first_count, NULL),
                         0);
        return running;
}

static void running_release(Running *running)
{
        rule_set_free(running->set);
        free(running->first);
        free(running->top);
}

/* How many calls were taken back. */
static int running_follow(Running *running)
{
        const FilterOptions options = {.allow_magic_number = -1, .rest = FILTER_REST_PASSES};
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        int found = rule_set_find_outdated(running->set, running->taken_back);

        assert_true(found >= 0);
        assert_int_equal(
                filter_plan_tighten(rule_set_sealed(running->set), running->taken_back, &plan), 0);
        free(running->top);
        assert_int_equal(filter_build(plan, &options, &running->top, &running->top_count, NULL), 0);
        return found;
}

static bool passes(const Running *running, const CallRegisters *call)
{
        struct seccomp_data data = {.nr = call->number, .arch = AUDIT_ARCH_X86_64};

        memcpy(data.args, call->arguments, sizeof(data.args));
        return bpf_run(running->first, running->first_count, &data, NULL) == SECCOMP_RET_ALLOW &&
               (!running->top ||
                bpf_run(running->top, running->top_count, &data, NULL) == SECCOMP_RET_ALLOW);
}

static void change(Running *running, const char *call, const char *action)
{
        Problem problem = PROBLEM_INIT;

        if (rule_set_change(running->set, call, action, NULL, &problem) < 0)
                fail_msg("%s=%s: %s", call, action, problem_text(&problem));
}

static void a_stricter_rule_takes_back_its_call_and_no_other(void **state)
{
        Running running = running_start(
                "{\"seccomp-jail\": 1, \"default\": \"allow\", \"log\": false, \"rules\": ["
                "{\"syscall\": \"getuid\", \"action\": \"allow-forever\"}]}");
        const CallRegisters seek = {SYS_lseek, {0}}, parent = {SYS_getppid, {0}},
                            fixed = {SYS_getuid, {0}};

        (void) state;
        assert_true(passes(&running, &seek));
        change(&running, "lseek", "notify");
        assert_int_equal(running_follow(&running), 1);
        assert_false(passes(&running, &seek));
        assert_true(passes(&running, &parent));
        /* it stays taken back */
        change(&running, "lseek", "allow");
        assert_int_equal(running_follow(&running), 0);
        assert_false(passes(&running, &seek));
        change(&running, "default", "notify");
        assert_true(running_follow(&running) > 300);
        assert_false(passes(&running, &parent));
        assert_true(passes(&running, &fixed));
        running_release(&running);
}

static void a_tightening_filter_lets_other_entries_to_the_first(void **state)
{
        Running running = running_start(
                "{\"seccomp-jail\": 1, \"default\": \"allow\", \"log\": false, \"rules\": []}");
        struct seccomp_data data = {.nr = SYS_lseek, .arch = AUDIT_ARCH_I386};

        (void) state;
        change(&running, "default", "abort");
        assert_true(running_follow(&running) > 300);
        assert_int_equal(bpf_run(running.top, running.top_count, &data, NULL), SECCOMP_RET_ALLOW);
        assert_int_equal(bpf_run(running.first, running.first_count, &data, NULL),
                         SECCOMP_RET_ERRNO | ENOSYS);
        running_release(&running);
}

/* ---- rules and changes made of dice ---- */

static bool rules_let_pass(RuleSet *set, const CallRegisters *call)
{
        const RuleQuery query = {.registers = call, .peek = true};
        RuleOutcome outcome;

        assert_int_equal(rule_set_match(set, &query, &outcome), 0);
        return outcome.action->kind == ACTION_ALLOW_FOREVER ||
               (outcome.action->kind == ACTION_ALLOW && !outcome.log);
}

static void change_at_random(uint64_t *seed, Running *running)
{
        _cleanup_text_ Text rule = TEXT_INIT;
        size_t count = rule_set_count(running->set), number;
        Problem problem = PROBLEM_INIT;

        /* what is refused changes nothing, which is tried as well */
        switch (roll(seed, 5)) {
        case 0:
                (void) rule_set_move(running->set, 1 + roll(seed, (unsigned) count + 1),
                                     1 + roll(seed, (unsigned) count + 1), &problem);
                break;
        case 1:
                (void) rule_set_enable(running->set, 1 + roll(seed, (unsigned) count + 1),
                                       roll(seed, 2), &problem);
                break;
        case 2:
                (void) rule_set_change(running->set, "default", roll(seed, 2) ? "allow" : "notify",
                                       &number, &problem);
                break;
        default:
                random_rule(seed, &rule, false);
                (void) rule_set_insert(running->set, text_get(&rule),
                                       roll(seed, (unsigned) count + 2), &number, &problem);
        }
        problem_release(&problem);
}

static void nothing_passes_that_the_changed_rules_do_not_let_pass(void **state)
{
        uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
        size_t passed = 0, taken_back = 0;

        (void) state;
        for (unsigned round = 0; round < 150; round++) {
                _cleanup_text_ Text text = TEXT_INIT;
                Running running;

                random_quiet_file(&seed, &text);
                running = running_start(text_get(&text));
                for (unsigned changes = 0; changes < 8; changes++) {
                        for (unsigned i = 0; i < 300; i++) {
                                CallRegisters call = random_call(&seed);

                                if (!passes(&running, &call) || call.number == SYS_exit ||
                                    call.number == SYS_exit_group ||
                                    call.number == SYS_rt_sigreturn ||
                                    call.number == SYS_restart_syscall)
                                        continue;
                                passed++;
                                if (!rules_let_pass(running.set, &call))
                                        fail_msg("call %d(%#lx, %#lx, %#lx, %#lx) passes\n%s",
                                                 call.number, call.arguments[0], call.arguments[1],
                                                 call.arguments[2], call.arguments[3],
                                                 text_get(&text));
                        }
                        change_at_random(&seed, &running);
                        taken_back += (size_t) running_follow(&running);
                }
                running_release(&running);
        }
        /* both must have been tried in earnest */
        assert_true(passed > 20000);
        assert_true(taken_back > 500);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(only_a_plain_unlogged_allow_passes),
                cmocka_unit_test(an_unlogged_default_passes_behind_other_rules),
                cmocka_unit_test(a_stricter_rule_takes_back_its_call_and_no_other),
                cmocka_unit_test(a_tightening_filter_lets_other_entries_to_the_first),
                cmocka_unit_test(nothing_passes_that_the_changed_rules_do_not_let_pass),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
