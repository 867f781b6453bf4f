/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts by call and by process: nothing uncounted, nothing unbounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "supervisor/statistics.h"

static void calls_are_counted_by_number_and_by_process(void **state)
{
        static const StatisticsCall calls[] = {
                {.number = 2, .pid = 10, .result = 3, .returned = true, .held_ns = 5, .ran_ns = 7},
                {.number = 2,
                 .pid = 11,
                 .comm = "sh",
                 .result = -13,
                 .returned = true,
                 .refused = true},
                {.number = 2, .pid = 11, .comm = "mkdir", .result = -4095, .returned = true},
                {.number = 9, .pid = 11, .result = -4096, .returned = true, .ran_ns = 100},
                {.number = 231, .pid = 10, .result = -1, .returned = false},
        };
        _cleanup_(statistics_freep) Statistics *statistics = statistics_new();
        _cleanup_free_ StatisticsRow *rows = NULL, *processes = NULL;
        StatisticsCounts total;
        size_t count;

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(calls); i++)
                statistics_add(statistics, &calls[i]);
        total = statistics_total(statistics);
        assert_int_equal(total.calls, 5);
        assert_int_equal(total.errors, 2);
        assert_int_equal(total.refused, 1);
        assert_int_equal(total.held_ns, 5);
        assert_int_equal(total.ran_ns, 107);

        assert_int_equal(statistics_by_call(statistics, &rows, &count), 0);
        assert_int_equal(count, 3);
        assert_int_equal(rows[0].key, 2);
        assert_int_equal(rows[0].counts.calls, 3);
        assert_int_equal(rows[0].counts.errors, 2);
        assert_int_equal(rows[1].key, 9);
        assert_int_equal(rows[1].counts.errors, 0);
        assert_int_equal(rows[2].key, 231);
        assert_int_equal(rows[2].counts.errors, 0);

        assert_int_equal(statistics_by_process(statistics, &processes, &count), 0);
        assert_int_equal(count, 2);
        assert_int_equal(processes[0].key, 11);
        assert_int_equal(processes[0].counts.calls, 3);
        assert_int_equal(processes[0].counts.refused, 1);
        assert_int_equal(processes[1].key, 10);
        assert_int_equal(processes[1].counts.ran_ns, 7);
}

static void nothing_done_is_no_rows(void **state)
{
        _cleanup_(statistics_freep) Statistics *statistics = statistics_new();
        _cleanup_free_ StatisticsRow *rows = NULL, *processes = NULL;
        size_t count = 7;

        (void) state;
        assert_int_equal(statistics_by_call(statistics, &rows, &count), 0);
        assert_int_equal(count, 0);
        count = 7;
        assert_int_equal(statistics_by_process(statistics, &processes, &count), 0);
        assert_int_equal(count, 0);
}

static void processes_past_the_limit_are_counted_together(void **state)
{
        _cleanup_(statistics_freep) Statistics *statistics = statistics_new();
        _cleanup_free_ StatisticsRow *rows = NULL;
        uint64_t sum = 0;
        size_t count;

        (void) state;
        /* steps of 2048, the size of the table inside: every pid wants the same place or so */
        for (int round = 0; round < 2; round++)
                for (int i = 0; i < 3000; i++)
                        statistics_add(statistics, &(StatisticsCall){.pid = 1 + i * 2048});
        assert_int_equal(statistics_by_process(statistics, &rows, &count), 0);
        assert_int_equal(count, STATISTICS_PROCESSES_MAX + 1);
        assert_int_equal(rows[0].key, 1);
        for (size_t i = 0; i + 1 < count; i++)
                assert_int_equal(rows[i].counts.calls, 2);
        assert_int_equal(rows[count - 1].key, STATISTICS_OTHERS);
        for (size_t i = 0; i < count; i++)
                sum += rows[i].counts.calls;
        assert_int_equal(sum, 6000);
}

static void numbers_that_no_kernel_has_are_counted_together(void **state)
{
        static const int numbers[] = {-1, 1024, 0x40000000, INT32_MAX, INT32_MIN, 1023};
        _cleanup_(statistics_freep) Statistics *statistics = statistics_new();
        _cleanup_free_ StatisticsRow *rows = NULL;
        size_t count;

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(numbers); i++)
                statistics_add(statistics, &(StatisticsCall){.number = numbers[i], .pid = 5});
        assert_int_equal(statistics_by_call(statistics, &rows, &count), 0);
        assert_int_equal(count, 2);
        assert_int_equal(rows[0].key, 1023);
        assert_int_equal(rows[1].key, STATISTICS_OTHERS);
        assert_int_equal(rows[1].counts.calls, 5);
}

static void times_do_not_wrap(void **state)
{
        _cleanup_(statistics_freep) Statistics *statistics = statistics_new();

        (void) state;
        for (int i = 0; i < 3; i++)
                statistics_add(statistics, &(StatisticsCall){.held_ns = UINT64_MAX / 2});
        assert_true(statistics_total(statistics).held_ns == UINT64_MAX);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(calls_are_counted_by_number_and_by_process),
                cmocka_unit_test(nothing_done_is_no_rows),
                cmocka_unit_test(processes_past_the_limit_are_counted_together),
                cmocka_unit_test(numbers_that_no_kernel_has_are_counted_together),
                cmocka_unit_test(times_do_not_wrap),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
