/* SPDX-License-Identifier: GPL-3.0-or-later */
/* So many a second and no more. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct Rate {
        uint64_t second; /* of a monotonic clock, that `count` is of */
        unsigned count;
} Rate;

/* Counts one; false when that was one too many in this second. */
static inline bool rate_take(Rate *rate, uint64_t now_usec, unsigned per_second)
{
        uint64_t second = now_usec / 1000000;

        if (rate->second != second)
                *rate = (Rate){.second = second};
        return rate->count++ < per_second;
}
