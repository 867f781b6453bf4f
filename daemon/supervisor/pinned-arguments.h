/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Copies of what arguments point to, in the thread's slot of the landing page: the program cannot
 * change them, so what was judged and shown is what the kernel reads.
 */
#pragma once

#include "hook/landing-page.h"
#include "supervisor/supervisor.h"

typedef struct PinnedCall {
        CallRegisters call;     /* with the copies' addresses */
        unsigned mask;          /* bit i: argument i points to a copy */
        size_t bytes;           /* of the slot in use */
        const char *incomplete; /* what could not be copied, a constant; NULL when all was */
} PinnedCall;

/* Pins every argument of `call` that the kernel reads from memory, which is read through `caller`.
 * What is not readable stays as it is: the kernel will say EFAULT, and `incomplete` says that it
 * was not judged. -ESRCH when the thread is gone; otherwise 0. */
int pinned_arguments_take(Supervisor *supervisor, Tracee *tracee, const CallerView *caller,
                          const CallRegisters *call, PinnedCall *ret);

/* Whether everything that a rule's condition can look at was copied. The strings of a long argv may
 * be missing. */
bool pinned_arguments_are_judged(const PinnedCall *pinned);

/* The tracee's open call waits, who knows how long: what was copied for it is kept, and its slot is
 * free for others. Nothing is done where that cannot be. */
void pinned_arguments_set_aside(Supervisor *supervisor, Tracee *tracee);
/* It is about to run or to be edited: the same bytes lie in a slot again. -ENOSPC when there is
 * none, -ENOMEM, -ESRCH. */
int pinned_arguments_bring_back(Supervisor *supervisor, Tracee *tracee);

/* Copies `size` bytes from the program into the thread's slot, from the slot's start. *ret_address:
 * of the copy, in the program; *ret_copy: the same bytes, ours to change until the thread goes on.
 * -EFAULT, -ESRCH, -ENOSPC (no slot), -E2BIG. */
int pinned_copy(Supervisor *supervisor, Tracee *tracee, uint64_t address, size_t size,
                uint64_t *ret_address, void **ret_copy);

/* The thread's slot, taken when it has none. -ENOSPC; -ENXIO when its image has no landing page. */
int pinned_slot(Supervisor *supervisor, Tracee *tracee, uint64_t *ret_address, void **ret_memory);
