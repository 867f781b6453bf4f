/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that are asked about a call again, once something is known that took time. */
#include <sys/syscall.h>

#include "unit/parse-rules.h"

/* As a view does that has to ask a server where a path leads. */
static int resolve_later(void *context, int dirfd, const char *path, int follow, char **ret)
{
        (void) dirfd, (void) path, (void) follow, (void) ret;
        *(char **) context = (char *) "wished";
        return -EINPROGRESS;
}

static ssize_t read_a_path(void *context, uint64_t address, void *buffer, size_t size)
{
        (void) context, (void) address;
        memset(buffer, 0, size);
        memcpy(buffer, "x", size ? 1 : 0);
        return (ssize_t) size;
}

static void a_call_that_is_judged_later_is_counted_once(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set =
                parse("{\"seccomp-jail\": 1, \"default\": \"allow\", \"rules\": ["
                      "{\"syscall\": \"mkdir\", \"nth\": \"2\", \"action\": \"abort\"},"
                      "{\"syscall\": \"mkdir\", \"where\": {\"path\": \"/a/**\"}, \"action\": "
                      "\"notify\"}]}");
        char *wish = NULL;
        CallerView view = {
                .context = &wish, .read_memory = read_a_path, .resolve_path = resolve_later};
        CallRegisters call = {.number = SYS_mkdir, .arguments = {4096}};
        RuleQuery query = {.registers = &call, .view = &view, .wish = &wish};
        RuleOutcome outcome;

        (void) state;
        for (unsigned i = 0; i < 5; i++) {
                assert_int_equal(rule_set_match(set, &query, &outcome), -EINPROGRESS);
                assert_string_equal(wish, "wished");
                wish = NULL;
        }
        assert_int_equal(rule_set_use(set, 1).hits, 0);
        /* nobody is there to ask: the second rule cannot be judged, but it is the first's turn */
        query.wish = NULL;
        assert_int_equal(rule_set_match(set, &query, &outcome), 0);
        assert_true(outcome.unreadable);
        assert_int_equal(rule_set_match(set, &query, &outcome), 0);
        assert_int_equal(outcome.number, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_call_that_is_judged_later_is_counted_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
