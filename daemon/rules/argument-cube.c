/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rules/argument-cube.h"

void cube_list_release(CubeList *cubes)
{
        free(cubes->list);
        *cubes = (CubeList){0};
}

int cube_list_add(CubeList *cubes, const ArgumentCube *cube)
{
        if (cubes->count >= CUBES_MAX)
                return -E2BIG;
        if (cubes->count == cubes->capacity) {
                size_t capacity = cubes->capacity ? 2 * cubes->capacity : 8;
                ArgumentCube *list = reallocarray(cubes->list, capacity, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                cubes->list = list;
                cubes->capacity = capacity;
        }
        cubes->list[cubes->count++] = *cube;
        return 0;
}

int cube_list_add_all(CubeList *cubes, const CubeList *more)
{
        for (size_t i = 0; i < more->count; i++) {
                int r = cube_list_add(cubes, &more->list[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

int cube_list_add_any(CubeList *cubes)
{
        return cube_list_add(cubes, &(ArgumentCube){0});
}

bool cube_has(const ArgumentCube *cube, const uint64_t arguments[6])
{
        for (unsigned i = 0; i < 6; i++)
                if ((arguments[i] & cube->mask[i]) != cube->bits[i])
                        return false;
        return true;
}

bool cube_intersect(const ArgumentCube *a, const ArgumentCube *b, ArgumentCube *ret)
{
        ArgumentCube common;

        for (unsigned i = 0; i < 6; i++) {
                if ((a->bits[i] ^ b->bits[i]) & a->mask[i] & b->mask[i])
                        return false;
                common.mask[i] = a->mask[i] | b->mask[i];
                common.bits[i] = a->bits[i] | b->bits[i];
        }
        *ret = common;
        return true;
}

/* Adds what `cube` has outside `hole`: for each bit that the hole fixes and the cube does not, the
 * half on the other side; what is left is inside the hole. */
static int add_difference(CubeList *cubes, const ArgumentCube *cube, const ArgumentCube *hole)
{
        ArgumentCube rest = *cube, ignored;

        if (!cube_intersect(cube, hole, &ignored))
                return cube_list_add(cubes, cube);
        for (unsigned i = 0; i < 6; i++) {
                uint64_t open = hole->mask[i] & ~cube->mask[i];

                while (open) {
                        uint64_t bit = UINT64_C(1) << (63 - __builtin_clzll(open));
                        ArgumentCube outside = rest;
                        int r;

                        outside.mask[i] |= bit;
                        outside.bits[i] |= ~hole->bits[i] & bit;
                        r = cube_list_add(cubes, &outside);
                        if (r < 0)
                                return r;
                        rest.mask[i] |= bit;
                        rest.bits[i] |= hole->bits[i] & bit;
                        open &= ~bit;
                }
        }
        return 0;
}

int cube_list_subtract(CubeList *cubes, const ArgumentCube *hole)
{
        _cleanup_cubes_ CubeList result = {0};

        for (size_t i = 0; i < cubes->count; i++) {
                int r = add_difference(&result, &cubes->list[i], hole);

                if (r < 0)
                        return r;
        }
        cube_list_release(cubes);
        *cubes = result;
        result = (CubeList){0};
        return 0;
}

int cube_list_subtract_all(CubeList *cubes, const CubeList *holes)
{
        for (size_t i = 0; i < holes->count; i++) {
                int r = cube_list_subtract(cubes, &holes->list[i]);

                if (r < 0)
                        return r;
        }
        return 0;
}

int cube_list_intersect(CubeList *cubes, const CubeList *with)
{
        _cleanup_cubes_ CubeList result = {0};

        for (size_t i = 0; i < cubes->count; i++)
                for (size_t j = 0; j < with->count; j++) {
                        ArgumentCube common;
                        int r;

                        if (!cube_intersect(&cubes->list[i], &with->list[j], &common))
                                continue;
                        r = cube_list_add(&result, &common);
                        if (r < 0)
                                return r;
                }
        cube_list_release(cubes);
        *cubes = result;
        result = (CubeList){0};
        return 0;
}

int cube_list_complement(CubeList *cubes)
{
        _cleanup_cubes_ CubeList result = {0};
        int r;

        r = cube_list_add_any(&result);
        if (r < 0)
                return r;
        r = cube_list_subtract_all(&result, cubes);
        if (r < 0)
                return r;
        cube_list_release(cubes);
        *cubes = result;
        result = (CubeList){0};
        return 0;
}

int cube_list_add_range(CubeList *cubes, unsigned index, unsigned width, uint64_t low,
                        uint64_t high)
{
        uint64_t all = width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;

        while (low <= high) {
                ArgumentCube cube = {0};
                uint64_t span = 0; /* the low bits that are free: the widest aligned block */
                int r;

                while (span != all && (low & (2 * span + 1)) == 0 && low + (2 * span + 1) <= high)
                        span = 2 * span + 1;
                cube.mask[index] = all & ~span;
                cube.bits[index] = low;
                r = cube_list_add(cubes, &cube);
                if (r < 0)
                        return r;
                if (high - low <= span)
                        break;
                low += span + 1;
        }
        return 0;
}
