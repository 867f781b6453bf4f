/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A live thread as decoders and rules see it: its memory, what its descriptors are open on, where
 * its paths lead. The one reader of tracee memory: every read is bounded in size, and in time where
 * the kernel allows it.
 */
#pragma once

#include "syscalls/caller-view.h"

typedef struct TraceeView {
        pid_t pid;     /* thread group */
        pid_t tid;     /* thread */
        int memory_fd; /* /proc/PID/mem opened at the image's exec: works after PR_SET_DUMPABLE 0;
                          or -1; borrowed */
        /* A path argument that the supervisor pinned is read from here instead (see pinned_read):
         */
        const void *overlay;      /* bytes shown at overlay_address, NULL for none; borrowed */
        uint64_t overlay_address; /* tracee address of the overlay */
        size_t overlay_size;
} TraceeView;

/* The functions of CallerView over `view`, which must outlive it. */
CallerView tracee_view_caller(TraceeView *view);

/* Reads up to `size` bytes; short at the first unreadable byte; -EFAULT, -ESRCH. */
ssize_t tracee_read_memory(const TraceeView *view, uint64_t address, void *buffer, size_t size);
/* Writes all or nothing as far as can be known: -EFAULT, -ESRCH. Never through FOLL_FORCE over
 * read-only pages of the program unless `force`. */
int tracee_write_memory(const TraceeView *view, uint64_t address, const void *bytes, size_t size,
                        int force);
