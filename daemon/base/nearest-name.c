/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/nearest-name.h"

#include <string.h>

#define NAME_MAX_COMPARED 48

/* Edits (insert, remove, replace, exchange of neighbours) from a to b, both short. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
        size_t rows[3][NAME_MAX_COMPARED + 1];

        for (size_t j = 0; j <= b_length; j++)
                rows[0][j] = j;
        for (size_t i = 1; i <= a_length; i++) {
                size_t *now = rows[i % 3], *before = rows[(i - 1) % 3], *two = rows[(i + 1) % 3];

                now[0] = i;
                for (size_t j = 1; j <= b_length; j++) {
                        size_t best = before[j - 1] + (a[i - 1] != b[j - 1]);

                        if (before[j] + 1 < best)
                                best = before[j] + 1;
                        if (now[j - 1] + 1 < best)
                                best = now[j - 1] + 1;
                        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                            two[j - 2] + 1 < best)
                                best = two[j - 2] + 1;
                        now[j] = best;
                }
        }
        return rows[a_length % 3][b_length];
}

NearestName nearest_name_begin(const char *wanted)
{
        size_t length = strlen(wanted);

        return (NearestName){.wanted = wanted, .distance = (length < 3 ? 1 : length / 3) + 1};
}

void nearest_name_offer(NearestName *nearest, const char *name)
{
        size_t wanted_length = strlen(nearest->wanted), length = strlen(name), distance;

        if (wanted_length > NAME_MAX_COMPARED || length > NAME_MAX_COMPARED)
                return;
        distance = edit_distance(nearest->wanted, wanted_length, name, length);
        if (distance >= nearest->distance)
                return;
        nearest->best = name;
        nearest->distance = distance;
}
