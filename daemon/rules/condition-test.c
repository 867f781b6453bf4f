/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "rules/path-glob.h"
#include "rules/rule-condition.h"

ConditionTest *condition_test_new(TestKind kind)
{
        ConditionTest *test = calloc(1, sizeof(*test));

        if (test)
                test->kind = kind;
        return test;
}

ConditionTest *condition_test_free(ConditionTest *test)
{
        if (!test)
                return NULL;
        for (size_t i = 0; i < test->child_count; i++)
                condition_test_free(test->children[i]);
        free(test->children);
        free(test->glob);
        address_pattern_release(&test->address);
        free(test);
        return NULL;
}

int condition_test_add(ConditionTest *test, ConditionTest *child)
{
        ConditionTest **children;

        if (!child)
                return -ENOMEM;
        children = reallocarray(test->children, test->child_count + 1, sizeof(*children));
        if (!children) {
                condition_test_free(child);
                return -ENOMEM;
        }
        test->children = children;
        test->children[test->child_count++] = child;
        return 0;
}

/* What a test is applied to; what is unset makes the tests on it fail. */
typedef struct TestSubject {
        uint64_t integer;
        const char *string;
        const SocketName *name;
} TestSubject;

static bool test_holds(const ConditionTest *test, const TestSubject *subject)
{
        switch (test->kind) {
        case TEST_ANY:
                for (size_t i = 0; i < test->child_count; i++)
                        if (test_holds(test->children[i], subject))
                                return true;
                return false;
        case TEST_ALL:
                for (size_t i = 0; i < test->child_count; i++)
                        if (!test_holds(test->children[i], subject))
                                return false;
                return true;
        case TEST_NOT:
                return !test_holds(test->children[0], subject);
        case TEST_CONSTANT:
                return test->value != 0;
        case TEST_BITS:
                return (subject->integer & test->mask) == test->value;
        case TEST_RANGE:
                return subject->integer >= test->low && subject->integer <= test->high;
        case TEST_GLOB:
                return subject->string && path_glob_match(test->glob, subject->string);
        case TEST_ADDRESS:
                return subject->name && address_pattern_match(&test->address, subject->name);
        case TEST_FAMILY:
                return subject->name && (uint64_t) subject->name->family == test->value;
        case TEST_PORT:
                return subject->name && subject->name->family != 1 /* AF_UNIX */ &&
                       subject->name->port >= test->low && subject->name->port <= test->high;
        }
        return false;
}

bool condition_test_integer(const ConditionTest *test, uint64_t value)
{
        return test_holds(test, &(TestSubject){.integer = value});
}

bool condition_test_string(const ConditionTest *test, const char *string)
{
        return test_holds(test, &(TestSubject){.string = string});
}

bool condition_test_address(const ConditionTest *test, const SocketName *name)
{
        return test_holds(test, &(TestSubject){.name = name});
}

static int all_cubes(const ConditionTest *test, unsigned index, unsigned width, CubeList *result)
{
        int r = cube_list_add_any(result);

        for (size_t i = 0; i < test->child_count && r >= 0; i++) {
                _cleanup_cubes_ CubeList child = {0};

                r = condition_test_cubes(test->children[i], index, width, &child);
                if (r >= 0)
                        r = cube_list_intersect(result, &child);
        }
        return r;
}

static int any_cubes(const ConditionTest *test, unsigned index, unsigned width, CubeList *result)
{
        int r = 0;

        for (size_t i = 0; i < test->child_count && r >= 0; i++)
                r = condition_test_cubes(test->children[i], index, width, result);
        return r;
}

int condition_test_cubes(const ConditionTest *test, unsigned index, unsigned width, CubeList *ret)
{
        _cleanup_cubes_ CubeList result = {0};
        ArgumentCube cube = {0};
        int r = 0;

        switch (test->kind) {
        case TEST_ANY:
                r = any_cubes(test, index, width, &result);
                break;
        case TEST_ALL:
                r = all_cubes(test, index, width, &result);
                break;
        case TEST_NOT:
                r = condition_test_cubes(test->children[0], index, width, &result);
                if (r >= 0)
                        r = cube_list_complement(&result);
                break;
        case TEST_CONSTANT:
                r = test->value ? cube_list_add_any(&result) : 0;
                break;
        case TEST_BITS:
                cube.mask[index] = test->mask;
                cube.bits[index] = test->value;
                r = (test->value & ~test->mask) == 0 ? cube_list_add(&result, &cube) : 0;
                break;
        case TEST_RANGE:
                r = cube_list_add_range(&result, index, width, test->low, test->high);
                break;
        default:
                return -EINVAL;
        }
        return r < 0 ? r : cube_list_add_all(ret, &result);
}

/* The glob's beginning without wildcards and the directory's path do not exclude each other. */
static bool glob_reaches_below(const char *glob, const char *directory)
{
        size_t literal = strcspn(glob, "*?[\\"), length = strlen(directory);

        if (strncmp(glob, directory, literal < length ? literal : length) != 0)
                return false;
        if (literal <= length)
                return glob[literal] != '\0';
        return glob[length] == '/';
}

bool condition_test_reaches_below(const ConditionTest *test, const char *directory)
{
        if (test->kind == TEST_GLOB)
                return glob_reaches_below(test->glob, directory);
        if (test->kind == TEST_NOT)
                return true;
        for (size_t i = 0; i < test->child_count; i++)
                if (condition_test_reaches_below(test->children[i], directory))
                        return true;
        return false;
}
