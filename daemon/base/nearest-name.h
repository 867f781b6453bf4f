/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "did you mean": which of some names is nearest to a mistyped one. */
#pragma once

#include <stddef.h>

typedef struct NearestName {
        const char *wanted; /* what was typed, borrowed */
        const char *best;   /* the nearest so far, borrowed; NULL while nothing is near */
        size_t distance;    /* of `best`; what is not nearer is not taken */
} NearestName;

/* Names count as near up to a third of the length of what was typed, one edit at least. */
NearestName nearest_name_begin(const char *wanted);
void nearest_name_offer(NearestName *nearest, const char *name);
