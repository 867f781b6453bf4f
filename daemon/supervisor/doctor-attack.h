/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The attacks that the doctor lets loose on a throw-away jail: what there is of them, and the
 * program that runs them inside (`jail-supervisor --attack`). Each kind has a file of its own,
 * doctor-attack-KIND.c. tests/escape has many more of them; which of those the doctor has no row
 * for, and why, stands in tests/contract/doctor.py.
 */
#pragma once

#include <stddef.h>

/* Forbidden by the rules of the throw-away jail: making this directory, and, in the directory that
 * the doctor made for it, opening the secret and running the refused program. The public file has a
 * name of the same length. time() is refused as well, which hides the vDSO. */
#define ATTACK_DIRECTORY "/tmp/seccomp-jail-doctor"
#define ATTACK_SECRET    "secret"
#define ATTACK_PUBLIC    "public"
#define ATTACK_REFUSED   "refused"

typedef struct Attack {
        const char *name;
        const char *detail; /* what it would lead to */
        const char *wall;   /* what closes it */
        int expected;       /* the errno by which that wall is known */
        int (*run)(void);   /* in a process of its own: 0 when it won, negative errno when not */
        const char *guard;  /* instead of `run`: each call of this guard is made */
        const char *wall_without_mseal; /* NULL: the same one */
} Attack;

#define ATTACK(name_, detail_, wall_, expected_, run_)                                             \
        {                                                                                          \
                .name = (name_), .detail = (detail_), .wall = (wall_), .expected = (expected_),    \
                .run = (run_)                                                                      \
        }

/* One kind of them. */
typedef struct AttackList {
        const Attack *attacks;
        size_t count;
} AttackList;

AttackList attacks_by_call(void);      /* other ways into the kernel, children, images */
AttackList attacks_by_name(void);      /* other names of the secret, paths in odd memory */
AttackList attacks_by_race(void);      /* what was judged is changed before it is executed */
AttackList attacks_on_page(void);      /* on the landing page */
AttackList attacks_on_processes(void); /* on the supervisor and on processes outside */
AttackList attacks_on_guards(void);    /* a row for each guard that the filter itself refuses */

const Attack *attack_get(size_t index); /* NULL past the last */

/* A guarded call passed the filter: 0. Else the negative errno that the guard says, or -ENOSYS. */
int attack_guard(const char *name);

/* In the jail: runs all of them, and writes a line "INDEX ERRNO" for each to standard output.
 * `arguments`: the doctor's directory, the pid of a process outside, and the address of an int in
 * its memory. */
int attack_main(int count, char **arguments);
