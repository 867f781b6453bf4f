/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link/log-pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What one call writes of the ring: a reader who keeps pace must not keep us here. */
#define TURN_BYTES ((size_t) 1024 * 1024)

int log_pipe_open(LogPipe *pipe, size_t bytes, int *ret_fd)
{
        int ends[2];

        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        if (bytes > 0) /* a smaller one only means more turns */
                (void) fcntl(ends[1], F_SETPIPE_SZ, (int) bytes);
        if (fcntl(ends[1], F_SETFL, O_NONBLOCK) < 0) {
                int r = -errno;

                close_fd(ends[0]);
                close_fd(ends[1]);
                return r;
        }
        *pipe = (LogPipe){.fd = ends[1]};
        *ret_fd = ends[0];
        return 0;
}

void log_pipe_release(LogPipe *pipe)
{
        pipe->fd = close_fd(pipe->fd);
        text_release(&pipe->rest);
}

/* The pipe took a part of a line, or the ring ends within one: what is left of it is kept here,
 * since the ring may be written over before the reader wakes. */
static int keep_rest_of_line(LogPipe *pipe, const LogRing *ring)
{
        bool ended = false;

        while (!ended) {
                const char *bytes, *newline;
                uint64_t missed;
                size_t size;

                log_ring_peek(ring, &pipe->cursor, &bytes, &size, &missed);
                if (missed > 0 || size == 0)
                        return -EIO;
                newline = memchr(bytes, '\n', size);
                ended = newline;
                if (newline)
                        size = (size_t) (newline - bytes) + 1;
                text_append_bytes(&pipe->rest, bytes, size);
                log_ring_advance(&pipe->cursor, bytes, size);
        }
        return text_error(&pipe->rest);
}

/* 1 when nothing is kept any more, 0 when the pipe is full. */
static int write_rest(LogPipe *pipe)
{
        Text *rest = &pipe->rest;

        while (rest->length > 0) {
                ssize_t n = write(pipe->fd, rest->data, rest->length);

                if (n < 0)
                        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
                rest->length -= (size_t) n;
                memmove(rest->data, rest->data + n, rest->length);
        }
        return 1;
}

/* Writes what lies in one piece; what it wrote, 0 when the pipe is full. */
static ssize_t write_piece(LogPipe *pipe, const LogRing *ring, const char *bytes, size_t size)
{
        ssize_t n = write(pipe->fd, bytes, size);
        int r = 0;

        if (n < 0)
                return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        log_ring_advance(&pipe->cursor, bytes, (size_t) n);
        if (n > 0 && bytes[n - 1] != '\n')
                r = keep_rest_of_line(pipe, ring);
        return r < 0 ? r : n;
}

int log_pipe_write(LogPipe *pipe, const LogRing *ring)
{
        for (size_t written = 0; written < TURN_BYTES;) {
                const char *bytes;
                uint64_t missed;
                size_t size;
                ssize_t n = write_rest(pipe);

                if (n <= 0)
                        return (int) n;
                log_ring_peek(ring, &pipe->cursor, &bytes, &size, &missed);
                if (missed > 0) {
                        int r = text_append_format(&pipe->rest, "{\"dropped\":%llu}\n",
                                                   (unsigned long long) missed);

                        if (r < 0)
                                return r;
                        continue;
                }
                if (size == 0)
                        return 1;
                n = write_piece(pipe, ring, bytes, size);
                if (n <= 0)
                        return (int) n;
                written += (size_t) n;
        }
        return 0;
}
