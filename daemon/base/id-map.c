/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/id-map.h"

#include <errno.h>
#include <search.h>

static int compare(const void *a, const void *b)
{
        uint64_t left = *(const uint64_t *) a, right = *(const uint64_t *) b;

        return (left > right) - (left < right);
}

int id_map_put(IdMap *map, void *value)
{
        void **node = tsearch(value, &map->root, compare);

        if (!node)
                return -ENOMEM;
        if (*node != value)
                return -EEXIST;
        map->count++;
        return 0;
}

void *id_map_get(const IdMap *map, uint64_t id)
{
        void **node = tfind(&id, &map->root, compare);

        return node ? *node : NULL;
}

void *id_map_take(IdMap *map, uint64_t id)
{
        void *value = id_map_get(map, id);

        if (value) {
                tdelete(value, &map->root, compare);
                map->count--;
        }
        return value;
}

typedef struct Walk {
        void (*visit)(void *value, void *context);
        void *context;
} Walk;

static void walk_node(const void *node, VISIT which, void *closure)
{
        const Walk *walk = closure;

        if (which == postorder || which == leaf)
                walk->visit(*(void *const *) node, walk->context);
}

void id_map_walk(const IdMap *map, void (*visit)(void *value, void *context), void *context)
{
        Walk walk = {.visit = visit, .context = context};

        twalk_r(map->root, walk_node, &walk);
}
