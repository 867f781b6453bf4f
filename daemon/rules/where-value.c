/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/where-value.h"

#include <string.h>
#include <sys/socket.h>

#include "rules/path-glob.h"
#include "rules/rule-file.h"

bool where_dialect_equal(const WhereDialect *a, const WhereDialect *b)
{
        return a->subject == b->subject && a->width.bits == b->width.bits &&
               a->width.is_signed == b->width.is_signed && a->constants == b->constants &&
               a->always_writes == b->always_writes;
}

static int read_glob(JsonValue value, bool path, ConditionTest **ret, Diagnostics *diagnostics)
{
        _cleanup_(condition_test_freep) ConditionTest *test = NULL;
        const char *glob = json_value_string(value), *fault;

        if (!glob)
                return file_error(diagnostics, value,
                                  "a path is tested by a glob like \"/etc/**\", a list of them or "
                                  "{\"not\": ...}, not by %s",
                                  json_value_type_name(value));
        fault = path_glob_fault(glob);
        if (fault)
                return file_error(diagnostics, value, "%s", fault);
        if (path && *glob == '~')
                return file_error(diagnostics, value,
                                  "'~' is not expanded; write the directory, or /home/*/...");
        if (path && *glob != '/' && *glob != '*' && *glob != '[' && *glob != '?')
                return file_error(diagnostics, value,
                                  "paths are tested as they resolve, from '/': write \"/...\" or "
                                  "\"**/%.64s\"",
                                  glob);
        test = condition_test_new(TEST_GLOB);
        if (!test)
                return -ENOMEM;
        test->glob = strdup(glob);
        if (!test->glob)
                return -ENOMEM;
        *ret = TAKE_PTR(test);
        return 0;
}

static int read_address(JsonValue value, ConditionTest **ret, Diagnostics *diagnostics)
{
        _cleanup_(condition_test_freep) ConditionTest *test = NULL;
        const char *text = json_value_string(value), *fault = NULL;
        int r;

        if (!text)
                return file_error(diagnostics, value,
                                  "an address is a string like \"10.0.0.0/8\" or an object like "
                                  "{\"port\": 443}, not %s",
                                  json_value_type_name(value));
        test = condition_test_new(TEST_ADDRESS);
        if (!test)
                return -ENOMEM;
        r = address_pattern_parse(text, &test->address, &fault);
        if (r == -EINVAL)
                return file_error(diagnostics, value, "%s", fault);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(test);
        return 0;
}

static int read_list(JsonValue list, const WhereDialect *dialect, ConditionTest **ret,
                     Diagnostics *diagnostics,
                     int (*read)(JsonValue value, const WhereDialect *dialect, ConditionTest **ret,
                                 Diagnostics *diagnostics))
{
        _cleanup_(condition_test_freep) ConditionTest *any = condition_test_new(TEST_ANY);
        JsonValue element;

        if (!any)
                return -ENOMEM;
        if (!json_value_first(list, &element))
                return file_error(diagnostics, list, "an empty list matches nothing");
        for (bool more = true; more; more = json_value_next(&element)) {
                ConditionTest *child = NULL;
                int r = read(element, dialect, &child, diagnostics);

                if (r < 0)
                        return r;
                if (child && condition_test_add(any, child) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_PTR(any);
        return 0;
}

static int read_port(JsonValue value, const WhereDialect *dialect, ConditionTest **ret,
                     Diagnostics *diagnostics)
{
        static const char *const keys[] = {"min", "max", NULL};
        _cleanup_(condition_test_freep) ConditionTest *test = NULL;
        uint64_t low = 0, high = 65535;
        JsonValue member;
        int r = 0;

        if (json_value_type(value) == JSON_LIST)
                return read_list(value, dialect, ret, diagnostics, read_port);
        if (json_value_type(value) == JSON_OBJECT) {
                for (bool more = json_value_first(value, &member); more && r >= 0;
                     more = json_value_next(&member)) {
                        if (strcmp(json_value_key(member), "min") == 0)
                                r = file_read_number(diagnostics, member, "a port", 0, 65535, &low);
                        else if (strcmp(json_value_key(member), "max") == 0)
                                r = file_read_number(diagnostics, member, "a port", 0, 65535,
                                                     &high);
                        else
                                r = file_unknown_key(diagnostics, member, keys, "a port range");
                }
        } else {
                r = file_read_number(diagnostics, value, "a port", 0, 65535, &low);
                high = low;
        }
        if (r < 0)
                return r;
        if (low > high)
                return file_error(diagnostics, value, "\"min\" is above \"max\"");
        test = condition_test_new(TEST_PORT);
        if (!test)
                return -ENOMEM;
        test->low = low;
        test->high = high;
        *ret = TAKE_PTR(test);
        return 0;
}

static int read_family(JsonValue value, const WhereDialect *dialect, ConditionTest **ret,
                       Diagnostics *diagnostics)
{
        const char *name = json_value_string(value);
        const char *bad = NULL;
        uint64_t number = 0;

        if (json_value_type(value) == JSON_LIST)
                return read_list(value, dialect, ret, diagnostics, read_family);
        if (!name || named_constants_parse(named_constants_by_name("socket-domains"), name, &number,
                                           &bad) < 0)
                return file_error(
                        diagnostics, value,
                        "a family is a name like \"AF_INET\", \"AF_INET6\" or \"AF_UNIX\"");
        *ret = condition_test_new(TEST_FAMILY);
        if (!*ret)
                return -ENOMEM;
        (*ret)->value = number;
        return 0;
}

static int read_unix(JsonValue value, const WhereDialect *dialect, ConditionTest **ret,
                     Diagnostics *diagnostics)
{
        const char *glob = json_value_string(value);

        if (json_value_type(value) == JSON_LIST)
                return read_list(value, dialect, ret, diagnostics, read_unix);
        if (!glob || (*glob != '/' && *glob != '@' && *glob != '*'))
                return file_error(diagnostics, value,
                                  "a unix socket is a glob like \"/run/**\" or \"@name\"");
        return read_address(value, ret, diagnostics);
}

static int read_address_member(JsonValue member, const WhereDialect *dialect, ConditionTest **ret,
                               Diagnostics *diagnostics)
{
        static const char *const keys[] = {"address", "port", "family", "unix", "not", NULL};
        const char *key = json_value_key(member);

        if (strcmp(key, "address") == 0)
                return where_value_read(member, dialect, ret, diagnostics);
        if (strcmp(key, "port") == 0)
                return read_port(member, dialect, ret, diagnostics);
        if (strcmp(key, "family") == 0)
                return read_family(member, dialect, ret, diagnostics);
        if (strcmp(key, "unix") == 0)
                return read_unix(member, dialect, ret, diagnostics);
        return file_unknown_key(diagnostics, member, keys, "a test of an address");
}

static int read_not(JsonValue member, const WhereDialect *dialect, ConditionTest **ret,
                    Diagnostics *diagnostics)
{
        _cleanup_(condition_test_freep) ConditionTest *inverse = condition_test_new(TEST_NOT);
        ConditionTest *child = NULL;
        int r;

        if (!inverse)
                return -ENOMEM;
        r = where_value_read(member, dialect, &child, diagnostics);
        if (r < 0 || !child)
                return r;
        if (condition_test_add(inverse, child) < 0)
                return -ENOMEM;
        *ret = TAKE_PTR(inverse);
        return 0;
}

static int read_other_member(JsonValue member, const WhereDialect *dialect, ConditionTest **ret,
                             Diagnostics *diagnostics)
{
        static const char *const keys[] = {"not", NULL};

        if (dialect->subject == SUBJECT_ADDRESS)
                return read_address_member(member, dialect, ret, diagnostics);
        return file_unknown_key(diagnostics, member, keys, "a test of a path");
}

/* All members of the object must hold. */
static int read_object(JsonValue object, const WhereDialect *dialect, ConditionTest **ret,
                       Diagnostics *diagnostics)
{
        _cleanup_(condition_test_freep) ConditionTest *all = condition_test_new(TEST_ALL);
        JsonValue member;
        int r = 0;

        if (!all)
                return -ENOMEM;
        if (!json_value_first(object, &member))
                return file_error(diagnostics, object, "an empty object tests nothing");
        for (bool more = true; more && r >= 0; more = json_value_next(&member)) {
                ConditionTest *child = NULL;

                if (strcmp(json_value_key(member), "not") == 0)
                        r = read_not(member, dialect, &child, diagnostics);
                else if (dialect->subject > SUBJECT_ACCESS)
                        r = read_other_member(member, dialect, &child, diagnostics);
                if (r >= 0 && child)
                        r = condition_test_add(all, child);
        }
        if (r >= 0 && dialect->subject == SUBJECT_INTEGER)
                r = where_integer_read_object(object, dialect, all, diagnostics);
        if (r >= 0 && dialect->subject == SUBJECT_ACCESS && all->child_count == 0)
                r = where_access_read(object, dialect, ret, diagnostics);
        if (r >= 0)
                *ret = TAKE_PTR(all);
        return r;
}

int where_value_read(JsonValue value, const WhereDialect *dialect, ConditionTest **ret,
                     Diagnostics *diagnostics)
{
        if (json_value_type(value) == JSON_LIST)
                return read_list(value, dialect, ret, diagnostics, where_value_read);
        if (json_value_type(value) == JSON_OBJECT)
                return read_object(value, dialect, ret, diagnostics);
        switch (dialect->subject) {
        case SUBJECT_INTEGER:
                return where_integer_read(value, dialect, ret, diagnostics);
        case SUBJECT_ACCESS:
                return where_access_read(value, dialect, ret, diagnostics);
        case SUBJECT_PATH:
        case SUBJECT_FD_PATH:
        case SUBJECT_STRING:
                return read_glob(value, dialect->subject == SUBJECT_PATH, ret, diagnostics);
        case SUBJECT_ADDRESS:
                return read_address(value, ret, diagnostics);
        }
        return 0;
}
