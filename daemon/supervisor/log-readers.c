/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/log-readers.h"

#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

/* Enough for a burst between two turns of the loop. */
#define PIPE_BYTES (1024 * 1024)

struct LogReader {
        struct LogReader *next;
        Supervisor *supervisor;
        int fd; /* write end, not blocking */
        LogCursor cursor;
        bool follow;
        sd_event_source *source; /* EPOLLOUT while the pipe is full, else only its closing */
};

static void reader_remove(LogReader *reader)
{
        LogReader **at = &reader->supervisor->readers;

        while (*at != reader)
                at = &(*at)->next;
        *at = reader->next;
        reader->supervisor->reader_count--;
        sd_event_source_disable_unref(reader->source);
        close_fd(reader->fd);
        free(reader);
}

/* 1 when all is written, 0 when the pipe is full, negative when the reader is gone. */
static int write_new(LogReader *reader)
{
        for (;;) {
                const char *bytes;
                uint64_t missed;
                size_t size;
                ssize_t n;

                log_ring_peek(reader->supervisor->log.ring, &reader->cursor, &bytes, &size,
                              &missed);
                if (missed > 0) {
                        _cleanup_free_ char *line =
                                string_format("{\"dropped\":%llu}\n", (unsigned long long) missed);

                        /* below PIPE_BUF: whole or not at all; a full pipe right here costs the
                         * note only */
                        if (line && write(reader->fd, line, strlen(line)) < 0 && errno != EAGAIN)
                                return -errno;
                }
                if (size == 0)
                        return 1;
                n = write(reader->fd, bytes, size);
                if (n < 0)
                        return errno == EAGAIN ? 0 : -errno;
                log_ring_advance(&reader->cursor, bytes, (size_t) n);
        }
}

static void reader_serve(LogReader *reader)
{
        int r = write_new(reader);

        if (r < 0 || (r > 0 && !reader->follow)) {
                reader_remove(reader);
                return;
        }
        sd_event_source_set_io_events(reader->source, r == 0 ? EPOLLOUT : 0);
        supervisor_touch(reader->supervisor);
}

static int on_pipe(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        LogReader *reader = userdata;

        (void) source;
        (void) fd;
        if (events & (EPOLLERR | EPOLLHUP))
                reader_remove(reader);
        else
                reader_serve(reader);
        return 0;
}

int log_readers_add(Supervisor *supervisor, bool follow, bool from_end, int *ret_fd)
{
        _cleanup_close_ int ends_read = -1, ends_write = -1;
        LogReader *reader;
        int ends[2], r;

        if (supervisor->reader_count >= LOG_READERS_MAX)
                return -EMFILE;
        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        ends_read = ends[0];
        ends_write = ends[1];
        (void) fcntl(ends_write, F_SETPIPE_SZ,
                     PIPE_BYTES); /* a smaller pipe only means more turns */
        if (fcntl(ends_write, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        reader = calloc(1, sizeof(*reader));
        if (!reader)
                return -ENOMEM;
        r = sd_event_add_io(supervisor->event, &reader->source, ends_write, 0, on_pipe, reader);
        if (r < 0) {
                free(reader);
                return r;
        }
        reader->supervisor = supervisor;
        reader->fd = TAKE_FD(ends_write);
        reader->follow = follow;
        if (from_end)
                reader->cursor = log_ring_end(supervisor->log.ring);
        reader->next = supervisor->readers;
        supervisor->readers = reader;
        supervisor->reader_count++;
        reader_serve(reader);
        *ret_fd = TAKE_FD(ends_read);
        return 0;
}

void log_readers_serve(Supervisor *supervisor)
{
        LogReader *next;

        for (LogReader *reader = supervisor->readers; reader; reader = next) {
                next = reader->next;
                reader_serve(reader);
        }
}

bool log_readers_finish(Supervisor *supervisor)
{
        for (LogReader *reader = supervisor->readers; reader; reader = reader->next)
                reader->follow = false;
        log_readers_serve(supervisor);
        return !supervisor->readers;
}

void log_readers_release(Supervisor *supervisor)
{
        while (supervisor->readers)
                reader_remove(supervisor->readers);
}
