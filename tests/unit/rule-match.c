/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which rule decides a call, and what a running jail's rules take of changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "rules/path-glob.h"
#include "rules/rule-nth.h"
#include "rules/rule-set.h"
#include "unit/fake-caller.h"

static RuleSet *parse(const char *fallback, const char *rules)
{
        _cleanup_free_ char *text = string_format(
                "{\"seccomp-jail\": 1, \"default\": \"%s\", \"rules\": [%s]}", fallback, rules);
        Diagnostics diagnostics = {0};
        RuleSet *set = NULL;

        if (rule_set_parse(text, strlen(text), &set, &diagnostics) < 0)
                fail_msg("%s\n%s", text, diagnostics.list[0].message);
        diagnostics_release(&diagnostics);
        return set;
}

/* The 1-based rule that decides; -errno for what could not be judged. */
static int decide(RuleSet *set, FakeCaller *caller, const CallRegisters *call)
{
        CallerView view = fake_view(caller);
        RuleQuery query = {.registers = call, .view = &view, .exe = "/usr/bin/cat", .pid = 7};
        RuleOutcome outcome;

        assert_int_equal(rule_set_match(set, &query, &outcome), 0);
        return outcome.unreadable ? -outcome.action->error_number : (int) outcome.number;
}

static int decide_number(RuleSet *set, int number)
{
        FakeCaller caller = {0};
        CallRegisters call = {.number = number};

        return decide(set, &caller, &call);
}

static void globs_match_as_documented(void **state)
{
        static const struct {
                const char *glob, *path;
                bool matches;
        } cases[] = {
                {"/etc/*", "/etc/passwd", true},
                {"/etc/*", "/etc/ssh/key", false},
                {"/etc/**", "/etc/ssh/key", true},
                {"/etc/**", "/etc", true},
                {"/etc/**", "/etcetera", false},
                {"/srv/*/.ssh/**", "/srv/ann/.ssh/id", true},
                {"/srv/*/.ssh/**", "/srv/ann/x/.ssh/id", false},
                {"/srv/**/key", "/srv/key", true},
                {"/srv/**/key", "/srv/a/b/key", true},
                {"/srv/**/key", "/srv/a/monkey", false},
                {"**/key", "/a/b/key", true},
                {"**/b*/*.c", "/a/b1/b2/x.c", true},
                {"**/b*/*.c", "/a/b1/c2/x.c", false},
                {"/a?c", "/abc", true},
                {"/a?c", "/a/c", false},
                {"/[a-c]x", "/bx", true},
                {"/[!a-c]x", "/bx", false},
                {"/a[^b]c", "/a/c", false},
                {"/a\\*", "/a*", true},
                {"/a\\*", "/ab", false},
                {"*", "/a", false},
                {"/a*b*c", "/aXbYbZc", true},
                {"/**x**y", "/1x2/3y4y", true},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(cases); i++)
                if (path_glob_match(cases[i].glob, cases[i].path) != cases[i].matches)
                        fail_msg("%s on %s", cases[i].glob, cases[i].path);
}

static void nth_has_the_forms_of_strace(void **state)
{
        static const struct {
                const char *text, *calls; /* of the first nine */
        } cases[] = {{"3", "3"},     {"3+", "3456789"}, {"3..7", "34567"},
                     {"2+3", "258"}, {"2..6+2", "246"}, {"1+", "123456789"}};
        static const char *const bad[] = {"",
                                          "0",
                                          "-1",
                                          "3-",
                                          "7..3",
                                          "3..",
                                          "+3",
                                          "3+0",
                                          " 3",
                                          "3 ",
                                          "99999999999999999999",
                                          "3x"};
        RuleNth nth;

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(cases); i++) {
                _cleanup_text_ Text calls = TEXT_INIT, again = TEXT_INIT;

                assert_int_equal(rule_nth_parse(cases[i].text, &nth), 0);
                for (uint64_t count = 1; count <= 9; count++)
                        if (rule_nth_has(&nth, count))
                                text_append_unsigned(&calls, count);
                assert_string_equal(text_get(&calls), cases[i].calls);
                rule_nth_append(&nth, &again);
                assert_string_equal(text_get(&again),
                                    strcmp(cases[i].text, "1+") ? cases[i].text : "1+");
        }
        for (size_t i = 0; i < ELEMENTS_OF(bad); i++)
                assert_int_equal(rule_nth_parse(bad[i], &nth), -EINVAL);
}

static void garbage_above_an_int_changes_nothing(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set =
                parse("allow",
                      "{\"syscall\": \"socket\", \"where\": {\"domain\": \"AF_INET\"}, \"action\":"
                      " \"abort\"}, {\"syscall\": \"mkdir\", \"where\": {\"mode\": \"0777\"},"
                      " \"action\": \"abort\"}, {\"syscall\": \"kill\", \"where\": {\"pid\":"
                      " {\"max\": -2}}, \"action\": \"abort\"}");
        FakeCaller caller = {0};
        CallRegisters inet = {SYS_socket, {UINT64_C(0xdeadbeef00000002), 1}};
        CallRegisters mode = {SYS_mkdir, {0, 0xab01ff}};
        CallRegisters group = {SYS_kill, {0xfffffff0, 9}}, one = {SYS_kill, {16, 9}};

        (void) state;
        assert_int_equal(decide(set, &caller, &inet), 1);
        assert_int_equal(decide(set, &caller, &mode), 2);
        assert_int_equal(decide(set, &caller, &group), 3);
        assert_int_equal(decide(set, &caller, &one), 0);
}

static void access_means_what_the_open_can_do(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set =
                parse("notify", "{\"syscall\": [\"open\", \"openat\", \"openat2\", \"creat\"],"
                                " \"where\": {\"access\": \"read\"}, \"action\": \"allow\"}");
        FakeCaller caller = {0};
        const uint64_t how[3] = {0101, 0600, 0}, look[3] = {02000000, 0, 0};
        uint64_t how_at = fake_put(&caller, how, sizeof(how));
        uint64_t look_at = fake_put(&caller, look, sizeof(look));
        const struct {
                CallRegisters call;
                int rule;
        } cases[] = {
                {{SYS_open, {0, 0}}, 1},
                {{SYS_open, {0, 02000000}}, 1},
                {{SYS_open, {0, 1}}, 0},
                {{SYS_open, {0, 2}}, 0},
                {{SYS_open, {0, 3}}, 0},
                {{SYS_open, {0, 01000}}, 0},
                {{SYS_open, {0, 0100}}, 0},
                {{SYS_openat, {0, 0, 020200000}}, 0},
                {{SYS_openat, {0, 0, 0200000}}, 1},
                {{SYS_creat, {0}}, 0},
                {{SYS_openat2, {0, 0, how_at}}, 0},
                {{SYS_openat2, {0, 0, look_at}}, 1},
                {{SYS_openat2, {0, 0, 8}}, -EPERM},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(cases); i++)
                if (decide(set, &caller, &cases[i].call) != cases[i].rule)
                        fail_msg("case %zu", i);
}

static void paths_are_judged_as_they_resolve(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set =
                parse("allow", "{\"syscall\": \"rename\", \"where\": {\"path\": \"/secret/**\"},"
                               " \"action\": \"abort\"},"
                               "{\"syscall\": \"link\", \"where\": {\"path\": \"/free/**\"},"
                               " \"action\": \"allow\"},"
                               "{\"syscall\": \"link\", \"action\": \"abort\"}");
        FakeCaller caller = {0};
        uint64_t secret = fake_put_string(&caller, "/secret/x");
        uint64_t free_path = fake_put_string(&caller, "/free/y");
        CallRegisters from = {SYS_rename, {secret, free_path}},
                      to = {SYS_rename, {free_path, secret}};
        CallRegisters other = {SYS_rename, {free_path, free_path}},
                      bad = {SYS_rename, {free_path, 5}};
        CallRegisters half = {SYS_link, {free_path, secret}},
                      both = {SYS_link, {free_path, free_path}};

        (void) state;
        assert_int_equal(decide(set, &caller, &from), 1);
        assert_int_equal(decide(set, &caller, &to), 1);
        assert_int_equal(decide(set, &caller, &other), 0);
        assert_int_equal(decide(set, &caller, &bad), -EPERM);
        assert_int_equal(decide(set, &caller, &half), 3); /* allowing needs both */
        assert_int_equal(decide(set, &caller, &both), 2);
        assert_true(rule_set_judges_memory(set, SYS_rename));
        assert_false(rule_set_judges_memory(set, SYS_mkdir));
}

static void addresses_are_judged_by_prefix_and_port(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set =
                parse("notify", "{\"syscall\": [\"connect\", \"sendmsg\"], \"where\": {\"address\":"
                                " {\"address\": \"10.0.0.0/8\", \"port\": {\"min\": 80, \"max\":"
                                " 90}}}, \"action\": \"allow\"},"
                                "{\"syscall\": \"connect\", \"where\": {\"address\": \"/run/**\"},"
                                " \"action\": \"allow\"}");
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(85)};
        struct sockaddr_in6 mapped = {.sin6_family = AF_INET6, .sin6_port = htons(90)};
        struct sockaddr unix_address = {.sa_family = AF_UNIX, .sa_data = "/run/x"};
        struct msghdr message = {.msg_namelen = sizeof(in)}, unnamed = {0};
        FakeCaller caller = {0};
        uint64_t in_at = fake_put(&caller, &in, sizeof(in));
        uint64_t mapped_at = fake_put(&caller, &mapped, sizeof(mapped));
        uint64_t unix_at = fake_put(&caller, &unix_address, sizeof(unix_address));
        uint64_t message_at = fake_put(&caller, &message, sizeof(message));
        uint64_t unnamed_at = fake_put(&caller, &unnamed, sizeof(unnamed));
        CallRegisters inet = {SYS_connect, {3, in_at, sizeof(in)}};
        CallRegisters inet6 = {SYS_connect, {3, mapped_at, sizeof(mapped)}};
        CallRegisters local = {SYS_connect, {3, unix_at, sizeof(unix_address)}};
        CallRegisters beyond = {SYS_connect, {3, in_at, sizeof(in) + 1}};
        CallRegisters send = {SYS_sendmsg, {3, message_at}}, plain = {SYS_sendmsg, {3, unnamed_at}};

        (void) state;
        message.msg_name = (void *) (uintptr_t) in_at;
        inet_pton(AF_INET, "10.1.2.3", &in.sin_addr);
        inet_pton(AF_INET6, "::ffff:10.9.9.9", &mapped.sin6_addr);
        assert_int_equal(decide(set, &caller, &inet), 1);
        assert_int_equal(decide(set, &caller, &inet6), 1);
        assert_int_equal(decide(set, &caller, &local), 2);
        assert_int_equal(decide(set, &caller, &beyond), -EPERM);
        assert_int_equal(decide(set, &caller, &send), 1);
        assert_int_equal(decide(set, &caller, &plain), 0);
        in.sin_port = htons(91);
        assert_int_equal(decide(set, &caller, &inet), 0);
        inet_pton(AF_INET, "11.1.2.3", &in.sin_addr);
        in.sin_port = htons(85);
        assert_int_equal(decide(set, &caller, &inet), 0);
}

static void the_caller_narrows_a_rule(void **state)
{
        static const char *const ancestors[] = {"/usr/bin/make", "/bin/sh", NULL};
        _cleanup_(rule_set_freep) RuleSet *set =
                parse("notify", "{\"syscall\": \"mkdir\", \"exe\": \"/usr/bin/c*\", \"action\":"
                                " \"allow\"},{\"syscall\": \"rmdir\", \"started-by\": \"**/sh\","
                                " \"action\": \"allow\"},{\"syscall\": \"chdir\", \"pid\": 8,"
                                " \"action\": \"allow\"}");
        CallRegisters call = {.number = SYS_mkdir};
        RuleQuery query = {.registers = &call, .exe = NULL, .ancestors = ancestors, .pid = 7};
        RuleOutcome outcome;

        (void) state;
        assert_int_equal(decide_number(set, SYS_mkdir), 1);
        assert_int_equal(decide_number(set, SYS_rmdir), 0);
        assert_int_equal(decide_number(set, SYS_chdir), 0);
        rule_set_match(set, &query, &outcome);
        assert_true(outcome.unreadable); /* nobody knows the program */
        call.number = SYS_rmdir;
        rule_set_match(set, &query, &outcome);
        assert_int_equal(outcome.number, 2);
}

static void nth_counts_over_the_jail_and_not_when_peeking(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set =
                parse("allow", "{\"syscall\": \"write\", \"nth\": \"3+\", \"action\": \"abort\"}");
        CallRegisters call = {.number = SYS_write};
        RuleQuery peek = {.registers = &call, .peek = true};
        RuleOutcome outcome;

        (void) state;
        for (unsigned i = 0; i < 9; i++)
                rule_set_match(set, &peek, &outcome);
        assert_int_equal(decide_number(set, SYS_write), 0);
        assert_int_equal(decide_number(set, SYS_write), 0);
        assert_int_equal(rule_set_use(set, 0).hits, 0);
        assert_int_equal(decide_number(set, SYS_write), 1);
        assert_int_equal(decide_number(set, SYS_write), 1);
        assert_int_equal(rule_set_use(set, 0).hits, 2);
        assert_true(rule_set_use(set, 0).last_usec > 0);
}

static Rule *make_rule(const char *json)
{
        Rule *rule = NULL;

        assert_int_equal(rule_parse(json, &rule, NULL), 0);
        return rule;
}

static void rules_from_answers_end(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set = parse("notify", "");
        _cleanup_free_ char *text = NULL;
        Rule *once = make_rule("{\"syscall\": \"mkdir\", \"action\": \"allow\"}");
        Rule *past = make_rule("{\"syscall\": \"rmdir\", \"action\": \"allow\"}");
        Rule *process = make_rule("{\"syscall\": \"chdir\", \"action\": \"allow\"}");

        (void) state;
        once->expires_uses = 1;
        past->expires_usec = 1;
        process->expires_pid = 42;
        assert_int_equal(rule_set_insert_rule(set, once, NULL), 0);
        assert_int_equal(rule_set_insert_rule(set, past, NULL), 0);
        assert_int_equal(rule_set_insert_rule(set, process, NULL), 0);
        assert_int_equal(rule_set_write(set, &text), 0);
        assert_null(strstr(text, "mkdir"));
        assert_int_equal(decide_number(set, SYS_mkdir), 3);
        assert_int_equal(decide_number(set, SYS_mkdir), 0);
        assert_int_equal(decide_number(set, SYS_rmdir), 0);
        rule_set_drop_ended(set);
        assert_int_equal(rule_set_count(set), 1);
        assert_int_equal(decide_number(set, SYS_chdir), 1);
        assert_int_equal(rule_set_end_process(set, 41), 0);
        assert_int_equal(rule_set_end_process(set, 42), 1);
        assert_int_equal(decide_number(set, SYS_chdir), 0);
}

static void expect_refusal(int r, int wanted, Problem *problem, const char *text)
{
        assert_int_equal(r, wanted);
        assert_string_equal(problem_text(problem), text);
        problem_release(problem);
}

static void changes_take_effect_on_the_next_call(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set =
                parse("allow", "{\"syscall\": \"mkdir\", \"action\": \"notify\"}");
        Problem problem = PROBLEM_INIT;
        size_t number;

        (void) state;
        rule_set_seal(set);
        assert_int_equal(rule_set_change(set, "mkdir", "abort=EACCES", &number, NULL), 0);
        assert_int_equal(number, 1);
        assert_int_equal(rule_set_count(set), 1);
        assert_int_equal(rule_set_get(set, 0)->action.error_number, EACCES);
        assert_int_equal(rule_set_change(set, "@network", "notify", &number, NULL), 0);
        assert_int_equal(decide_number(set, SYS_socket), 1);
        assert_int_equal(rule_set_change(set, "default", "abort", &number, NULL), 0);
        assert_int_equal(number, 0);
        assert_int_equal(rule_set_move(set, 1, 2, NULL), 0);
        assert_int_equal(decide_number(set, SYS_mkdir), 1);
        assert_int_equal(rule_set_enable(set, 1, false, NULL), 0);
        assert_int_equal(decide_number(set, SYS_mkdir), 0);
        assert_int_equal(rule_set_remove(set, "@network", NULL), 0);
        assert_int_equal(rule_set_count(set), 1);
        expect_refusal(
                rule_set_remove(set, "rmdir", &problem), -ENOENT, &problem,
                "no rule is for exactly rmdir without conditions; name the rule by its number");
        expect_refusal(rule_set_remove(set, "9", &problem), -ENOENT, &problem,
                       "there is no rule 9; the jail has 1 rules");
        expect_refusal(rule_set_change(set, "mkdri", "abort", NULL, &problem), -EINVAL, &problem,
                       "unknown system call 'mkdri'; did you mean 'mkdir'?");
}

static void the_forever_part_of_a_running_jail_stands(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set = parse(
                "notify", "{\"syscall\": \"rmdir\", \"action\": \"allow\"},"
                          "{\"syscall\": \"open\", \"where\": {\"path\": \"/a\"}, \"action\":"
                          " \"allow\"},"
                          "{\"syscall\": [\"mkdir\", \"open\"], \"action\": \"abort-forever\"}");
        Problem problem = PROBLEM_INIT;

        (void) state;
        rule_set_seal(set);
        expect_refusal(
                rule_set_change(set, "mkdir", "allow", NULL, &problem), -EPERM, &problem,
                "mkdir is decided in the kernel by rule 3 (abort-forever) for as long as this "
                "jail lives; start a jail with mkdir=allow to be able to change it");
        expect_refusal(
                rule_set_change(set, "rmdir", "abort-forever", NULL, &problem), -EPERM, &problem,
                "abort-forever is decided in the kernel's filter, which is fixed once a jail "
                "runs; use abort, or start a jail with this rule");
        expect_refusal(
                rule_set_remove(set, "3", &problem), -EPERM, &problem,
                "rule 3 (mkdir open abort-forever) is decided in the kernel for as long as this "
                "jail lives; start a jail without it to be able to change it");
        expect_refusal(
                rule_set_move(set, 2, 3, &problem), -EPERM, &problem,
                "rule 2 cannot go past rule 3 (mkdir open abort-forever), which is fixed while "
                "this jail lives");
        assert_int_equal(rule_set_change(set, "rmdir", "abort", NULL, NULL), 0);
        /* open is traced, for its path; a later rule does not overrule the forever one */
        assert_int_equal(rule_set_change(set, "open", "allow", NULL, NULL), 0);
        assert_int_equal(rule_set_count(set), 4);
        {
                FakeCaller caller = {0};
                CallRegisters other = {SYS_open, {fake_put_string(&caller, "/b")}};
                CallRegisters same = {SYS_open, {fake_put_string(&caller, "/a")}};

                assert_int_equal(decide(set, &caller, &other), 4);
                assert_int_equal(decide(set, &caller, &same), 1);
        }
}

static void another_file_must_have_the_same_forever_part(void **state)
{
        RuleSet *set = parse("allow-forever", "{\"syscall\": \"mkdir\", \"action\": \"notify\"}");
        RuleSet *more = parse("allow-forever", "{\"syscall\": \"rmdir\", \"action\": \"notify\"}");
        RuleSet *other = parse("notify", "");
        RuleSet *same = parse("allow-forever", "{\"syscall\": \"mkdir\", \"action\": \"abort\"}");
        Problem problem = PROBLEM_INIT;

        (void) state;
        rule_set_seal(set);
        expect_refusal(
                rule_set_replace(&set, more, &problem), -EPERM, &problem,
                "the file has a rule on rmdir (84), which the kernel decides for as long as this "
                "jail lives; start a jail with the file instead");
        expect_refusal(
                rule_set_replace(&set, other, &problem), -EPERM, &problem,
                "the default is allow-forever and the file says notify; a forever default is "
                "fixed while a jail lives; start a jail with the file instead");
        assert_int_equal(rule_set_replace(&set, same, NULL), 0);
        assert_ptr_equal(set, same);
        assert_int_equal(rule_set_get(set, 0)->action.kind, ACTION_ABORT);
        assert_int_equal(rule_set_change(set, "rmdir", "abort", NULL, NULL), -EPERM);
        rule_set_free(set);
        rule_set_free(more);
        rule_set_free(other);
}

/* The action of a preset on a call. */
static ActionKind preset_action(const char *name, FakeCaller *caller, const CallRegisters *call)
{
        _cleanup_(rule_set_freep) RuleSet *set = NULL;
        CallerView view = fake_view(caller);
        RuleQuery query = {.registers = call, .view = &view, .exe = "/usr/bin/cat", .pid = 7};
        Diagnostics diagnostics = {0};
        RuleOutcome outcome;

        assert_int_equal(
                rule_set_parse(preset_text(name), strlen(preset_text(name)), &set, &diagnostics),
                0);
        assert_int_equal(rule_set_match(set, &query, &outcome), 0);
        assert_false(outcome.unreadable);
        return outcome.action->kind;
}

static void the_default_preset_asks_before_something_changes(void **state)
{
        struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(80)};
        struct sockaddr netlink = {.sa_family = AF_NETLINK};
        FakeCaller caller = {0};
        uint64_t file = fake_put_string(&caller, "/srv/a");
        uint64_t null = fake_put_string(&caller, "/dev/null");
        uint64_t in_at = fake_put(&caller, &in, sizeof(in));
        uint64_t netlink_at = fake_put(&caller, &netlink, sizeof(netlink));
        const struct {
                CallRegisters call;
                bool asks;
        } cases[] = {
                {{SYS_openat, {0, file, 02000000}}, false},
                {{SYS_openat, {0, file, 0101}}, true},
                {{SYS_openat, {0, null, 01001}}, false},
                {{SYS_creat, {file, 0600}}, true},
                {{SYS_mkdir, {file, 0700}}, true},
                {{SYS_unlink, {file}}, true},
                {{SYS_rename, {file, file}}, true},
                {{SYS_newfstatat, {0, file}}, false},
                {{SYS_execve, {file}}, false},
                {{SYS_write, {1, 0, 5}}, false},
                {{SYS_socket, {AF_INET, 1}}, false},
                {{SYS_socket, {AF_PACKET, 3}}, true},
                {{SYS_connect, {3, in_at, sizeof(in)}}, true},
                {{SYS_sendto, {3, 0, 0, 0, in_at, sizeof(in)}}, true},
                {{SYS_sendto, {3, 0, 0, 0, netlink_at, 12}}, false},
                {{SYS_sendto, {3, 0, 0, 0, 0, 0}}, false},
                {{SYS_setuid, {0}}, true},
                {{SYS_kill, {5, 9}}, true},
                {{SYS_kill, {5, 0}}, false},
                {{SYS_fchmod, {3, 0}}, true},
                {{SYS_ioctl, {0, 0x5401}}, false},
                {{SYS_ioctl, {0, 0x40086602}}, true},
                {{469, {0}}, true},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(cases); i++) {
                bool asks =
                        preset_action("ask-before-write", &caller, &cases[i].call) == ACTION_NOTIFY;
                bool refused = preset_action("read-only", &caller, &cases[i].call) == ACTION_ABORT;

                if (asks != cases[i].asks || refused != cases[i].asks)
                        fail_msg("case %zu", i);
        }
}

/* A directory that gets another name takes along what lies below it. */
static void rules_that_reach_below_a_directory(void **state)
{
        static const struct {
                const char *glob, *directory;
                bool reaches;
        } rows[] = {
                {"/keep/secret", "/keep", true},
                {"/keep/secret", "/keep/secret", false},
                {"/keep/secret", "/kee", false},
                {"/keep/secret", "/keep/other", false},
                {"/home/*/.ssh/**", "/home/u", true},
                {"/home/*/.ssh/**", "/home", true},
                {"/home/*/.ssh/**", "/srv", false},
                {"/keep/**", "/keep/sub/deep", true},
                {"**/secret", "/any", true},
                {"/ke[e]p/x", "/keep", true},
                {"/keep", "/keep", false},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(rows); i++) {
                _cleanup_free_ char *text =
                        string_format("{\"seccomp-jail\": 1, \"default\": \"allow\", \"rules\": "
                                      "[{\"syscall\": \"openat\", \"where\":"
                                      " {\"path\": \"%s\"}, \"action\": \"abort\"}]}",
                                      rows[i].glob);
                _cleanup_(rule_set_freep) RuleSet *set = NULL;
                Diagnostics diagnostics = {0};

                assert_int_equal(rule_set_parse(text, strlen(text), &set, &diagnostics), 0);
                diagnostics_release(&diagnostics);
                if (rule_set_paths_reach_below(set, rows[i].directory) != rows[i].reaches)
                        fail_msg("%s below %s", rows[i].glob, rows[i].directory);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(globs_match_as_documented),
                cmocka_unit_test(nth_has_the_forms_of_strace),
                cmocka_unit_test(garbage_above_an_int_changes_nothing),
                cmocka_unit_test(access_means_what_the_open_can_do),
                cmocka_unit_test(paths_are_judged_as_they_resolve),
                cmocka_unit_test(addresses_are_judged_by_prefix_and_port),
                cmocka_unit_test(the_caller_narrows_a_rule),
                cmocka_unit_test(nth_counts_over_the_jail_and_not_when_peeking),
                cmocka_unit_test(rules_from_answers_end),
                cmocka_unit_test(changes_take_effect_on_the_next_call),
                cmocka_unit_test(the_forever_part_of_a_running_jail_stands),
                cmocka_unit_test(another_file_must_have_the_same_forever_part),
                cmocka_unit_test(the_default_preset_asks_before_something_changes),
                cmocka_unit_test(rules_that_reach_below_a_directory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
