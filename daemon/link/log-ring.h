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

/* Lines ever appended, and lines given up of them. */
uint64_t log_ring_lines(const LogRing *ring);
uint64_t log_ring_lost(const LogRing *ring);

/* A reader's place: {0} is the oldest line that is still there. */
typedef struct LogCursor {
        uint64_t position; /* bytes since the ring was made */
        uint64_t line;     /* lines before `position` */
} LogCursor;

/* The place where the next line will be written. */
LogCursor log_ring_end(const LogRing *ring);

/* The bytes from *cursor on that lie contiguously in memory. When the cursor was overtaken it moves
 * to the oldest line and *ret_missed says how many lines the reader lost, else 0. *ret_size 0:
 * nothing new. */
void log_ring_peek(const LogRing *ring, LogCursor *cursor, const char **ret_bytes, size_t *ret_size,
                   uint64_t *ret_missed);
/* Moves the cursor over `size` bytes that were just peeked and used. */
void log_ring_advance(LogCursor *cursor, const char *bytes, size_t size);

/* Writes all that is new to `fd`, a regular file, and moves the sink cursor, which is kept in the
 * ring so that the broker can finish what a killed supervisor had not yet written to the file of
 * `jailctl run --log`. Lines that were lost are written as one {"dropped":N} line. It comes back
 * after about a ring's bytes even when the other side never stops to write. 0 or negative errno of
 * write(2). */
int log_ring_flush(LogRing *ring, int fd);
