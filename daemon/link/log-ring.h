/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log of one jail: a bounded ring of JSON lines in a memfd that supervisor and broker share.
 * One writer, the supervisor; any number of readers, each with a cursor of its own. The writer
 * never waits for a reader: whole old lines are given up, and a reader learns how many it missed.
 *
 * The memory is written by a process of the user's: a reader trusts no number in it and stays
 * inside the mapping whatever it says.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

/* Bytes of lines that a ring keeps unless told otherwise; memory is used as it fills. */
#define LOG_RING_BYTES_DEFAULT (64u * 1024u * 1024u)

typedef struct LogRing LogRing;

/* A new memfd for a ring of `capacity` bytes (a multiple of the page size), sealed against
 * shrinking. 0 and an owned descriptor. */
int log_ring_create(size_t capacity, int *ret_fd);

/* Maps it; fd stays the caller's. */
int log_ring_open(int fd, LogRing **ret);
LogRing *log_ring_close(LogRing *ring);
static inline void log_ring_closep(LogRing **ring)
{
        if (*ring)
                log_ring_close(*ring);
}

/* Appends one line, its newline included, giving up old lines as needed. -E2BIG for a line of more
 * than half the ring. */
int log_ring_append(LogRing *ring, const char *line, size_t size);

/* Where writing goes on, and the oldest byte that is still there; a cursor is such a position. */
uint64_t log_ring_end(const LogRing *ring);
uint64_t log_ring_start(const LogRing *ring);
/* Lines given up since the ring was made. */
uint64_t log_ring_lost(const LogRing *ring);

/* The bytes from *cursor on that lie contiguously in memory, ending at a line's end or at the end
 * of the mapping. When the cursor was overtaken it moves to the oldest line and *ret_missed says
 * how many lines were missed, else 0. *ret_size 0: nothing new. Move the cursor on by what was
 * used, then ask again. */
void log_ring_peek(const LogRing *ring, uint64_t *cursor, const char **ret_bytes, size_t *ret_size,
                   uint64_t *ret_missed);

/* The file sink's cursor, kept in the ring so that the broker can finish what a killed supervisor
 * had not yet written to the file of `jailctl run --log`. */
uint64_t log_ring_sink_cursor(const LogRing *ring);

/* Writes all that is new to `fd` and moves the sink cursor; lines that were lost are written as one
 * {"dropped":N} line. 0 or negative errno of write(2). */
int log_ring_flush(LogRing *ring, int fd);
