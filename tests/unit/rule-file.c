/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rule files: what is taken, what is said about what is not, and the way back to text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "rules/rule-set.h"

#define FILE_OF(rules) "{\"seccomp-jail\": 1, \"default\": \"notify\", \"rules\": [\n" rules "]}"

/* Appends "line:column: error: message" for each finding. */
static void append_findings(const Diagnostics *diagnostics, Text *text)
{
        for (size_t i = 0; i < diagnostics->count; i++) {
                const Diagnostic *found = &diagnostics->list[i];

                text_append_format(
                        text, "%s%u:%u: %s: %s", i ? "\n" : "", found->line, found->column,
                        found->severity == SEVERITY_ERROR ? "error" : "warning", found->message);
        }
}

static int read_file(const char *file, RuleSet **ret, Text *findings)
{
        Diagnostics diagnostics = {0};
        int r = rule_set_parse(file, strlen(file), ret, &diagnostics);

        append_findings(&diagnostics, findings);
        diagnostics_release(&diagnostics);
        return r;
}

typedef struct Case {
        const char *file, *findings;
} Case;

static void expect_findings(const Case *cases, size_t count, int wanted)
{
        for (size_t i = 0; i < count; i++) {
                _cleanup_(rule_set_freep) RuleSet *set = NULL;
                _cleanup_text_ Text findings = TEXT_INIT;
                int r = read_file(cases[i].file, &set, &findings);

                if (r != wanted || strcmp(text_get(&findings), cases[i].findings) != 0)
                        fail_msg("%s\n%d\n%s\nwanted:\n%s", cases[i].file, r, text_get(&findings),
                                 cases[i].findings);
        }
}

static const Case syntax_mistakes[] = {
        {"", "1:1: error: the file is empty; the least is {\"seccomp-jail\": 1, \"default\": "
             "\"notify\"}"},
        {"{\"seccomp-jail\": 1,\n \"default\": \"notify\",}",
         "2:21: error: trailing comma; nothing follows it, remove it"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"action\": \"notify\",},\n"),
         "2:40: error: trailing comma; nothing follows it, remove it\n"
         "2:42: error: trailing comma; nothing follows it, remove it"},
        {"{\"seccomp-jail\": 1, \"default\": \"allow\",\n  \"default\": \"abort\"}",
         "2:3: error: duplicate key \"default\"; it stands in line 1 already"},
        {"{\"seccomp-jail\": 1, \"default\": \"allow\",\n  \"def\\u0061ult\": \"abort\"}",
         "2:3: error: duplicate key \"default\"; it stands in line 1 already"},
        {"{\"seccomp-jail\": 1 \"default\": \"allow\"}",
         "1:20: error: ',' or '}' is wanted here, not '\"'"},
        {"{'seccomp-jail': 1}",
         "1:2: error: a key in double quotes is wanted here; strings stand in "
         "double quotes"},
        {"{\"seccomp-jail\": 1, \"default\": \"allow",
         "1:32: error: this string has no closing quotation mark"},
        {"{\"seccomp-jail\": 1, // the version\n \"default\": \"allow\"}",
         "1:21: error: JSON has no comments; write \"comment\": \"...\" in the rule"},
        {"{\"seccomp-jail\": 0x1}",
         "1:18: error: JSON numbers are decimal; write a hexadecimal one "
         "as a string: \"0x...\""},
        {"{\"seccomp-jail\": 01}",
         "1:20: error: a number does not begin with 0; write an octal one "
         "as a string: \"0755\""},
        {"{\"seccomp-jail\": 1, \"default\": \"\xff\"}",
         "1:33: error: byte 0xff is not UTF-8; save the file as UTF-8"},
        {"{\"gr\xc3\xbc\xc3\x9f\x65\": \xe2\x82\xac}",
         "1:11: error: a value is wanted here, not the character U+20AC"},
        {"{\"a\": \"\\u0000\"}", "1:10: error: \\u0000 cannot stand in a string of a rule file"},
        {"{\"a\": \"\\q\"}", "1:9: error: no such escape; a backslash is written \\\\"},
        {"{\"a\": \"\\ud83d!\"}",
         "1:14: error: half a character: \\ud800 to \\udbff need \\udc00 to "
         "\\udfff behind them"},
        {"{} {}", "1:4: error: the file goes on after its end; one object is wanted"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
         "1:33: error: nested more than 32 deep; no rule needs "
         "that"},
        {"[1, 2]", "1:1: error: a rule file is one object: {\"seccomp-jail\": 1, \"default\": "
                   "\"notify\", \"rules\": []}, not a list"},
};

static void mistakes_of_syntax_are_named_by_place(void **state)
{
        (void) state;
        expect_findings(syntax_mistakes, ELEMENTS_OF(syntax_mistakes), -EINVAL);
}

static const Case file_mistakes[] = {
        {"{}", "1:1: error: \"default\" is missing; it decides the calls that no rule names, like "
               "\"default\": \"notify\"\n"
               "1:1: error: \"seccomp-jail\": 1 is missing; it says that this is a rule file"},
        {"{\"seccomp-jail\": 2, \"default\": \"allow\"}",
         "1:18: error: the version of the rule file format is 1; this program knows no other"},
        {"{\"seccomp-jail\": 1, \"defualt\": \"allow\"}",
         "1:1: error: \"default\" is missing; it decides the calls that no rule names, like "
         "\"default\": \"notify\"\n"
         "1:21: error: unknown key \"defualt\" in the file; did you mean 'default'?"},
        {"{\"seccomp-jail\": 1, \"default\": \"alow\"}",
         "1:32: error: unknown action 'alow'; did you mean 'allow'?"},
        {"{\"seccomp-jail\": 1, \"default\": 3}",
         "1:32: error: an action is like \"notify\" or {\"action\": \"abort\", \"errno\": "
         "\"EACCES\"}, not a number"},
        {"{\"seccomp-jail\": 1, \"default\": \"allow\", \"on-timeout\": {\"seconds\": 0, "
         "\"action\": \"notify\"}}",
         "1:67: error: \"seconds\" is a number from 0.001 to a year"},
        {"{\"seccomp-jail\": 1, \"default\": \"allow\", \"on-timeout\": {\"seconds\": 5, "
         "\"action\": \"notify\"}}",
         "1:80: error: when nobody answers a call is decided by allow, abort or return, not by "
         "notify"},
        {"{\"seccomp-jail\": 1, \"default\": \"allow\", \"open-guards\": [\"io_urin\"]}",
         "1:57: error: unknown guard 'io_urin'; did you mean 'io_uring'?"},
        {"{\"seccomp-jail\": 1, \"default\": \"allow\", \"open-guards\": [\"kernel\"]}",
         "1:57: error: the guard 'kernel' stays shut: a kernel module is above every jail"},
        {"{\"seccomp-jail\": 1, \"default\": \"allow\", \"rules\": {}}",
         "1:50: error: \"rules\" is a list of rules, not an object"},
};

static void mistakes_of_the_file_are_named_by_place(void **state)
{
        (void) state;
        expect_findings(file_mistakes, ELEMENTS_OF(file_mistakes), -EINVAL);
}

static const Case rule_mistakes[] = {
        {FILE_OF("{\"syscall\": \"mkdri\", \"action\": \"notify\"}"),
         "2:13: error: unknown system call 'mkdri'; did you mean 'mkdir'?"},
        {FILE_OF("{\"syscall\": \"@netwrok\", \"action\": \"notify\"}"),
         "2:13: error: unknown group '@netwrok'; did you mean '@network'?"},
        {FILE_OF("{\"syscall\": 5000, \"action\": \"notify\"}"),
         "2:13: error: '5000' is not the number of a call; x86_64 has 0 to 469, and up to 4095 may "
         "be named"},
        {FILE_OF("{\"syscall\": [], \"action\": \"notify\"}"),
         "2:13: error: an empty list selects no call"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"action\": \"deny\"}"),
         "2:32: error: unknown action 'deny'; did you mean 'abort'?"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"acton\": \"abort\"}"),
         "2:1: error: \"action\" is missing; there are allow, abort, notify, return, script, "
         "allow-forever and abort-forever\n"
         "2:22: error: unknown key \"acton\" in a rule; did you mean 'action'?"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"action\": \"abort\", \"errno\": \"EACCESS\"}"),
         "2:50: error: unknown errno 'EACCESS'; did you mean 'EACCES'?"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"action\": \"abort\", \"errno\": 5000}"),
         "2:50: error: an errno is a name like \"EACCES\" or a number from 1 to 4095"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"action\": \"allow\", \"errno\": \"EIO\"}"),
         "2:41: error: \"errno\" goes with the action abort, abort-forever or return"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"where\": {\"arg6\": 1}, \"action\": \"abort\"}"),
         "2:32: error: there is no arg6; a system call has six arguments, arg0 to arg5"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"where\": {\"mod\": 1}, \"action\": \"abort\"}"),
         "2:32: error: mkdir has no argument 'mod', only pathname and mode; did you mean 'mode'?"},
        {FILE_OF("{\"syscall\": \"getpid\", \"where\": {\"flags\": 1}, \"action\": \"abort\"}"),
         "2:33: error: getpid has no arguments to test"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"where\": {\"path\": \"/a\"}, \"action\": "
                 "\"abort-forever\"}"),
         "2:32: error: the kernel cannot read memory, so \"path\" cannot stand on abort-forever; "
         "write \"action\": \"abort\""},
        {FILE_OF("{\"syscall\": \"connect\", \"where\": {\"address\": \"::1\"}, \"action\": "
                 "\"allow-forever\"}"),
         "2:34: error: the kernel cannot read memory, so \"address\" cannot stand on "
         "allow-forever; "
         "write \"action\": \"allow\""},
        {FILE_OF("{\"syscall\": \"mkdir\", \"nth\": 3, \"action\": \"abort-forever\"}"),
         "2:22: error: the kernel cannot judge \"nth\", so it cannot stand on abort-forever; write "
         "\"action\": \"abort\""},
        {FILE_OF("{\"syscall\": \"mkdir\", \"exe\": \"bash\", \"action\": \"abort\"}"),
         "2:29: error: a program is named by its path, as \"/usr/bin/bash\" or \"**/bash\""},
        {FILE_OF("{\"syscall\": \"mkdir\", \"nth\": \"0\", \"action\": \"abort\"}"),
         "2:29: error: \"nth\" is like \"3\" (the third call), \"3+\" (from the third on), "
         "\"3..7\", "
         "\"2+3\" (the second and every third after it), counted from 1"},
        {FILE_OF("{\"syscall\": \"socket\", \"where\": {\"domain\": \"AF_INTE\"}, \"action\": "
                 "\"abort\"}"),
         "2:43: error: 'AF_INTE' is no value of domain of socket; did you mean 'AF_INET'?"},
        {FILE_OF("{\"syscall\": \"close\", \"where\": {\"fd\": 4294967296}, \"action\": "
                 "\"abort\"}"),
         "2:38: error: this number does not fit the 32 bits of fd"},
        {FILE_OF("{\"syscall\": \"close\", \"where\": {\"fd\": {\"min\": 5, \"max\": 3}}, "
                 "\"action\": \"abort\"}"),
         "2:38: error: \"min\" is above \"max\""},
        {FILE_OF("{\"syscall\": \"close\", \"where\": {\"fd\": {\"mask\": 3}}, \"action\": "
                 "\"abort\"}"),
         "2:38: error: \"mask\" and \"value\" go together: the argument & mask must be value"},
        {FILE_OF("{\"syscall\": \"close\", \"where\": {\"fd\": true}, \"action\": \"abort\"}"),
         "2:38: error: a whole number or the name of a constant is wanted here, not true or false"},
        {FILE_OF("{\"syscall\": \"open\", \"where\": {\"path\": \"etc/passwd\"}, \"action\": "
                 "\"abort\"}"),
         "2:39: error: paths are tested as they resolve, from '/': write \"/...\" or "
         "\"**/etc/passwd\""},
        {FILE_OF("{\"syscall\": \"open\", \"where\": {\"path\": \"/a[b\"}, \"action\": \"abort\"}"),
         "2:39: error: '[' is not closed by ']'; a plain '[' is written \\\\["},
        {FILE_OF("{\"syscall\": \"connect\", \"where\": {\"address\": \"10.0.0.0/33\"}, "
                 "\"action\": "
                 "\"abort\"}"),
         "2:45: error: the number behind '/' is 0 to 32 bits"},
        {FILE_OF("{\"syscall\": \"connect\", \"where\": {\"address\": {\"port\": 70000}}, "
                 "\"action\": \"abort\"}"),
         "2:54: error: a port is from 0 to 65535"},
        {FILE_OF("{\"syscall\": \"exit_group\", \"action\": \"abort\"}"),
         "2:13: error: exit_group always runs, it cannot have this action: a process that could "
         "not "
         "end or return from a signal would spin"},
        {FILE_OF("{\"syscall\": \"getuid\", \"action\": \"return\"}"),
         "2:1: error: the action return needs \"value\": NUMBER or \"errno\": \"E...\""},
        {FILE_OF("{\"syscall\": \"read\", \"action\": \"return\", \"value\": 1, \"writes\": "
                 "{\"bfu\": \"x\"}}"),
         "2:63: error: read has no argument 'bfu' to write to"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"action\": \"notify\", \"delay\": \"soon\"}"),
         "2:51: error: a delay is a number of seconds or like \"10ms\", \"2s\", at most an hour"},
        {FILE_OF("7, {\"syscall\": \"mkdir\", \"action\": \"notify\", \"log\": 1}"),
         "2:1: error: a rule is an object: {\"syscall\": \"mkdir\", \"action\": \"notify\"}, not a "
         "number\n"
         "2:52: error: \"log\" is true or false, not a number"},
};

static void mistakes_of_rules_are_named_by_place(void **state)
{
        (void) state;
        expect_findings(rule_mistakes, ELEMENTS_OF(rule_mistakes), -EINVAL);
}

static const Case warnings[] = {
        {FILE_OF("{\"syscall\": \"mkdir\", \"action\": \"allow\"},\n"
                 "{\"syscall\": \"mkdir\", \"where\": {\"mode\": \"0777\"}, \"action\": "
                 "\"abort\"}"),
         "3:1: warning: rule 2 (mkdir) is never reached: rule 1 in front of it decides every such "
         "call; move it up or remove it"},
        {FILE_OF("{\"syscall\": \"mkdir\", \"where\": {\"path\": \"/a\"}, \"action\": \"allow\"},\n"
                 "{\"syscall\": \"mkdir\", \"action\": \"abort-forever\"}"),
         "3:1: warning: abort-forever for mkdir stands behind rule 1, which the kernel cannot "
         "judge: "
         "the supervisor decides both, at its speed; put the forever rule first if it may decide "
         "first"},
        {FILE_OF("{\"syscall\": \"clock_gettime\", \"action\": \"abort\"}"),
         "2:1: warning: for clock_gettime to be seen, programs started in this jail have no vDSO: "
         "each look at a clock is a call; programs that run already go on asking theirs"},
        {"{\"seccomp-jail\": 1, \"default\": \"allow\", \"open-guards\": [\"namespaces\", "
         "\"mounts\"],\n\"rules\": [\n"
         "{\"syscall\": \"mkdir\", \"action\": \"abort\"},\n"
         "{\"syscall\": \"openat\", \"where\": {\"path\": \"/secret\"}, \"action\": \"abort\"}]}",
         "1:57: warning: the guard 'namespaces' is open: in namespaces of its own a program gives "
         "paths and rights other meanings (sandboxes of browsers need it)\n"
         "1:71: warning: the guard 'mounts' is open: a mount gives paths other meanings\n"
         "4:1: warning: rule 2 (openat) goes by paths, and the guard 'mounts' is open: after "
         "chroot, "
         "pivot_root or a mount the program reaches the same file by a path that the rule does not "
         "have; leave the guard shut"},
        {"{\"seccomp-jail\": 1, \"default\": \"allow\", \"open-guards\": [\"ptrace\"]}",
         "1:57: warning: the guard 'ptrace' is open: a program could take over any process of its "
         "user that is not in the jail"},
        {FILE_OF("{\"syscall\": \"@process\", \"action\": \"abort\"}"), ""},
};

static void what_is_odd_is_a_warning(void **state)
{
        (void) state;
        expect_findings(warnings, ELEMENTS_OF(warnings), 0);
}

static void a_file_of_fifty_megabytes_is_refused_unread(void **state)
{
        Diagnostics diagnostics = {0};
        RuleSet *set = NULL;

        (void) state;
        /* not a byte of it is looked at */
        assert_int_equal(rule_set_parse(NULL, 50u << 20, &set, &diagnostics), -EFBIG);
        assert_int_equal(diagnostics.count, 1);
        assert_string_equal(diagnostics.list[0].message,
                            "the rule file has 52428800 bytes; at most 1048576 are taken");
        diagnostics_release(&diagnostics);
}

static void a_hundred_mistakes_are_enough(void **state)
{
        _cleanup_text_ Text text = TEXT_INIT;
        Diagnostics diagnostics = {0};
        RuleSet *set = NULL;

        (void) state;
        text_append(&text, "{\"seccomp-jail\": 1, \"default\": \"notify\", \"rules\": [");
        for (unsigned i = 0; i < 500; i++)
                text_append_format(&text, "%s\n{\"syscall\": \"nothing%u\", \"action\": \"allow\"}",
                                   i ? "," : "", i);
        text_append(&text, "]}");
        assert_int_equal(rule_set_parse(text_get(&text), text.length, &set, &diagnostics), -EINVAL);
        assert_int_equal(diagnostics.count, 100);
        assert_null(set);
        diagnostics_release(&diagnostics);
}

/* A file that says everything, in the form that the writer gives it. */
static const char everything[] =
        "{\n"
        "  \"seccomp-jail\": 1,\n"
        "  \"description\": \"a \\\"text\\\" viewer\",\n"
        "  \"default\": \"abort-forever=ENOSYS\",\n"
        "  \"log\": false,\n"
        "  \"on-timeout\": {\"seconds\": 1.5, \"action\": \"abort\", \"errno\": \"EACCES\"},\n"
        "  \"open-guards\": [\"io_uring\"],\n"
        "  \"rules\": [\n"
        "    {\"syscall\": \"mkdir\", \"action\": \"notify\", \"log\": true},\n"
        "    {\"syscall\": [\"open\", \"openat\", 437], \"where\": {\"path\": [\"/srv/**\", "
        "{\"not\": "
        "\"/srv/x\"}], \"access\": \"write\"}, \"exe\": \"/usr/bin/*\", \"started-by\": \"**/sh\", "
        "\"pid\": 12, \"nth\": \"2..9+3\", \"action\": \"abort\", \"errno\": \"EACCES\"},\n"
        "    {\"syscall\": \"socket\", \"where\": {\"domain\": {\"not\": \"AF_UNIX\"}}, "
        "\"action\": "
        "\"abort-forever\"},\n"
        "    {\"syscall\": \"@network\", \"action\": \"allow-forever\", \"enabled\": false},\n"
        "    {\"syscall\": \"getuid\", \"action\": \"return\", \"value\": -5},\n"
        "    {\"syscall\": \"read\", \"action\": \"return\", \"value\": 3, \"writes\": {\"buf\": "
        "\"abc\", \"1\": {\"base64\": \"AP8=\"}}, \"comment\": \"why\"},\n"
        "    {\"syscall\": \"uname\", \"action\": \"allow\", \"after\": {\"errno\": \"EIO\"}},\n"
        "    {\"syscall\": \"write\", \"action\": \"allow\", \"delay\": \"2000us\", \"signal\": "
        "\"SIGUSR1\"},\n"
        "    {\"syscall\": \"connect\", \"where\": {\"address\": {\"address\": \"10.0.0.0/8\", "
        "\"port\": [80, {\"min\": 1000}]}}, \"action\": \"script\", \"script\": \"/bin/judge\"},\n"
        "    {\"syscall\": \"fork\", \"action\": \"script\", \"seed-script\": \"exit 1\\n\"}\n"
        "  ]\n"
        "}\n";

static void what_is_written_is_what_was_read(void **state)
{
        _cleanup_(rule_set_freep) RuleSet *set = NULL;
        _cleanup_text_ Text findings = TEXT_INIT;
        _cleanup_free_ char *text = NULL;
        const Action *timeout;
        uint64_t usec;

        (void) state;
        if (read_file(everything, &set, &findings) < 0)
                fail_msg("%s", text_get(&findings));
        assert_int_equal(rule_set_write(set, &text), 0);
        assert_string_equal(text, everything);
        assert_true(rule_set_timeout(set, &usec, &timeout));
        assert_int_equal(usec, 1500000);
        assert_int_equal(timeout->error_number, EACCES);
        assert_int_equal(rule_set_get(set, 7)->action.delay_usec, 2000);
        assert_int_equal(rule_set_get(set, 7)->action.signal, 10);
        assert_false(rule_set_get(set, 1)->log);
        assert_true(rule_set_opens_guard(set, "io_uring"));
        assert_int_equal(rule_set_get(set, 1)->line, 10);
}

static void files_of_the_seed_load_as_they_are(void **state)
{
        static const char seed[] = "{\"83\": 2, \"0\": 3, \"1\": 0, \"2\": 1, \"39\": 4, "
                                   "\"59\": [5, \"ZXhpdCAxCg==\"], \"60\": 2}";
        static const char converted[] =
                "{\n"
                "  \"seccomp-jail\": 1,\n"
                "  \"default\": \"abort-forever\",\n"
                "  \"rules\": [\n"
                "    {\"syscall\": \"mkdir\", \"action\": \"notify\"},\n"
                "    {\"syscall\": \"read\", \"action\": \"allow-forever\"},\n"
                "    {\"syscall\": \"write\", \"action\": \"allow\"},\n"
                "    {\"syscall\": \"open\", \"action\": \"abort\"},\n"
                "    {\"syscall\": \"getpid\", \"action\": \"abort-forever\"},\n"
                "    {\"syscall\": \"execve\", \"action\": \"script\", \"seed-script\": \"exit "
                "1\\n\"}\n"
                "  ]\n"
                "}\n";
        _cleanup_(rule_set_freep) RuleSet *set = NULL, *again = NULL;
        _cleanup_text_ Text findings = TEXT_INIT;
        _cleanup_free_ char *text = NULL;

        (void) state;
        if (read_file(seed, &set, &findings) < 0)
                fail_msg("%s", text_get(&findings));
        assert_string_equal(text_get(&findings), "");
        assert_int_equal(rule_set_default(set)->kind, ACTION_ABORT_FOREVER);
        assert_int_equal(rule_set_write(set, &text), 0);
        assert_string_equal(text, converted);
        assert_int_equal(read_file(text, &again, &findings), 0);
}

static const Case seed_mistakes[] = {
        {"{\"83\": 6}",
         "1:8: error: an action of the old format is 0 (allow), 1 (abort), 2 (notify), 3 "
         "(allow forever), 4 (abort forever) or [5, \"script in base64\"]"},
        {"{\"83\": 5}", "1:8: error: a script rule is [5, \"...\"] with the script in base64"},
        {"{\"9999\": 1}",
         "1:2: error: '9999' is not the number of a call; x86_64 has 0 to 469, and up "
         "to 4095 may be named"},
};

static void mistakes_in_files_of_the_seed_are_named(void **state)
{
        (void) state;
        expect_findings(seed_mistakes, ELEMENTS_OF(seed_mistakes), -EINVAL);
}

static void presets_are_right_and_say_nothing(void **state)
{
        const char *name, *description;

        (void) state;
        for (size_t i = 0; (name = preset_name(i, &description)); i++) {
                _cleanup_(rule_set_freep) RuleSet *set = NULL;
                _cleanup_text_ Text findings = TEXT_INIT;

                assert_int_equal(read_file(preset_text(name), &set, &findings), 0);
                assert_string_equal(text_get(&findings), "");
                assert_true(strlen(description) > 10);
                assert_non_null(rule_set_description(set));
        }
        assert_null(preset_text("no-such-preset"));
        assert_non_null(preset_text("ask-before-write"));
}

static void actions_read_and_write_the_same(void **state)
{
        static const char *const texts[] = {"allow",         "abort",         "abort=EACCES",
                                            "return=0",      "return=-7",     "notify",
                                            "return=ENOENT", "allow-forever", "script=/x"};
        static const char *const bad[] = {"",        "alow",      "abort=",  "abort=EFOO",
                                          "return",  "return=x",  "allow=1", "script=x",
                                          "abort=0", "abort=4096"};

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(texts); i++) {
                _cleanup_(action_release) Action action = {0};
                _cleanup_text_ Text text = TEXT_INIT;

                assert_int_equal(action_parse(texts[i], &action, NULL), 0);
                action_append(&action, &text);
                assert_string_equal(text_get(&text), texts[i]);
        }
        for (size_t i = 0; i < ELEMENTS_OF(bad); i++) {
                _cleanup_problem_ Problem problem = PROBLEM_INIT;
                Action action = {0};

                assert_int_equal(action_parse(bad[i], &action, &problem), -EINVAL);
                assert_true(strlen(problem_text(&problem)) > 10);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(mistakes_of_syntax_are_named_by_place),
                cmocka_unit_test(mistakes_of_the_file_are_named_by_place),
                cmocka_unit_test(mistakes_of_rules_are_named_by_place),
                cmocka_unit_test(what_is_odd_is_a_warning),
                cmocka_unit_test(a_file_of_fifty_megabytes_is_refused_unread),
                cmocka_unit_test(a_hundred_mistakes_are_enough),
                cmocka_unit_test(what_is_written_is_what_was_read),
                cmocka_unit_test(files_of_the_seed_load_as_they_are),
                cmocka_unit_test(mistakes_in_files_of_the_seed_are_named),
                cmocka_unit_test(presets_are_right_and_say_nothing),
                cmocka_unit_test(actions_read_and_write_the_same),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
