/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/statistics.h"

#include <stdio.h>
#include <string.h>

#define SLOT_BITS 11u
#define SLOTS     (1u << SLOT_BITS) /* half of them free at least: a search stays short */

_Static_assert(SLOTS >= 2 * STATISTICS_PROCESSES_MAX, "the table must not fill up");

struct Statistics {
        StatisticsCounts total;
        StatisticsCounts numbers[STATISTICS_NUMBERS_MAX];
        StatisticsCounts other_numbers;
        StatisticsRow processes[SLOTS]; /* open addressing by pid; no calls: free */
        size_t process_count;
        StatisticsCounts other_processes;
};

Statistics *statistics_new(void)
{
        return calloc(1, sizeof(Statistics));
}

Statistics *statistics_free(Statistics *statistics)
{
        free(statistics);
        return NULL;
}

static void add_up(uint64_t *sum, uint64_t more)
{
        if (__builtin_add_overflow(*sum, more, sum))
                *sum = UINT64_MAX;
}

static void count(StatisticsCounts *counts, const StatisticsCall *call)
{
        bool failed = call->returned && call->result < 0 && call->result >= -4095;

        add_up(&counts->calls, 1);
        add_up(&counts->errors, failed);
        add_up(&counts->refused, call->refused);
        add_up(&counts->held_ns, call->held_ns);
        add_up(&counts->ran_ns, call->ran_ns);
}

static StatisticsCounts *counts_of_number(Statistics *statistics, int number)
{
        if (number < 0 || (unsigned) number >= STATISTICS_NUMBERS_MAX)
                return &statistics->other_numbers;
        return &statistics->numbers[number];
}

static StatisticsCounts *take_row(StatisticsRow *row, const StatisticsCall *call)
{
        row->key = call->pid;
        if (call->comm && strcmp(row->comm, call->comm) != 0)
                snprintf(row->comm, sizeof(row->comm), "%s", call->comm);
        return &row->counts;
}

static StatisticsCounts *counts_of_process(Statistics *statistics, const StatisticsCall *call)
{
        size_t slot = (uint32_t) call->pid * UINT32_C(2654435761) >> (32 - SLOT_BITS);

        while (statistics->processes[slot].counts.calls > 0) {
                if (statistics->processes[slot].key == call->pid)
                        return take_row(&statistics->processes[slot], call);
                slot = (slot + 1) % SLOTS;
        }
        if (statistics->process_count == STATISTICS_PROCESSES_MAX)
                return &statistics->other_processes;
        statistics->process_count++;
        return take_row(&statistics->processes[slot], call);
}

void statistics_add(Statistics *statistics, const StatisticsCall *call)
{
        count(&statistics->total, call);
        count(counts_of_number(statistics, call->number), call);
        count(counts_of_process(statistics, call), call);
}

StatisticsCounts statistics_total(const Statistics *statistics)
{
        return statistics->total;
}

static int compare_rows(const void *a, const void *b)
{
        const StatisticsRow *first = a, *second = b;

        if (first->counts.calls != second->counts.calls)
                return first->counts.calls < second->counts.calls ? 1 : -1;
        return (first->key > second->key) - (first->key < second->key);
}

/* Sorts the rows and puts the others behind them. */
static void finish(StatisticsRow *rows, size_t *count, const StatisticsCounts *others)
{
        qsort(rows, *count, sizeof(*rows), compare_rows);
        if (others->calls > 0)
                rows[(*count)++] = (StatisticsRow){.key = STATISTICS_OTHERS, .counts = *others};
}

int statistics_by_call(const Statistics *statistics, StatisticsRow **ret, size_t *ret_count)
{
        StatisticsRow *rows = calloc(STATISTICS_NUMBERS_MAX + 1, sizeof(*rows));
        size_t found = 0;

        if (!rows)
                return -ENOMEM;
        for (unsigned number = 0; number < STATISTICS_NUMBERS_MAX; number++)
                if (statistics->numbers[number].calls > 0)
                        rows[found++] = (StatisticsRow){
                                .key = (int) number,
                                .counts = statistics->numbers[number],
                        };
        finish(rows, &found, &statistics->other_numbers);
        *ret = rows;
        *ret_count = found;
        return 0;
}

int statistics_by_process(const Statistics *statistics, StatisticsRow **ret, size_t *ret_count)
{
        StatisticsRow *rows = calloc(statistics->process_count + 1, sizeof(*rows));
        size_t found = 0;

        if (!rows)
                return -ENOMEM;
        for (size_t slot = 0; slot < SLOTS; slot++)
                if (statistics->processes[slot].counts.calls > 0)
                        rows[found++] = statistics->processes[slot];
        finish(rows, &found, &statistics->other_processes);
        *ret = rows;
        *ret_count = found;
        return 0;
}
