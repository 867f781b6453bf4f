/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sets of register contents as lists of ternary cubes (each bit 0, 1 or any): what a kernel filter
 * can test. All operations keep within CUBES_MAX cubes and answer -E2BIG past it; the caller then
 * leaves the call to the supervisor.
 */
#pragma once

#include "rules/filter-plan.h"

#define CUBES_MAX 256

typedef struct CubeList {
        ArgumentCube *list;
        size_t count, capacity;
} CubeList;

void cube_list_release(CubeList *cubes);
#define _cleanup_cubes_ _cleanup_(cube_list_release)

int cube_list_add(CubeList *cubes, const ArgumentCube *cube);
int cube_list_add_all(CubeList *cubes, const CubeList *more);
/* The cube that every call is in. */
int cube_list_add_any(CubeList *cubes);

bool cube_has(const ArgumentCube *cube, const uint64_t arguments[6]);
/* False when they have nothing in common. */
bool cube_intersect(const ArgumentCube *a, const ArgumentCube *b, ArgumentCube *ret);

/* cubes := cubes without `hole`; disjoint cubes stay disjoint. */
int cube_list_subtract(CubeList *cubes, const ArgumentCube *hole);
int cube_list_subtract_all(CubeList *cubes, const CubeList *holes);
/* cubes := cubes in common with `with`. */
int cube_list_intersect(CubeList *cubes, const CubeList *with);
/* cubes := all that is not in cubes. */
int cube_list_complement(CubeList *cubes);

/* Adds `low` <= the low `width` bits of argument `index` <= `high`, both unsigned. */
int cube_list_add_range(CubeList *cubes, unsigned index, unsigned width, uint64_t low,
                        uint64_t high);
