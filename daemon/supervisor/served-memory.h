/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which memory of a tracee another program serves: pages of files on FUSE and on the network come
 * when their server answers, and who looks at them waits as long (engine-facts 5 l). Costs one
 * request a look, and nothing where no such file system is mounted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether a page of [address, address + size) is of a file on such a file system. False also where
 * that cannot be known: for a program that hides from its user (PR_SET_DUMPABLE 0). */
bool served_memory_at(pid_t pid, uint64_t address, size_t size);
