/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A ring of io_uring, just enough for one entry. */
#pragma once

#include <linux/io_uring.h>

#include "attack.h"

/* Submits one entry and waits for it: its result, or negative errno. */
static inline int ring_submit(const struct io_uring_sqe *entry)
{
        struct io_uring_params setup = {0};
        int fd = (int) syscall(SYS_io_uring_setup, 4, &setup);
        char *rings, *completions;
        struct io_uring_sqe *entries;

        if (fd < 0)
                return -errno;
        SAY("open: io_uring\n");
        rings = mmap(NULL, setup.sq_off.array + setup.sq_entries * 4, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
        completions = mmap(NULL, setup.cq_off.cqes + setup.cq_entries * 16, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_CQ_RING);
        entries = mmap(NULL, setup.sq_entries * sizeof(*entries), PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
        if (rings == MAP_FAILED || completions == MAP_FAILED || entries == MAP_FAILED)
                return -errno;
        entries[0] = *entry;
        *(uint32_t *) (rings + setup.sq_off.array) = 0;
        __atomic_store_n((uint32_t *) (rings + setup.sq_off.tail), 1, __ATOMIC_RELEASE);
        if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
                return -errno;
        return ((struct io_uring_cqe *) (completions + setup.cq_off.cqes))->res;
}

static inline void ring_without(int result)
{
        if (result == -ENOSYS || result == -EPERM)
                nothing_to_win("kernel", "no io_uring");
}
