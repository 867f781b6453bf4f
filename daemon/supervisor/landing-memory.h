/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor's side of the landing page (hook/landing-page.h): the memfd, our writable mapping,
 * which slots are in use.
 */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "hook/landing-page.h"

/* Its name in /proc/PID/maps is "/memfd:seccomp-jail (deleted)". */
#define LANDING_MEMFD_NAME "seccomp-jail"

typedef struct LandingMemory LandingMemory;

/* Makes the memfd, maps it writable, then seals it against any other writable mapping. -ENOTSUP on
 * a kernel without F_SEAL_FUTURE_WRITE (before Linux 5.1). */
int landing_memory_create(LandingMemory **ret);
LandingMemory *landing_memory_free(LandingMemory *landing);

/* Whether process `pid` has the page at LANDING_BASE: this very memfd, whatever it is called. */
bool landing_memory_is_in(const LandingMemory *landing, pid_t pid);

/* What is given to the program, which maps it PROT_READ|PROT_EXEC, MAP_SHARED. */
int landing_memory_fd(const LandingMemory *landing);

/* Puts the filter where the kernel will read it in a process that has the page at `base`; the
 * address of its struct sock_fprog there. -E2BIG. */
int landing_memory_put_filter(LandingMemory *landing, uint64_t base,
                              const struct sock_filter *filter, size_t count,
                              uint64_t *ret_address);

/* A free slot's index; -ENOSPC. */
int landing_memory_take_slot(LandingMemory *landing);
void landing_memory_give_slot(LandingMemory *landing, int slot);
bool landing_memory_has_slot(const LandingMemory *landing);
/* Whether so few are left that a call which is held for long shall not keep one. */
bool landing_memory_is_scarce(const LandingMemory *landing);
/* Whether half of the slots are free: then one may be kept longer than a call takes. */
bool landing_memory_is_roomy(const LandingMemory *landing);

/* Prepares the way back of a slot. *ret_address: where a call has to return to, to take it, in a
 * process that has the page at `base`. */
void landing_memory_put_way_back(LandingMemory *landing, uint64_t base, int slot,
                                 const LandingRegisters *registers, uint64_t *ret_address);
/* Our view of a slot (LANDING_SLOT_BYTES), and its address in a process that has the page at
 * `base`. */
void *landing_memory_slot(LandingMemory *landing, int slot);
uint64_t landing_slot_address(uint64_t base, int slot);
