/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a jail's program has done so far, as counts: by call and by process. The memory is fixed,
 * whatever the program does: what does not fit counts as "others", and nothing goes uncounted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"

#define STATISTICS_PROCESSES_MAX 1024u /* processes that are counted each on its own */
#define STATISTICS_NUMBERS_MAX   1024u /* calls 0 … 1023, past every number there is */
#define STATISTICS_COMM_BYTES    64u   /* a name of 15 bytes, each of them escaped */
#define STATISTICS_OTHERS        (-1)  /* the key of what has no row of its own */

typedef struct StatisticsCounts {
        uint64_t calls;   /* calls that were seen */
        uint64_t errors;  /* of these: came back with an errno, the refused ones included */
        uint64_t refused; /* of these: the kernel never ran it because a verdict said so */
        uint64_t held_ns; /* time that calls waited for their verdict */
        uint64_t ran_ns;  /* time that calls were in the kernel */
} StatisticsCounts;

/* One finished call. */
typedef struct StatisticsCall {
        int number;
        pid_t pid;        /* thread group */
        const char *comm; /* its name now, escaped; NULL when it is not known */
        int64_t result;   /* raw register; not looked at unless `returned` */
        bool returned;    /* false: exit, a successful exec, killed on the way */
        bool refused;
        uint64_t held_ns;
        uint64_t ran_ns;
} StatisticsCall;

typedef struct StatisticsRow {
        int key;                          /* the call's number or the pid, or STATISTICS_OTHERS */
        char comm[STATISTICS_COMM_BYTES]; /* of a process: its name at its last call */
        StatisticsCounts counts;
} StatisticsRow;

typedef struct Statistics Statistics;

Statistics *statistics_new(void); /* NULL on -ENOMEM */
Statistics *statistics_free(Statistics *statistics);
DEFINE_CLEANUP(Statistics *, statistics_free)

/* Counts one call; never fails, sums stop at UINT64_MAX. */
void statistics_add(Statistics *statistics, const StatisticsCall *call);

/* Everything so far. */
StatisticsCounts statistics_total(const Statistics *statistics);

/* Rows that have a call, the most calls first (equal ones by key), the others last. free() the
 * rows. 0 or -ENOMEM. */
int statistics_by_call(const Statistics *statistics, StatisticsRow **ret, size_t *ret_count);
int statistics_by_process(const Statistics *statistics, StatisticsRow **ret, size_t *ret_count);
