/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/broker-peer.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "dbus/bus-names.h"
#include "link/link.h"
#include "link/rule-message.h"
#include "supervisor/log-readers.h"
#include "supervisor/peer-messages.h"

static int signal_new(BrokerPeer *peer, const char *member, uint64_t number, sd_bus_message **ret)
{
        int r = sd_bus_message_new_signal(peer->bus, ret, LINK_OBJECT, LINK_INTERFACE, member);

        return r < 0 ? r : sd_bus_message_append(*ret, "t", number);
}

/* A signal that cannot be sent means a link that is gone; its end is noticed by the bus itself. */
static void signal_send(BrokerPeer *peer, int r, sd_bus_message *message)
{
        if (r >= 0)
                (void) sd_bus_send(peer->bus, message, NULL);
        sd_bus_message_unref(message);
        supervisor_touch(peer->supervisor);
}

static void on_started(void *userdata)
{
        BrokerPeer *peer = userdata;

        if (peer->start)
                (void) sd_bus_reply_method_return(peer->start, "i", peer->supervisor->program_pid);
        peer->start = sd_bus_message_unref(peer->start);
        supervisor_touch(peer->supervisor);
}

static void on_start_failed(void *userdata, const char *why)
{
        BrokerPeer *peer = userdata;

        if (peer->start)
                (void) sd_bus_reply_method_errorf(peer->start, SJ_ERROR_START_FAILED, "%s", why);
        peer->start = sd_bus_message_unref(peer->start);
        peer->failed = true;
        supervisor_touch(peer->supervisor);
}

static void send_process(BrokerPeer *peer, const char *member, const Process *process, bool exec)
{
        sd_bus_message *message = NULL;
        int r = signal_new(peer, member, peer->supervisor->jail, &message);

        if (r >= 0)
                r = message_append_process(message, peer->supervisor, process, exec);
        signal_send(peer, r, message);
}

static void on_process_started(void *userdata, const Process *process)
{
        send_process(userdata, "ProcessStarted", process, false);
}

static void on_process_ended(void *userdata, const Process *process, bool exec)
{
        send_process(userdata, "ProcessExited", process, exec);
}

static void on_call_pending(void *userdata, const PendingCall *pending)
{
        BrokerPeer *peer = userdata;
        sd_bus_message *message = NULL;
        int r = signal_new(peer, "SyscallPending", pending_call_id(pending), &message);

        if (r >= 0)
                r = message_append_pending(message, pending);
        signal_send(peer, r, message);
}

static void on_call_decided(void *userdata, const PendingCall *pending, bool gone)
{
        BrokerPeer *peer = userdata;
        sd_bus_message *message = NULL;
        int r = signal_new(peer, "SyscallDecided", pending_call_id(pending), &message);

        if (r >= 0)
                r = message_append_decided(message, pending, gone);
        signal_send(peer, r, message);
}

static void on_rules_changed(void *userdata)
{
        BrokerPeer *peer = userdata;
        sd_bus_message *message = NULL;
        int r = signal_new(peer, "RuleChanged", peer->supervisor->jail, &message);

        if (r >= 0)
                r = rule_message_append_rules(message, peer->supervisor->rules);
        signal_send(peer, r, message);
}

static void on_ended(void *userdata)
{
        BrokerPeer *peer = userdata;
        Supervisor *supervisor = peer->supervisor;
        sd_bus_message *message = NULL;
        int r;

        if (peer->start) /* the stub ended without having run the program: it says why to its client
                          */
                on_start_failed(peer, "the program could not be run");
        if (peer->stop)
                (void) sd_bus_reply_method_return(peer->stop, "");
        peer->stop = sd_bus_message_unref(peer->stop);
        if (peer->failed)
                return;
        r = signal_new(peer, "JailFinished", supervisor->jail, &message);
        if (r >= 0)
                r = message_append_jail(message, supervisor);
        signal_send(peer, r, message);
}

static const SupervisorEvents events = {
        .started = on_started,
        .start_failed = on_start_failed,
        .process_started = on_process_started,
        .process_ended = on_process_ended,
        .call_pending = on_call_pending,
        .call_decided = on_call_decided,
        .rules_changed = on_rules_changed,
        .ended = on_ended,
};

int peer_stop(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;

        if (peer->stop || peer->supervisor->stopping)
                return sd_bus_error_set(error, SJ_ERROR_FAILED,
                                        "the jail is being stopped already");
        peer->stop = sd_bus_message_ref(message);
        supervisor_stop(peer->supervisor, "stopped");
        return 1; /* answered when all are dead */
}

/* The broker is gone for good (link README): nobody could answer any more. */
static int on_link_end(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;

        (void) message;
        (void) error;
        if (peer->supervisor->state == JAIL_RUNNING)
                call_log_note(&peer->supervisor->log, "ended",
                              "jaild is gone, nobody could answer any more: the program was ended");
        if (peer->supervisor->state == JAIL_STARTING && !peer->supervisor->program_pid)
                return sd_event_exit(peer->supervisor->event, 0);
        supervisor_stop(peer->supervisor, "daemon-died");
        return 0;
}

static int peer_attach(BrokerPeer *peer, int fd, sd_event *event)
{
        sd_id128_t id;
        int r = sd_id128_randomize(&id);

        if (r >= 0)
                r = sd_bus_new(&peer->bus);
        if (r >= 0)
                r = sd_bus_set_fd(peer->bus, fd, fd);
        if (r >= 0)
                r = sd_bus_set_server(peer->bus, 1, id);
        if (r >= 0)
                r = sd_bus_set_anonymous(peer->bus,
                                         1); /* the pair is private, its credentials are jaild's */
        if (r >= 0)
                r = sd_bus_negotiate_fds(peer->bus, 1);
        if (r >= 0)
                r = sd_bus_add_object_vtable(peer->bus, NULL, LINK_OBJECT, LINK_INTERFACE,
                                             peer_vtable, peer);
        if (r >= 0)
                r = sd_bus_match_signal_async(peer->bus, NULL, NULL, "/org/freedesktop/DBus/Local",
                                              "org.freedesktop.DBus.Local", "Disconnected",
                                              on_link_end, NULL, peer);
        if (r >= 0)
                r = sd_bus_start(peer->bus);
        return r < 0 ? r : sd_bus_attach_event(peer->bus, event, 0);
}

int broker_peer_open(BrokerPeer *peer, int fd, sd_event *event)
{
        int r = supervisor_new(event, &peer->supervisor);

        if (r < 0) {
                close_fd(fd);
                return r;
        }
        peer->supervisor->events = &events;
        peer->supervisor->events_userdata = peer;
        r = peer_attach(peer, fd, event);
        if (r < 0)
                broker_peer_close(peer);
        return r;
}

/* How long the broker is waited for when everything was said. */
#define GOODBYE_MSEC 2000

/* Our end stays open for reading until the broker has read all: a socket that is closed while the
 * other side writes takes what that has not yet read with it, and JailFinished would be lost. */
static void say_goodbye(sd_bus *bus)
{
        int fd = sd_bus_get_fd(bus);
        struct pollfd pollfd = {.fd = fd, .events = POLLIN};
        char rest[4096];

        (void) sd_bus_flush(bus);
        if (fd < 0 || shutdown(fd, SHUT_WR) < 0)
                return;
        while (poll(&pollfd, 1, GOODBYE_MSEC) > 0 && recv(fd, rest, sizeof(rest), 0) > 0)
                ;
}

void broker_peer_close(BrokerPeer *peer)
{
        if (peer->bus)
                say_goodbye(peer->bus);
        peer->start = sd_bus_message_unref(peer->start);
        peer->stop = sd_bus_message_unref(peer->stop);
        peer->supervisor = supervisor_free(peer->supervisor);
        peer->bus = sd_bus_close_unref(peer->bus);
}

int broker_peer_wait_start(BrokerPeer *peer, sd_event *event)
{
        while (!peer->start && !peer->failed && sd_event_get_state(event) != SD_EVENT_FINISHED) {
                int r = sd_event_run(event, UINT64_MAX);

                if (r < 0)
                        return r;
        }
        return peer->start ? 0 : -ECANCELED;
}

int peer_error(sd_bus_error *error, int r, const Problem *problem)
{
        static const struct {
                int error;
                const char *name;
        } names[] = {
                {-EPERM, SJ_ERROR_FOREVER},
                {-EINVAL, SJ_ERROR_INVALID_ARGUMENT},
                {-ENOENT, SJ_ERROR_NO_SUCH_RULE},
                {-ESRCH, SJ_ERROR_NO_SUCH_PROCESS},
                {-EBUSY, SJ_ERROR_BUSY},
                {-EFAULT, SJ_ERROR_UNREADABLE},
                {-E2BIG, SJ_ERROR_LIMIT},
                {-EMFILE, SJ_ERROR_LIMIT},
                {-EOPNOTSUPP, SJ_ERROR_NOT_SUPPORTED},
        };
        Problem plain = {.error = r};

        for (size_t i = 0; i < ELEMENTS_OF(names); i++)
                if (names[i].error == r)
                        return sd_bus_error_set(error, names[i].name,
                                                problem_text(problem->error ? problem : &plain));
        return sd_bus_error_set(error, SJ_ERROR_FAILED,
                                problem_text(problem->error ? problem : &plain));
}
