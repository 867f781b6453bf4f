/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work that may hang, for a server that does not answer: a thread does it, and is left behind when
 * it is not waited for any longer. The kernel gives no other bound to looking at memory and paths
 * that another program serves. What such a thread is sent for it does with descriptors of its own,
 * so that the supervisor's links end with the supervisor even while one hangs.
 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Errand Errand;

/* One kind of errand. */
typedef struct ErrandKind {
        void (*run)(void *data);     /* in the thread; never called where the kernel gives it no
                                        descriptors of its own (before Linux 5.9) */
        void (*release)(void *data); /* by whoever drops it last */
        unsigned limit;              /* of this kind that may be under way at once */
        atomic_uint under_way;       /* those that have begun and not ended, left or not */
} ErrandKind;

/* Sends a thread with `data`, which is the errand's from then on. `keep`: a descriptor that the
 * thread needs beside the standard ones, -1 for none; it has a copy under the same number when this
 * returns. -EBUSY when so many are under way; then, and at any other failure, `data` is still the
 * caller's. */
int errand_start(ErrandKind *kind, void *data, int keep, Errand **ret);

/* The same, without any wait for the thread: `wake`, an eventfd that stays open as long as there
 * are errands, is written when it is done. */
int errand_start_waking(ErrandKind *kind, void *data, int wake, Errand **ret);

/* Waits for the end: 0, or -ETIMEDOUT after `usec`. */
int errand_wait(Errand *errand, uint64_t usec);

/* Whether it has ended. */
bool errand_is_done(Errand *errand);
/* What it was sent with: to be looked at once it is done. */
void *errand_data(Errand *errand);

/* Leaves it: `data` is released now, or when the thread comes back. */
Errand *errand_leave(Errand *errand);
