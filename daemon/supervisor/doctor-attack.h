/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The attacks that the doctor lets loose on a throw-away jail: the program that runs inside
 * (`jail-supervisor --attack`), and what it has to tell. tests/escape has many more of them.
 */
#pragma once

#include <stddef.h>

/* Forbidden by the rules of the throw-away jail: making this directory, opening this file. */
#define ATTACK_DIRECTORY "/tmp/seccomp-jail-doctor"
#define ATTACK_SECRET    "/etc/passwd"

typedef struct Attack {
        const char *name;
        const char *detail; /* what it would lead to */
        const char *wall;   /* what closes it */
        int expected;       /* the errno by which that wall is known; 0: any */
        int (*run)(void);   /* in a process of its own: 0 when it won, negative errno when not */
} Attack;

const Attack *attack_get(size_t index); /* NULL past the last */

/* In the jail: runs all of them, and writes a line "INDEX ERRNO" for each to standard output.
 * `arguments`: the pid of a process outside, and the address of an int in its memory. */
int attack_main(int count, char **arguments);
