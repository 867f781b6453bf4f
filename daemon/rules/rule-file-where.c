/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/nearest-name.h"
#include "base/number.h"
#include "rules/rule-file.h"
#include "rules/where-value.h"

/* Names that strace, the kernel's sources or the man pages use for the same argument. */
static const char *const other_names[][2] = {
        {"family", "domain"},    {"filename", "pathname"}, {"file", "pathname"},
        {"dfd", "dirfd"},        {"fd", "sockfd"},         {"sockfd", "fd"},
        {"fildes", "fd"},        {"op", "operation"},      {"operation", "op"},
        {"cmd", "op"},           {"cmd", "request"},       {"cmd", "command"},
        {"request", "op"},       {"request", "cmd"},       {"op", "cmd"},
        {"operation", "cmd"},    {"len", "length"},        {"length", "len"},
        {"signum", "sig"},       {"sig", "signum"},        {"signal", "sig"},
        {"option", "operation"}, {"prot", "protection"},   {"uid", "owner"},
        {"gid", "group"},        {"oldpath", "oldname"},   {"newpath", "newname"},
        {"flags", "mountflags"}, {"flags", "oflag"},       {"address", "addr"},
        {"addr", "dest_addr"},
};

/* Which arguments of a call a name means; 0 when it has none of that name. */
typedef struct Found {
        ConditionSubject subject;
        uint8_t arguments;
        bool constant; /* no argument, but known all the same: creat always writes */
} Found;

static uint8_t arguments_of_kinds(const SyscallEntry *entry, const ArgumentKind *kinds,
                                  size_t count)
{
        uint8_t found = 0;

        for (unsigned i = 0; i < entry->argument_count; i++)
                for (size_t j = 0; j < count; j++)
                        if (entry->arguments[i].kind == kinds[j])
                                found |= (uint8_t) (1u << i);
        return found;
}

static bool is_address_argument(const SyscallEntry *entry, unsigned index)
{
        ArgumentKind kind = entry->arguments[index].kind;

        return kind == ARGUMENT_KIND_SOCKET_ADDRESS || kind == ARGUMENT_KIND_MSGHDR ||
               (strcmp(entry->name, "sendmmsg") == 0 && index == 1);
}

static bool find_access(const SyscallEntry *entry, Found *found)
{
        found->subject = SUBJECT_ACCESS;
        found->constant = strcmp(entry->name, "creat") == 0;
        if (strcmp(entry->name, "openat2") == 0)
                found->arguments = 1u << 2;
        for (unsigned i = 0; i < entry->argument_count; i++)
                if (entry->arguments[i].constants &&
                    entry->arguments[i].constants == named_constants_by_name("open-flags"))
                        found->arguments |= (uint8_t) (1u << i);
        return found->arguments || found->constant;
}

static bool find_alias(const SyscallEntry *entry, const char *name, Found *found)
{
        static const ArgumentKind paths[] = {ARGUMENT_KIND_PATH};
        static const ArgumentKind descriptors[] = {ARGUMENT_KIND_FD};

        if (strcmp(name, "access") == 0)
                return find_access(entry, found);
        if (strcmp(name, "path") == 0) {
                found->subject = SUBJECT_PATH;
                found->arguments = arguments_of_kinds(entry, paths, 1);
        } else if (strcmp(name, "fd-path") == 0) {
                found->subject = SUBJECT_FD_PATH;
                found->arguments = arguments_of_kinds(entry, descriptors, 1);
        } else if (strcmp(name, "address") == 0) {
                found->subject = SUBJECT_ADDRESS;
                for (unsigned i = 0; i < entry->argument_count; i++)
                        if (is_address_argument(entry, i))
                                found->arguments |= (uint8_t) (1u << i);
        }
        return found->arguments != 0;
}

static ConditionSubject subject_of(const SyscallEntry *entry, unsigned index)
{
        if (!entry || index >= entry->argument_count)
                return SUBJECT_INTEGER;
        if (is_address_argument(entry, index))
                return SUBJECT_ADDRESS;
        switch (entry->arguments[index].kind) {
        case ARGUMENT_KIND_PATH:
                return SUBJECT_PATH;
        case ARGUMENT_KIND_STRING:
                return SUBJECT_STRING;
        default:
                return SUBJECT_INTEGER;
        }
}

static int find_index(const SyscallEntry *entry, const char *name)
{
        int index;

        if (strncmp(name, "arg", 3) == 0 && name[3] >= '0' && name[3] <= '5' && !name[4]) {
                index = name[3] - '0';
                return entry && (unsigned) index >= entry->argument_count ? -1 : index;
        }
        if (!entry)
                return -1;
        index = syscall_argument_index(entry, name);
        for (size_t i = 0; i < ELEMENTS_OF(other_names) && index < 0; i++)
                if (strcmp(other_names[i][0], name) == 0)
                        index = syscall_argument_index(entry, other_names[i][1]);
        return index;
}

static bool find_arguments(const SyscallEntry *entry, const char *name, Found *ret)
{
        Found found = {0};
        int index;

        if (entry && find_alias(entry, name, &found)) {
                *ret = found;
                return true;
        }
        index = find_index(entry, name);
        if (index < 0)
                return false;
        found.subject = subject_of(entry, (unsigned) index);
        found.arguments = (uint8_t) (1u << index);
        *ret = found;
        return true;
}

static void append_argument_names(const SyscallEntry *entry, Text *text)
{
        for (unsigned i = 0; i < entry->argument_count; i++)
                text_append_format(text, "%s%s",
                                   i == 0                           ? ""
                                   : i + 1 == entry->argument_count ? " and "
                                                                    : ", ",
                                   entry->arguments[i].name);
}

static int report_missing(JsonValue member, int number, Diagnostics *diagnostics)
{
        static const char *const aliases[] = {"path", "address", "fd-path", "access"};
        const char *name = json_value_key(member);
        const SyscallEntry *entry = syscall_by_number(number);
        NearestName nearest = nearest_name_begin(name);
        _cleanup_text_ Text names = TEXT_INIT, hint = TEXT_INIT;

        if (strncmp(name, "arg", 3) == 0 && name[3] >= '6' && name[3] <= '9' && !name[4])
                return file_key_error(
                        diagnostics, member,
                        "there is no %s; a system call has six arguments, arg0 to arg5", name);
        if (!entry)
                return file_key_error(diagnostics, member,
                                      "the arguments of call %d have no names; write arg0 to arg5",
                                      number);
        for (size_t i = 0; i < ELEMENTS_OF(aliases); i++)
                if (strcmp(aliases[i], name) == 0)
                        return file_key_error(diagnostics, member,
                                              "%s has no argument that \"%s\" could look at",
                                              entry->name, name);
        if (entry->argument_count == 0)
                return file_key_error(diagnostics, member, "%s has no arguments to test",
                                      entry->name);
        for (unsigned i = 0; i < entry->argument_count; i++)
                nearest_name_offer(&nearest, entry->arguments[i].name);
        append_argument_names(entry, &names);
        return file_key_error(diagnostics, member, "%s has no argument '%.64s', only %s%s",
                              entry->name, name, text_get(&names),
                              file_did_you_mean(&hint, nearest.best));
}

/* The test that fits the place, from those read already or a new one. */
static int add_place(JsonValue member, RuleCondition *condition, const WhereDialect *dialect,
                     WhereDialect *dialects, ConditionPlace *place, Diagnostics *diagnostics)
{
        ConditionTest *test = NULL, **tests;
        int r;

        for (size_t i = 0; i < condition->test_count; i++)
                if (where_dialect_equal(&dialects[i], dialect)) {
                        place->test = (uint16_t) i;
                        return 0;
                }
        r = where_value_read(member, dialect, &test, diagnostics);
        if (r < 0)
                return r;
        tests = reallocarray(condition->tests, condition->test_count + 1, sizeof(*tests));
        if (!tests) {
                condition_test_free(test);
                return -ENOMEM;
        }
        condition->tests = tests;
        dialects[condition->test_count] = *dialect;
        place->test = (uint16_t) condition->test_count;
        tests[condition->test_count++] = test ? test : condition_test_new(TEST_CONSTANT);
        return tests[condition->test_count - 1] ? 0 : -ENOMEM;
}

static int read_place(JsonValue member, const Rule *rule, size_t at, RuleCondition *condition,
                      WhereDialect *dialects, Diagnostics *diagnostics)
{
        const SyscallEntry *entry = syscall_by_number(rule->numbers[at]);
        ConditionPlace *place = &condition->places[at];
        WhereDialect dialect = {.width = {64, false}};
        Found found = {0};
        unsigned first;

        find_arguments(entry, condition->name, &found);
        dialect.subject = found.subject;
        dialect.always_writes = found.constant;
        place->arguments = found.arguments;
        place->memory = found.subject > SUBJECT_ACCESS;
        first = found.arguments ? (unsigned) __builtin_ctz(found.arguments) : 0;
        if (found.subject == SUBJECT_ACCESS) {
                place->memory = strcmp(entry->name, "openat2") == 0;
                dialect.width.bits = 32;
                dialect.constants = named_constants_by_name("open-flags");
        } else if (found.subject == SUBJECT_INTEGER && entry && first < entry->argument_count) {
                dialect.width = argument_width(entry, first);
                dialect.constants = entry->arguments[first].constants;
                dialect.argument = entry->arguments[first].name;
                dialect.call = entry->name;
        }
        place->width = (uint8_t) dialect.width.bits;
        condition->subject = found.subject;
        return add_place(member, condition, &dialect, dialects, place, diagnostics);
}

/* A group's calls that have no such argument do not come under the rule; a call that was named by
 * itself must have it. */
static int narrow_numbers(JsonValue member, Rule *rule, Diagnostics *diagnostics)
{
        bool named = !strpbrk(rule->selector, "@*");
        size_t kept = 0;
        Found ignored;

        for (size_t i = 0; i < rule->number_count; i++) {
                int number = rule->numbers[i];

                if (find_arguments(syscall_by_number(number), json_value_key(member), &ignored))
                        rule->numbers[kept++] = number;
                else if (named)
                        return report_missing(member, number, diagnostics);
        }
        if (kept == 0 && rule->number_count > 0)
                return report_missing(member, rule->numbers[0], diagnostics);
        rule->number_count = kept;
        return 0;
}

static int read_condition(JsonValue member, Rule *rule, RuleCondition **ret,
                          Diagnostics *diagnostics)
{
        _cleanup_(rule_condition_freep) RuleCondition *condition = calloc(1, sizeof(*condition));
        _cleanup_free_ WhereDialect *dialects = NULL;
        int r = 0;

        if (!condition)
                return -ENOMEM;
        condition->name = strdup(json_value_key(member));
        condition->json = json_value_text(member);
        condition->places = calloc(rule->number_count + 1, sizeof(*condition->places));
        dialects = calloc(rule->number_count + 1, sizeof(*dialects));
        if (!condition->name || !condition->json || !condition->places || !dialects)
                return -ENOMEM;
        condition->place_count = rule->number_count;
        for (size_t i = 0; i < rule->number_count && r >= 0; i++)
                r = read_place(member, rule, i, condition, dialects, diagnostics);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(condition);
        return 0;
}

int rule_file_read_where(JsonValue object, Rule *rule, Diagnostics *diagnostics)
{
        size_t before = diagnostics->count;
        JsonValue member;
        int r = 0;

        if (json_value_type(object) != JSON_OBJECT)
                return file_error(diagnostics, object,
                                  "\"where\" is an object: {\"path\": \"/etc/**\"}, not %s",
                                  json_value_type_name(object));
        for (bool more = json_value_first(object, &member); more && r >= 0;
             more = json_value_next(&member))
                r = narrow_numbers(member, rule, diagnostics);
        if (r < 0 || diagnostics->count != before)
                return r;
        for (bool more = json_value_first(object, &member); more; more = json_value_next(&member)) {
                RuleCondition **conditions;

                conditions = reallocarray(rule->conditions, rule->condition_count + 1,
                                          sizeof(*conditions));
                if (!conditions)
                        return -ENOMEM;
                rule->conditions = conditions;
                r = read_condition(member, rule, &conditions[rule->condition_count], diagnostics);
                if (r < 0)
                        return r;
                rule->condition_count++;
        }
        return 0;
}
