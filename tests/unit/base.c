/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts and numbers: the tables that everything else leans on. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/number.h"
#include "base/problem.h"
#include "base/text.h"

static void json_strings_are_escaped_and_always_utf8(void **state)
{
        static const struct {
                const char *bytes, *json;
        } table[] = {
                {"plain", "\"plain\""},
                {"a\"b\\c", "\"a\\\"b\\\\c\""},
                {"\n\t\x01\x7f", "\"\\n\\t\\u0001\\u007f\""},
                {"\xe4\xbd\xa0", "\"\xe4\xbd\xa0\""},
                {"\xff"
                 "a",
                 "\"\xef\xbf\xbd"
                 "a\""},
                {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                _cleanup_text_ Text text = TEXT_INIT;

                text_append_json(&text, table[i].bytes, strlen(table[i].bytes));
                assert_string_equal(text_get(&text), table[i].json);
        }
}

static void formatted_text_is_whole_whatever_room_there_was(void **state)
{
        (void) state;
        for (int width = 0; width < 300; width++) {
                _cleanup_text_ Text text = TEXT_INIT;

                text_append_format(&text, "%0*d|", width, 7);
                text_append_format(&text, "%0*d", width, 7);
                text_append_format(&text, "|%s", "end");
                assert_int_equal(text_error(&text), 0);
                assert_int_equal(text.length, 2 * (size_t) (width ? width : 1) + 5);
                assert_int_equal(strlen(text_get(&text)), text.length);
                assert_string_equal(text_get(&text) + text.length - 5, "7|end");
        }
}

static void numbers_are_written_as_printf_does(void **state)
{
        static const int64_t numbers[] = {0,   1,    -1,        9,         10,
                                          -10, 4095, INT32_MIN, INT64_MAX, INT64_MIN};

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(numbers); i++) {
                _cleanup_text_ Text text = TEXT_INIT;
                char wanted[32];

                snprintf(wanted, sizeof(wanted), "%" PRId64, numbers[i]);
                text_append_signed(&text, numbers[i]);
                assert_string_equal(text_get(&text), wanted);
        }
}

static void octal_and_padded_numbers_are_written_as_printf_does(void **state)
{
        static const uint64_t numbers[] = {0, 7, 9, 10, 044, 0100, 0644, 0777, 01777, UINT64_MAX};

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(numbers); i++) {
                _cleanup_text_ Text text = TEXT_INIT, expected = TEXT_INIT;

                text_append_octal(&text, numbers[i]);
                text_append_char(&text, ' ');
                text_append_padded(&text, numbers[i], 9);
                text_append_format(&expected, numbers[i] ? "%#03lo" : "%03lo",
                                   (unsigned long) numbers[i]);
                text_append_format(&expected, " %09lu", (unsigned long) numbers[i]);
                assert_string_equal(text_get(&text), text_get(&expected));
        }
}

static void dates_are_written_as_strftime_does(void **state)
{
        static const int64_t seconds[] = {0, -1, 951782400, 1769903999, 253402300799};

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(seconds); i++) {
                _cleanup_text_ Text text = TEXT_INIT;
                time_t time = seconds[i];
                char expected[64];

                assert_true(strftime(expected, sizeof(expected), "%FT%T", gmtime(&time)) > 0);
                assert_true(text_append_date(&text, seconds[i]));
                assert_string_equal(text_get(&text), expected);
        }
}

static void a_second_past_all_years_has_no_date(void **state)
{
        _cleanup_text_ Text text = TEXT_INIT;

        (void) state;
        assert_false(text_append_date(&text, INT64_MAX));
        assert_true(text.length == 0);
}

static void utf8_refuses_overlong_surrogate_and_cut_sequences(void **state)
{
        static const struct {
                const char *bytes;
                bool valid;
        } table[] = {
                {"", true},
                {"ascii", true},
                {"\xc3\xa9", true},
                {"\xc0\x80", false},
                {"\xed\xa0\x80", false},
                {"\xf0\x9f\x98\x80", true},
                {"\xf0\x9f\x98", false},
                {"\xf4\x90\x80\x80", false},
                {"\x80", false},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++)
                assert_int_equal(text_is_utf8(table[i].bytes, strlen(table[i].bytes)),
                                 table[i].valid);
}

static void numbers_are_whole_strings_or_errors(void **state)
{
        static const struct {
                const char *string;
                int result;
                uint64_t value;
        } table[] = {
                {"0", 0, 0},
                {"18446744073709551615", 0, UINT64_MAX},
                {"18446744073709551616", -ERANGE, 0},
                {"-1", 0, UINT64_MAX},
                {"0x10", 0, 16},
                {"0777", 0, 0777},
                {"12a", -EINVAL, 0},
                {"", -EINVAL, 0},
                {" 1", -EINVAL, 0},
                {"+1", -EINVAL, 0},
                {"-9223372036854775809", -ERANGE, 0},
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                uint64_t value = 0;

                assert_int_equal(number_parse_unsigned(table[i].string, &value), table[i].result);
                assert_true(value == table[i].value);
        }
}

static void the_first_problem_is_kept(void **state)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;

        (void) state;
        assert_int_equal(problem_set(&problem, -ENOENT, "no %s", "file"), -ENOENT);
        assert_int_equal(problem_set(&problem, -EIO, "later"), -EIO);
        assert_string_equal(problem_text(&problem), "no file");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(json_strings_are_escaped_and_always_utf8),
                cmocka_unit_test(numbers_are_written_as_printf_does),
                cmocka_unit_test(octal_and_padded_numbers_are_written_as_printf_does),
                cmocka_unit_test(dates_are_written_as_strftime_does),
                cmocka_unit_test(a_second_past_all_years_has_no_date),
                cmocka_unit_test(formatted_text_is_whole_whatever_room_there_was),
                cmocka_unit_test(utf8_refuses_overlong_surrogate_and_cut_sequences),
                cmocka_unit_test(numbers_are_whole_strings_or_errors),
                cmocka_unit_test(the_first_problem_is_kept),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
