/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of numbers, flags and names in `where`. */
#include <fcntl.h>
#include <string.h>

#include "base/nearest-name.h"
#include "rules/rule-file.h"
#include "rules/where-value.h"

static uint64_t all_bits(const WhereDialect *dialect)
{
        return dialect->width.bits == 64 ? UINT64_MAX : (UINT64_C(1) << dialect->width.bits) - 1;
}

static int test_bits(uint64_t mask, uint64_t value, ConditionTest **ret)
{
        *ret = condition_test_new(TEST_BITS);
        if (!*ret)
                return -ENOMEM;
        (*ret)->mask = mask;
        (*ret)->value = value;
        return 0;
}

static int test_range(uint64_t low, uint64_t high, ConditionTest *any)
{
        ConditionTest *range = condition_test_new(TEST_RANGE);

        if (!range)
                return -ENOMEM;
        range->low = low;
        range->high = high;
        return condition_test_add(any, range);
}

/* Within the width: a negative number of a 32-bit argument is taken in 32 bits. */
static bool fits(const WhereDialect *dialect, uint64_t value, bool negative)
{
        uint64_t all = all_bits(dialect);

        if (negative)
                return (value | all) == UINT64_MAX &&
                       (dialect->width.bits == 64 || (value & (all ^ all >> 1)));
        return value <= all;
}

static int report_word(JsonValue value, const WhereDialect *dialect, const char *bad,
                       Diagnostics *diagnostics)
{
        NearestName nearest;
        _cleanup_text_ Text hint = TEXT_INIT;
        _cleanup_free_ char *word = strndup(bad, strcspn(bad, "| "));

        if (!word)
                return -ENOMEM;
        nearest = nearest_name_begin(word);
        for (size_t i = 0; dialect->constants && i < dialect->constants->count; i++)
                nearest_name_offer(&nearest, dialect->constants->list[i].name);
        return file_error(diagnostics, value, "'%.64s' is no value of %s%s%s%s", word,
                          dialect->argument ? dialect->argument : "this argument",
                          dialect->call ? " of " : "", dialect->call ? dialect->call : "",
                          file_did_you_mean(&hint, nearest.best));
}

/* A number or names joined by '|'. False when it was reported. */
static bool read_number(JsonValue value, const WhereDialect *dialect, uint64_t *ret,
                        Diagnostics *diagnostics)
{
        const char *text = json_value_string(value), *bad = text;
        bool negative = false;
        uint64_t number = 0;
        int r = json_value_integer(value, &number, &negative);

        if (r == -EINVAL && text) {
                r = named_constants_parse(dialect->constants, text, &number, &bad);
                if (r < 0) {
                        report_word(value, dialect, bad ? bad : text, diagnostics);
                        return false;
                }
                negative = (int64_t) number < 0;
        }
        if (r == -EINVAL) {
                file_error(diagnostics, value,
                           "a whole number or the name of a constant is wanted "
                           "here, not %s",
                           json_value_type_name(value));
                return false;
        }
        if (r < 0 || !fits(dialect, number, negative)) {
                file_error(diagnostics, value, "this number does not fit the %u bits of %s",
                           dialect->width.bits,
                           dialect->argument ? dialect->argument : "the argument");
                return false;
        }
        *ret = number & all_bits(dialect);
        return true;
}

int where_integer_read(JsonValue value, const WhereDialect *dialect, ConditionTest **ret,
                       Diagnostics *diagnostics)
{
        uint64_t number;

        if (!read_number(value, dialect, &number, diagnostics))
                return 0;
        return test_bits(all_bits(dialect), number, ret);
}

/* The test that one word of a set of flags is set: a value of the field (O_RDWR) as the field, a
 * name of several bits (O_SYNC) by all of them, a bare number by any of its bits. */
static int add_flag_test(const WhereDialect *dialect, uint64_t value, bool named,
                         ConditionTest *parent)
{
        uint64_t field = dialect->constants ? dialect->constants->field : 0;
        ConditionTest *test = NULL, *inverse;
        int r;

        if (named && (field != 0) && (value & ~field) == 0)
                r = test_bits(field, value, &test);
        else if (named)
                r = test_bits(value, value, &test);
        else {
                inverse = condition_test_new(TEST_NOT);
                if (!inverse)
                        return -ENOMEM;
                r = test_bits(value, 0, &test);
                if (r >= 0)
                        r = condition_test_add(inverse, test);
                test = inverse;
        }
        if (r >= 0)
                return condition_test_add(parent, test);
        condition_test_free(test);
        return r;
}

static int read_flag_words(JsonValue value, const WhereDialect *dialect, ConditionTest *parent,
                           Diagnostics *diagnostics)
{
        const char *text = json_value_string(value);
        _cleanup_free_ char *copy = NULL;
        uint64_t number;
        char *rest;

        if (!text) {
                if (!read_number(value, dialect, &number, diagnostics))
                        return 0;
                return add_flag_test(dialect, number, false, parent);
        }
        rest = copy = strdup(text);
        if (!copy)
                return -ENOMEM;
        for (const char *word; (word = strsep(&rest, "|"));) {
                const char *bad = word;
                int r;

                word += strspn(word, " ");
                r = named_constants_parse(dialect->constants, word, &number, &bad);
                if (r < 0)
                        return report_word(value, dialect, word, diagnostics);
                r = add_flag_test(dialect, number & all_bits(dialect),
                                  !(*word >= '0' && *word <= '9'), parent);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int read_flag_set(JsonValue value, const WhereDialect *dialect, TestKind kind, bool inverse,
                         ConditionTest *all, Diagnostics *diagnostics)
{
        ConditionTest *set = condition_test_new(kind);
        ConditionTest *outer = inverse ? condition_test_new(TEST_NOT) : NULL;
        int r;

        if (!set || (inverse && !outer)) {
                condition_test_free(set);
                condition_test_free(outer);
                return -ENOMEM;
        }
        r = read_flag_words(value, dialect, set, diagnostics);
        if (inverse) {
                if (condition_test_add(outer, set) < 0)
                        r = -ENOMEM;
                set = outer;
        }
        if (r < 0) {
                condition_test_free(set);
                return r;
        }
        return condition_test_add(all, set);
}

/* min and max in the argument's own order: a signed one goes from its lowest to its highest. */
static int add_range(JsonValue place, const WhereDialect *dialect, uint64_t low, uint64_t high,
                     ConditionTest *all, Diagnostics *diagnostics)
{
        uint64_t sign = dialect->width.is_signed ? UINT64_C(1) << (dialect->width.bits - 1) : 0;
        ConditionTest *any;
        int r = 0;

        if ((low ^ sign) > (high ^ sign))
                return file_error(diagnostics, place, "\"min\" is above \"max\"");
        any = condition_test_new(TEST_ANY);
        if (!any)
                return -ENOMEM;
        if (low > high) { /* from negative to positive */
                r = test_range(low, all_bits(dialect), any);
                low = 0;
        }
        if (r >= 0)
                r = test_range(low, high, any);
        if (r < 0) {
                condition_test_free(any);
                return r;
        }
        return condition_test_add(all, any);
}

static int read_range(JsonValue object, const WhereDialect *dialect, ConditionTest *all,
                      Diagnostics *diagnostics)
{
        uint64_t sign = dialect->width.is_signed ? UINT64_C(1) << (dialect->width.bits - 1) : 0;
        uint64_t low = sign, high = all_bits(dialect) ^ sign;
        JsonValue member;
        bool wanted = false;

        if (json_value_member(object, "min", &member)) {
                wanted = true;
                if (!read_number(member, dialect, &low, diagnostics))
                        return 0;
        }
        if (json_value_member(object, "max", &member)) {
                wanted = true;
                if (!read_number(member, dialect, &high, diagnostics))
                        return 0;
        }
        return wanted ? add_range(object, dialect, low, high, all, diagnostics) : 0;
}

static int read_masked(JsonValue object, const WhereDialect *dialect, ConditionTest *all,
                       Diagnostics *diagnostics)
{
        bool has_mask, has_value;
        JsonValue mask_member, value_member;
        ConditionTest *test = NULL;
        uint64_t mask, value;

        has_mask = json_value_member(object, "mask", &mask_member);
        has_value = json_value_member(object, "value", &value_member);
        if (!has_mask && !has_value)
                return 0;
        if (!has_mask || !has_value)
                return file_error(diagnostics, object,
                                  "\"mask\" and \"value\" go together: the "
                                  "argument & mask must be value");
        if (!read_number(mask_member, dialect, &mask, diagnostics) ||
            !read_number(value_member, dialect, &value, diagnostics))
                return 0;
        if (value & ~mask)
                return file_error(
                        diagnostics, value_member,
                        "\"value\" has bits that \"mask\" takes away; it can never match");
        if (test_bits(mask, value, &test) < 0)
                return -ENOMEM;
        return condition_test_add(all, test);
}

int where_integer_read_object(JsonValue object, const WhereDialect *dialect, ConditionTest *all,
                              Diagnostics *diagnostics)
{
        static const char *const keys[] = {"not",    "min",    "max",     "mask",   "value",
                                           "any-of", "all-of", "none-of", "access", NULL};
        JsonValue member;
        int r = read_range(object, dialect, all, diagnostics);

        if (r >= 0)
                r = read_masked(object, dialect, all, diagnostics);
        for (bool more = json_value_first(object, &member); more && r >= 0;
             more = json_value_next(&member)) {
                const char *key = json_value_key(member);

                if (strcmp(key, "any-of") == 0)
                        r = read_flag_set(member, dialect, TEST_ANY, false, all, diagnostics);
                else if (strcmp(key, "all-of") == 0)
                        r = read_flag_set(member, dialect, TEST_ALL, false, all, diagnostics);
                else if (strcmp(key, "none-of") == 0)
                        r = read_flag_set(member, dialect, TEST_ANY, true, all, diagnostics);
                else if (strcmp(key, "access") == 0) {
                        ConditionTest *access = NULL;

                        r = where_access_read(member, dialect, &access, diagnostics);
                        if (r >= 0 && access)
                                r = condition_test_add(all, access);
                } else if (strcmp(key, "not") != 0 && strcmp(key, "min") != 0 &&
                           strcmp(key, "max") != 0 && strcmp(key, "mask") != 0 &&
                           strcmp(key, "value") != 0)
                        r = file_unknown_key(diagnostics, member, keys, "a test of a number");
        }
        return r;
}

/* Flags with which an open changes the file system or may change the file. O_TRUNC empties a file
 * that is opened for reading only, and access mode 3 passes as both. */
#define WRITING_BITS ((uint64_t) (O_ACCMODE | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)))

static int access_test(const char *name, bool always_writes, ConditionTest **ret)
{
        ConditionTest *reads = NULL, *writes;

        if (always_writes) {
                *ret = condition_test_new(TEST_CONSTANT);
                if (!*ret)
                        return -ENOMEM;
                (*ret)->value = strcmp(name, "write") == 0;
                return 0;
        }
        if (strcmp(name, "read-write") == 0)
                return test_bits(O_ACCMODE, O_RDWR, ret);
        if (test_bits(WRITING_BITS, 0, &reads) < 0)
                return -ENOMEM;
        if (strcmp(name, "read") == 0) {
                *ret = reads;
                return 0;
        }
        writes = condition_test_new(TEST_NOT);
        if (!writes) {
                condition_test_free(reads);
                return -ENOMEM;
        }
        *ret = writes;
        return condition_test_add(writes, reads);
}

int where_access_read(JsonValue value, const WhereDialect *dialect, ConditionTest **ret,
                      Diagnostics *diagnostics)
{
        const char *name = json_value_string(value);

        if (dialect->constants != named_constants_by_name("open-flags") && !dialect->always_writes)
                return file_error(diagnostics, value, "\"access\" tests the flags of open only");
        if (!name || (strcmp(name, "read") != 0 && strcmp(name, "write") != 0 &&
                      strcmp(name, "read-write") != 0))
                return file_error(
                        diagnostics, value,
                        "\"access\" is \"read\" (only reads), \"write\" (can change or make "
                        "a file) or \"read-write\" (opened for both)");
        return access_test(name, dialect->always_writes, ret);
}
