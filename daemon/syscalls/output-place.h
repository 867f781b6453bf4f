/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where a call's answer goes: the pieces of the caller's memory behind an output argument, in the
 * order in which the kernel fills them, and no byte beyond them.
 */
#pragma once

#include "base/problem.h"
#include "syscalls/caller-view.h"

typedef struct OutputPiece {
        uint64_t address;
        size_t size;
} OutputPiece;

typedef struct OutputPlace {
        OutputPiece *pieces; /* owned */
        size_t count;
        size_t room; /* bytes of all pieces */
} OutputPlace;

/* The place behind argument `index` of a call. An address that the kernel answers (accept,
 * recvfrom) has the room that the call's length says now. -EINVAL with a sentence when the argument
 * is no output or is NULL, -EFAULT when what leads to it cannot be read, -ESRCH, -ENOMEM. */
int output_place_find(const CallRegisters *registers, unsigned index, const CallerView *view,
                      OutputPlace *ret, Problem *problem);
void output_place_release(OutputPlace *place);
