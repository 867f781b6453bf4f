/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenLog. A running jail's supervisor writes to its readers itself; the log of an ended jail is
 * written into a pipe from here, as fast as its reader takes it and never waiting for him.
 */
#include <sys/epoll.h>

#include "base/text.h"
#include "broker/bus-dictionary.h"
#include "broker/bus-manager.h"
#include "broker/limits.h"
#include "dbus/bus-names.h"
#include "link/log-pipe.h"

typedef struct LogReader {
        Broker *broker;
        UserAccount *account; /* who reads */
        LogRing *ring;        /* owned */
        LogPipe pipe;
        sd_event_source *source;
} LogReader;

static void reader_free(LogReader *reader)
{
        Broker *broker = reader->broker;

        reader->account->log_readers--;
        sd_event_source_disable_unref(reader->source);
        log_ring_close(reader->ring);
        log_pipe_release(&reader->pipe);
        free(reader);
        broker_check_idle(broker);
}

static int on_writable(sd_event_source *source _unused_, int fd _unused_, uint32_t events,
                       void *userdata)
{
        LogReader *reader = userdata;

        if (events & (EPOLLERR | EPOLLHUP) || log_pipe_write(&reader->pipe, reader->ring) != 0)
                reader_free(reader);
        return 0;
}

static int reader_new(GateCall *call, bool from_end, int *ret_fd)
{
        LogReader *reader = calloc(1, sizeof(*reader));
        int r;

        if (!reader)
                return -ENOMEM;
        r = log_pipe_open(&reader->pipe, 0, ret_fd);
        if (r < 0) {
                free(reader);
                return r;
        }
        reader->broker = call->broker;
        reader->account = call->client->account;
        reader->account->log_readers++;
        r = log_ring_open(call->jail->ring, &reader->ring);
        if (r >= 0) {
                if (from_end)
                        reader->pipe.cursor = log_ring_end(reader->ring);
                r = sd_event_add_io(call->broker->event, &reader->source, reader->pipe.fd, EPOLLOUT,
                                    on_writable, reader);
        }
        if (r < 0) {
                reader_free(reader);
                *ret_fd = close_fd(*ret_fd);
        }
        return r < 0 ? r : 0;
}

static int read_from_end(sd_bus_message *message, bool *ret)
{
        const char *from = "start";
        const BusEntry wanted = {"from", "s", &from};
        int r = sd_bus_message_skip(message, "t");

        if (r >= 0)
                r = bus_dictionary_read(message, &wanted, 1);
        *ret = string_equal(from, "end");
        return r < 0 ? r : 0;
}

int bus_open_log(GateCall *call, sd_bus_error *error)
{
        _cleanup_close_ int fd = -1;
        bool from_end;
        int r;

        if (call->jail->state != JAIL_ENDED)
                return bus_forward(call, error);
        if (call->jail->ring < 0)
                return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_JAIL,
                                         "the log of jail %llu was given up for newer ones",
                                         (unsigned long long) call->jail->number);
        if (call->client->account->log_readers >= LIMIT_LOG_READERS)
                return sd_bus_error_setf(error, SJ_ERROR_LIMIT,
                                         "your user reads %u logs of ended jails already; close "
                                         "one of them",
                                         LIMIT_LOG_READERS);
        r = read_from_end(call->message, &from_end);
        if (r < 0)
                return sd_bus_error_set(error, SJ_ERROR_INVALID_ARGUMENT,
                                        "the option from is an s");
        r = reader_new(call, from_end, &fd);
        return r < 0 ? r : sd_bus_reply_method_return(call->message, "h", fd);
}
