/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes of an input as a program's memory, for what is handed a function that reads it. They lie at
 * FUZZ_MEMORY_BASE and again, as their own tail, at the end of the address space. */
#pragma once

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define FUZZ_MEMORY_BASE 0x10000u

typedef struct FuzzMemory {
        const uint8_t *bytes;
        size_t size;
} FuzzMemory;

/* A CallerView's read_memory; `context` is the FuzzMemory. */
static inline ssize_t fuzz_memory_read(void *context, uint64_t address, void *buffer, size_t size)
{
        const FuzzMemory *memory = context;
        uint64_t base = address >= UINT64_MAX - memory->size ? UINT64_MAX - memory->size + 1
                                                             : FUZZ_MEMORY_BASE;
        size_t left;

        if (size > 1 && address + (size - 1) < address)
                abort(); /* a read that wraps round must never be asked for */
        if (memory->size == 0 || address < base || address - base >= memory->size)
                return -EFAULT;
        left = memory->size - (size_t) (address - base);
        if (size > left)
                size = left;
        memcpy(buffer, memory->bytes + (address - base), size);
        return (ssize_t) size;
}
