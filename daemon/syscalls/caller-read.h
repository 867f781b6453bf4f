/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one way in which this layer asks a CallerView for memory. */
#pragma once

#include <stdbool.h>

#include "syscalls/caller-view.h"

/* The count of bytes that are readable from the start, 0 when none is, -ESRCH. Never asks for a
 * range that wraps round the end of the address space. */
ssize_t caller_read(const CallerView *view, uint64_t address, void *buffer, size_t size);

/* Whether all of it was readable. */
bool caller_read_all(const CallerView *view, uint64_t address, void *buffer, size_t size);
