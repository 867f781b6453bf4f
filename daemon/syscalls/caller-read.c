/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syscalls/caller-read.h"

#include <errno.h>

ssize_t caller_read(const CallerView *view, uint64_t address, void *buffer, size_t size)
{
        ssize_t n;

        if (size == 0 || address == 0)
                return 0;
        if (size - 1 > UINT64_MAX - address)
                size = (size_t) (UINT64_MAX - address) + 1;
        n = view->read_memory(view->context, address, buffer, size);
        return n < 0 && n != -ESRCH ? 0 : n;
}

bool caller_read_all(const CallerView *view, uint64_t address, void *buffer, size_t size)
{
        return caller_read(view, address, buffer, size) == (ssize_t) size;
}
