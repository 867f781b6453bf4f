/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/broker-peer.h"

#include <string.h>

#include "dbus/bus-names.h"
#include "link/link-bus.h"
#include "link/link-control.h"
#include "link/link.h"
#include "link/rule-message.h"
#include "supervisor/log-readers.h"
#include "supervisor/peer-messages.h"
#include "supervisor/tighten.h"

static int signal_new(BrokerPeer *peer, const char *member, uint64_t number, sd_bus_message **ret)
{
        int r;

        if (!peer->bus)
                return -ENOTCONN;
        r = sd_bus_message_new_signal(peer->bus, ret, LINK_OBJECT, LINK_INTERFACE, member);
        return r < 0 ? r : sd_bus_message_append(*ret, "t", number);
}

/* ---- what is kept back ---- */

static void send_later(void *userdata)
{
        BrokerPeer *peer = userdata;

        for (unsigned i = 0; i < peer->later_count; i++) {
                (void) sd_bus_send(NULL, peer->later[i], NULL); /* the broker is gone: no matter */
                sd_bus_message_unref(peer->later[i]);
        }
        peer->later_count = 0;
        supervisor_touch(peer->supervisor);
}

static void drop_later(BrokerPeer *peer)
{
        while (peer->later_count > 0)
                sd_bus_message_unref(peer->later[--peer->later_count]);
}

/* Owns the message. */
static void keep_back(BrokerPeer *peer, sd_bus_message *message)
{
        if (peer->later_count == PEER_LATER_MAX)
                send_later(peer);
        peer->later[peer->later_count++] = message;
        peer->supervisor->untold = true;
        supervisor_touch(peer->supervisor);
}

/* ---- what happens ---- */

/* A signal that cannot be sent means that no broker is there; the next one asks for all that it
 * has to know. */
static void signal_send(BrokerPeer *peer, int r, sd_bus_message *message)
{
        send_later(peer); /* in the order in which it was said */
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
        if (r >= 0)
                keep_back(peer, message);
        else
                sd_bus_message_unref(message);
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

static void send_finished(BrokerPeer *peer)
{
        sd_bus_message *message = NULL;
        int r = signal_new(peer, "JailFinished", peer->supervisor->jail, &message);

        if (r >= 0)
                r = message_append_jail(message, peer->supervisor);
        signal_send(peer, r, message);
}

static void on_ended(void *userdata)
{
        BrokerPeer *peer = userdata;

        if (peer->start) /* the stub ended without having run the program: it says why to its client
                          */
                on_start_failed(peer, "the program could not be run");
        if (peer->stop)
                (void) sd_bus_reply_method_return(peer->stop, "");
        peer->stop = sd_bus_message_unref(peer->stop);
        if (!peer->failed)
                send_finished(peer);
}

static const SupervisorEvents events = {
        .started = on_started,
        .start_failed = on_start_failed,
        .process_started = on_process_started,
        .process_ended = on_process_ended,
        .call_pending = on_call_pending,
        .call_decided = on_call_decided,
        .rules_changed = on_rules_changed,
        .tell = send_later,
        .ended = on_ended,
};

static void send_waiting(void *userdata)
{
        sd_bus_message *reply = userdata;

        (void) sd_bus_send(NULL, reply, NULL); /* the broker is gone: nobody waits */
        sd_bus_message_unref(reply);
}

int peer_send_when_tight(BrokerPeer *peer, sd_bus_message *reply, int r)
{
        if (r >= 0)
                r = tighten_wait(peer->supervisor, send_waiting, reply);
        if (r > 0)
                keep_back(peer, reply);
        if (r >= 0)
                return 1;
        sd_bus_message_unref(reply);
        return r;
}

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

/* ---- brokers come and go ---- */

/* How long a jail lives on, and its end waits to be told, without a broker. */
#define BROKER_RETURN_USEC (60ull * 1000 * 1000)

/* Nobody could answer any more. */
static void abandon(BrokerPeer *peer)
{
        Supervisor *supervisor = peer->supervisor;

        peer->abandoned = true;
        peer->offers = sd_event_source_disable_unref(peer->offers);
        peer->patience = sd_event_source_disable_unref(peer->patience);
        if (supervisor->state == JAIL_STARTING && !supervisor->program_pid) {
                (void) sd_event_exit(supervisor->event, 0);
                return;
        }
        if (supervisor->state == JAIL_RUNNING)
                call_log_note(&supervisor->log, "ended",
                              "jaild is gone, nobody could answer any more: the program was ended");
        if (supervisor->state != JAIL_ENDED)
                supervisor_stop(supervisor, "daemon-died");
}

static int on_patience(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) source;
        (void) usec;
        abandon(userdata);
        return 0;
}

/* Forgets the link and who waited on it for an answer. */
static void drop_link(BrokerPeer *peer)
{
        peer->start = sd_bus_message_unref(peer->start);
        peer->stop = sd_bus_message_unref(peer->stop);
        drop_later(peer);
        peer->bus = sd_bus_close_unref(peer->bus);
}

/* A broker that ended comes back, or its control socket tells that it does not. */
static void await_broker(BrokerPeer *peer)
{
        drop_link(peer);
        if (peer->abandoned)
                return;
        if (sd_event_add_time_relative(peer->supervisor->event, &peer->patience, CLOCK_MONOTONIC,
                                       BROKER_RETURN_USEC, 0, on_patience, peer) < 0)
                abandon(peer);
        supervisor_touch(peer->supervisor);
}

static int on_link_end(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void) message;
        (void) error;
        await_broker(userdata);
        return 0;
}

/* Before there is a jail, and after a start that failed, there is nothing to ask about. */
static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        const BrokerPeer *peer = userdata;

        (void) error;
        if (peer->supervisor->plan && !peer->failed)
                return 0;
        if (!sd_bus_message_is_method_call(message, LINK_INTERFACE, NULL) ||
            (sd_bus_message_is_method_call(message, LINK_INTERFACE, "Start") && !peer->failed))
                return 0;
        return sd_bus_reply_method_errorf(message, SJ_ERROR_FAILED, "this supervisor has no jail");
}

static int open_link(BrokerPeer *peer, int fd)
{
        int r = link_bus_new(fd, LINK_SUPERVISOR, &peer->bus);

        if (r >= 0)
                r = sd_bus_add_filter(peer->bus, NULL, on_message, peer);
        if (r >= 0)
                r = sd_bus_add_object_vtable(peer->bus, NULL, LINK_OBJECT, LINK_INTERFACE,
                                             peer_vtable, peer);
        if (r >= 0)
                r = sd_bus_match_signal_async(peer->bus, NULL, NULL, "/org/freedesktop/DBus/Local",
                                              "org.freedesktop.DBus.Local", "Disconnected",
                                              on_link_end, NULL, peer);
        if (r >= 0)
                r = sd_bus_start(peer->bus);
        return r < 0 ? r : sd_bus_attach_event(peer->bus, peer->supervisor->event, 0);
}

/* The broker that asks now knows nothing of what the last one was told, and asks; only that the
 * jail has ended is told again, until the control socket is let go. */
static void take_link(BrokerPeer *peer, int fd)
{
        peer->patience = sd_event_source_disable_unref(peer->patience);
        drop_link(peer);
        if (open_link(peer, fd) < 0)
                await_broker(peer);
        else if (peer->supervisor->state == JAIL_ENDED && !peer->failed)
                send_finished(peer);
}

static int on_offer(sd_event_source *source, int fd, uint32_t ready, void *userdata)
{
        BrokerPeer *peer = userdata;
        int link, r;

        (void) source;
        (void) ready;
        r = link_control_accept(fd, &link);
        if (r > 0)
                take_link(peer, link);
        else if (r != -EAGAIN)
                abandon(peer);
        supervisor_touch(peer->supervisor);
        return 0;
}

int broker_peer_open(BrokerPeer *peer, int control, sd_event *event)
{
        int r = supervisor_new(event, &peer->supervisor);

        peer->control = control;
        if (r >= 0)
                r = sd_event_add_io(event, &peer->offers, control, EPOLLIN, on_offer, peer);
        if (r < 0) {
                broker_peer_close(peer);
                return r;
        }
        peer->supervisor->events = &events;
        peer->supervisor->events_userdata = peer;
        return 0;
}

/* How long a start that failed waits for the broker to have read why. */
#define GOODBYE_USEC (2ull * 1000 * 1000)

static bool was_let_go(void *userdata)
{
        const BrokerPeer *peer = userdata;

        return peer->abandoned;
}

/* A link that is closed takes what the broker has not read yet with it: it stays until the broker
 * has let the control socket go, which says that it knows of the end. */
static void say_goodbye(BrokerPeer *peer)
{
        if (peer->failed)
                supervisor_serve_until(peer->supervisor, GOODBYE_USEC, was_let_go, peer);
        else if (peer->supervisor->state == JAIL_ENDED)
                supervisor_serve_until(peer->supervisor, BROKER_RETURN_USEC, was_let_go, peer);
}

void broker_peer_close(BrokerPeer *peer)
{
        if (peer->offers)
                say_goodbye(peer);
        drop_link(peer);
        peer->offers = sd_event_source_disable_unref(peer->offers);
        peer->patience = sd_event_source_disable_unref(peer->patience);
        peer->control = close_fd(peer->control);
        peer->supervisor = supervisor_free(peer->supervisor);
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
