/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A reader of a log's ring who gets it through a pipe and is never waited for. What he was too slow
 * for is told to him as one {"dropped":N} line; he never gets half a line.
 */
#pragma once

#include "base/text.h"
#include "link/log-ring.h"

typedef struct LogPipe {
        int fd; /* write end, not blocking, owned */
        LogCursor cursor;
        Text rest; /* goes out before what the cursor points to: a line that was begun, a note */
} LogPipe;

#define LOG_PIPE_INIT ((LogPipe){.fd = -1})

/* Makes the pipe, empty, from the ring's oldest line on, of `bytes` where the system lets it be (0:
 * of its usual size); *ret_fd is its read end, blocking, owned by the caller. 0 or negative errno.
 */
int log_pipe_open(LogPipe *pipe, size_t bytes, int *ret_fd);
void log_pipe_release(LogPipe *pipe);

/* Writes what is new, as much as the pipe takes and a MiB or so at most. 1 when all is written, 0
 * when there is more, negative errno when the reader is gone or the ring makes no sense. */
int log_pipe_write(LogPipe *pipe, const LogRing *ring);
