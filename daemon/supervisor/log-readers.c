/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/log-readers.h"

#include <sys/epoll.h>

#include "link/log-pipe.h"

/* Enough for a burst between two turns of the loop. */
#define PIPE_BYTES ((size_t) 1024 * 1024)

struct LogReader {
        struct LogReader *next;
        Supervisor *supervisor;
        LogPipe pipe;
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
        log_pipe_release(&reader->pipe);
        free(reader);
}

static void reader_serve(LogReader *reader)
{
        int r = log_pipe_write(&reader->pipe, reader->supervisor->log.ring);

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
        LogReader *reader;
        int r;

        if (supervisor->reader_count >= LOG_READERS_MAX)
                return -EMFILE;
        reader = calloc(1, sizeof(*reader));
        if (!reader)
                return -ENOMEM;
        r = log_pipe_open(&reader->pipe, PIPE_BYTES, ret_fd);
        if (r < 0) {
                free(reader);
                return r;
        }
        r = sd_event_add_io(supervisor->event, &reader->source, reader->pipe.fd, 0, on_pipe,
                            reader);
        if (r < 0) {
                log_pipe_release(&reader->pipe);
                free(reader);
                *ret_fd = close_fd(*ret_fd);
                return r;
        }
        reader->supervisor = supervisor;
        reader->follow = follow;
        if (from_end)
                reader->pipe.cursor = log_ring_end(supervisor->log.ring);
        reader->next = supervisor->readers;
        supervisor->readers = reader;
        supervisor->reader_count++;
        reader_serve(reader);
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

uint64_t log_readers_written(const Supervisor *supervisor)
{
        uint64_t written = 0;

        for (const LogReader *reader = supervisor->readers; reader; reader = reader->next)
                written += reader->pipe.cursor.position - reader->pipe.rest.length;
        return written;
}

void log_readers_release(Supervisor *supervisor)
{
        while (supervisor->readers)
                reader_remove(supervisor->readers);
}
