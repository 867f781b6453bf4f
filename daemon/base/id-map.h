/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Things by a number of theirs: tracees by tid, pending calls by sequence. A thin cover of
 * tsearch(3). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The first member of whatever is kept is its uint64_t key, which does not change while it is kept.
 */
typedef struct IdMap {
        void *root;
        size_t count;
} IdMap;

/* 0, -EEXIST, -ENOMEM. The value stays the caller's. */
int id_map_put(IdMap *map, void *value);
void *id_map_get(const IdMap *map, uint64_t id);
/* The value that was kept, NULL when there was none. */
void *id_map_take(IdMap *map, uint64_t id);
/* In ascending order. The map may not be changed meanwhile. */
void id_map_walk(const IdMap *map, void (*visit)(void *value, void *context), void *context);
