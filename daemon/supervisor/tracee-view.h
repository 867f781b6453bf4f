/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A live thread as decoders and rules see it: its memory, what its descriptors are open on, where
 * its paths lead. The one reader of tracee memory: every read is bounded in size, and in time where
 * the kernel allows it.
 */
#pragma once

#include <stdbool.h>

#include "syscalls/caller-view.h"

typedef struct SocketNames SocketNames;
struct KnownPaths;
struct PathQuestion;

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
        bool memory_waits; /* any page may have to be sent by somebody first */
        bool patient;      /* a page that a server has to send first is waited for as long */
        const struct KnownPaths *known; /* what was looked up for the call that it is stopped in;
                                           borrowed, NULL for none */
        struct PathQuestion *wish; /* the first path for which a server would have to be asked is
                                      noted here; borrowed, NULL for nowhere */
        uint64_t path_usec;        /* so long such a path is waited for; 0: it is unknown at once
                                      (-EINPROGRESS) */
        bool our_root;             /* its root is known to be the supervisor's own */
        SocketNames *sockets; /* of socket-name.h: keeps the diagnostic socket open from one call to
                                 the next; NULL: opened for each; borrowed */
} TraceeView;

/* The functions of CallerView over `view`, which must outlive it. */
CallerView tracee_view_caller(TraceeView *view);

/* Reads up to `size` bytes; short at the first unreadable byte; -EFAULT, -ESRCH; -EPERM when the
 * program hides its memory (PR_SET_DUMPABLE 0) and there is no memory_fd. Each page is read on its
 * own. A page of a file on FUSE or on the network is waited for a fifth of a second, unless the
 * view is patient, and is unreadable then. The guard list refuses userfaultfd; what reads on a
 * person's demand uses tracee_read_memory_bounded(). */
ssize_t tracee_read_memory(const TraceeView *view, uint64_t address, void *buffer, size_t size);

/* The same, done by a thread that is given up after `usec` microseconds: -ETIMEDOUT then, and
 * `buffer` is never written later. -EBUSY when such a thread hangs in
 * these very pages, or four do anywhere. */
ssize_t tracee_read_memory_bounded(const TraceeView *view, uint64_t address, void *buffer,
                                   size_t size, uint64_t usec);

/* tracee_write_memory() without force, bounded in the same way; a write that was given up may still
 * happen when the page arrives. */
int tracee_write_memory_bounded(const TraceeView *view, uint64_t address, const void *bytes,
                                size_t size, uint64_t usec);

/* Writes all or nothing as far as can be known: -EFAULT, -ESRCH. Never through FOLL_FORCE over
 * read-only pages of the program unless `force`; a program that hides its memory from its user
 * (PR_SET_DUMPABLE 0) can be written by `force` alone: -EPERM otherwise. */
int tracee_write_memory(const TraceeView *view, uint64_t address, const void *bytes, size_t size,
                        int force);
