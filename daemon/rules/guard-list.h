/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls that are a way round a ptrace supervisor, guarded whatever the rules say. The data is
 * guard-list.def, one line an entry: name for `"open-guards": [...]`, call, argument cube, verdict,
 * the reason in one line, and whether a rule file may open it.  Of overlapping entries the first
 * counts.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "rules/filter-plan.h"

typedef enum GuardWall {
        GUARD_ERRNO, /* refused in the kernel with error_number */
        GUARD_TRACE, /* always stopped; the supervisor judges it (clear CLONE_UNTRACED, protect own
                        pid) */
        GUARD_NAMES, /* stopped where rules judge how files are opened (filter-plan.c) */
        GUARD_PASS,  /* these arguments are no way round: the guards behind do not look at them */
} GuardWall;

typedef struct Guard {
        const char *name;  /* "io_uring" */
        int number;        /* of the call */
        ArgumentCube cube; /* which arguments; all-zero mask: any */
        GuardWall wall;
        int error_number;   /* GUARD_ERRNO */
        bool may_open;      /* a rule file may say "open-guards": ["io_uring"] */
        const char *reason; /* one line, for `jailctl rules check` and doctor */
} Guard;

const Guard *guard_get(size_t index); /* NULL past the last */

/* Puts guards in front of `plan` for the calls that could hurt a process by its number although it
 * is not dumpable: signals, limits, scheduling, a pidfd. Aimed at the block of numbers that has
 * `first` and `last` in it, they stop for the supervisor to look whether one of its threads is
 * meant: each of these on its own would make the filter too long. Its process group, should
 * `process` lead one, is out of reach. */
int guard_protect_threads(FilterPlan *plan, pid_t process, pid_t first, pid_t last);
/* The `index`-th of them aimed at `pid`, with nothing else in it that the kernel could do something
 * with; false past the last. */
bool guard_aim(size_t index, pid_t pid, CallRegisters *ret_call);
/* Whether the call is one of those, and aimed at a number that `is_ours`. */
bool guard_aims_at(const CallRegisters *call, bool (*is_ours)(pid_t tid));
/* Keeps the program from leaving [start, start + size) out of its children (MADV_DONTFORK) and from
 * making guard pages of it; with `whole` (no mseal) from unmapping, moving or covering it as well.
 * It must be the lowest mapping: a range that reaches into it may begin anywhere below, where
 * nothing is mapped, for the kernel goes on behind a hole. Up to the next power of two above its
 * end these calls are refused. */
int guard_protect_memory(FilterPlan *plan, uint64_t start, uint64_t size, bool whole);
