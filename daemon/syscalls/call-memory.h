/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which memory of the caller the kernel will read to learn what a call asks for: paths, addresses,
 * structures, argv and the heads of vectors. Whoever judges a call copies these ranges first and
 * points the call at the copies, so that what was judged is what runs. The data that write(2) and
 * its like carry is not among them, nor is what the kernel writes to as well (poll's list,
 * recvmsg's message, a length that is answered): the copies are where nobody can write.
 */
#pragma once

#include <stdbool.h>

#include "syscalls/caller-view.h"

typedef struct MemoryRange {
        uint64_t address;
        size_t size;       /* bytes; a string's NUL included */
        unsigned argument; /* index of the argument that leads here */
        int parent;        /* index of the range that holds the pointer, -1: the register itself */
        size_t parent_offset; /* where in the parent the pointer is */
        bool string;          /* ends by its NUL */
        bool broken;          /* the kernel cannot read it whole: `size` bytes from the start are
                                 readable and the call will fail with EFAULT */
} MemoryRange;

/* The count of ranges, a parent always before its children; -E2BIG when there are more than `max`
 * (then nothing can be said of the rest), -ENAMETOOLONG for a string past its limit, -ESRCH. */
int call_memory_ranges(const CallRegisters *registers, const CallerView *view, MemoryRange *ret,
                       size_t max);
