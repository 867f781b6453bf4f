/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/supervisor-peer.h"

#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "base/log.h"
#include "base/text.h"
#include "broker/broker.h"
#include "broker/bus-signals.h"
#include "broker/limits.h"
#include "link/link-bus.h"
#include "link/link-control.h"
#include "link/link.h"

struct SupervisorPeer {
        Broker *broker;
        Jail *jail;             /* keeps the peer in turn; valid as long as this */
        int control;            /* owned; -1 once the supervisor may go */
        sd_bus *bus;            /* the link; owned */
        pid_t pid;              /* of the supervisor */
        int pidfd;              /* owned */
        sd_event_source *watch; /* on pidfd; NULL once it is dead */
        sd_event_source *pause; /* while its link is not read */
        sd_event_source *leave; /* until it must be gone, once it may go */
        bool is_closed;         /* the link has ended */
        Rate rate;
};

void supervisor_peer_free(SupervisorPeer *peer)
{
        if (!peer)
                return;
        peer->jail->peer = NULL;
        sd_event_source_disable_unref(peer->watch);
        sd_event_source_disable_unref(peer->pause);
        sd_event_source_disable_unref(peer->leave);
        sd_bus_close_unref(peer->bus);
        close_fd(peer->control);
        close_fd(peer->pidfd);
        free(peer);
}

void supervisor_peer_kill(SupervisorPeer *peer)
{
        pidfd_send_signal(peer->pidfd, SIGKILL, NULL, 0);
}

static int on_stay(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
        SupervisorPeer *peer = userdata;

        log_warning("supervisor %d of jail %llu stayed on and is killed", peer->pid,
                    (unsigned long long) peer->jail->number);
        supervisor_peer_kill(peer);
        return 0;
}

/* What is known of the jail's end needs no supervisor any more: it waits for this to leave. One
 * that does not costs us descriptors. */
static void let_go(SupervisorPeer *peer)
{
        if (peer->control < 0)
                return;
        jail_store_release_supervisor(peer->broker->jails.store, peer->jail);
        peer->control = close_fd(peer->control);
        if (sd_event_add_time_relative(peer->broker->event, &peer->leave, CLOCK_MONOTONIC,
                                       TIMEOUT_LEAVE, 0, on_stay, peer) < 0)
                supervisor_peer_kill(peer);
}

/* Dead, and all that it said was heard. */
static void finish(SupervisorPeer *peer)
{
        Broker *broker = peer->broker;
        Jail *jail = peer->jail;

        if (!peer->is_closed || peer->watch)
                return;
        jail->supervisor = 0;
        let_go(peer);
        supervisor_peer_free(peer);
        bus_signals_supervisor_gone(broker, jail);
        broker_check_idle(broker);
}

static int on_process_end(sd_event_source *source _unused_, int fd _unused_,
                          uint32_t events _unused_, void *userdata)
{
        SupervisorPeer *peer = userdata;

        waitpid(peer->pid, NULL, WNOHANG); /* ECHILD when an earlier broker started it */
        peer->watch = sd_event_source_disable_unref(peer->watch);
        finish(peer);
        return 0;
}

/* A supervisor that hung up and runs on would be out of everybody's reach. */
static int on_disconnected(sd_bus_message *message _unused_, void *userdata,
                           sd_bus_error *error _unused_)
{
        SupervisorPeer *peer = userdata;

        peer->is_closed = true;
        if (peer->jail->state != JAIL_ENDED)
                supervisor_peer_kill(peer);
        finish(peer);
        return 0;
}

/* ---- signals ---- */

static int on_pause_over(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
        SupervisorPeer *peer = userdata;

        peer->pause = sd_event_source_disable_unref(peer->pause);
        sd_bus_attach_event(peer->bus, peer->broker->event, SD_EVENT_PRIORITY_NORMAL);
        return 0;
}

/* Who talks too much waits: his socket fills, and he with it. Nobody else is kept from anything. */
static void pause_reading(SupervisorPeer *peer)
{
        uint64_t next = (peer->rate.second + 1) * SECOND;

        if (peer->pause || sd_event_add_time(peer->broker->event, &peer->pause, CLOCK_MONOTONIC,
                                             next, 1000, on_pause_over, peer) < 0)
                return;
        sd_bus_detach_event(peer->bus);
}

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *error _unused_)
{
        SupervisorPeer *peer = userdata;

        if (!rate_take(&peer->rate, broker_now(peer->broker), LIMIT_SIGNALS_PER_SECOND))
                pause_reading(peer);
        if (!bus_signals_relay(peer->broker, peer->jail, message))
                log_warning("supervisor %d of jail %llu sent a %s that makes no sense", peer->pid,
                            (unsigned long long) peer->jail->number,
                            sd_bus_message_get_member(message));
        if (peer->jail->state == JAIL_ENDED)
                let_go(peer);
        return 0;
}

/* ---- making ---- */

static int open_link(SupervisorPeer *peer)
{
        int fd, r = link_control_offer(peer->control, &fd);

        if (r >= 0)
                r = link_bus_new(fd, LINK_BROKER, &peer->bus);
        if (r >= 0)
                r = sd_bus_match_signal(peer->bus, NULL, "org.freedesktop.DBus.Local",
                                        "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local",
                                        "Disconnected", on_disconnected, peer);
        if (r >= 0)
                r = sd_bus_match_signal(peer->bus, NULL, NULL, LINK_OBJECT, LINK_INTERFACE, NULL,
                                        on_signal, peer);
        if (r >= 0)
                r = sd_bus_start(peer->bus);
        return r < 0 ? r : sd_bus_attach_event(peer->bus, peer->broker->event, 0);
}

int supervisor_peer_new(Broker *broker, Jail *jail, SupervisorProcess *process)
{
        SupervisorPeer *peer = calloc(1, sizeof(*peer));
        int r;

        if (!peer) {
                supervisor_process_end(process);
                return -ENOMEM;
        }
        peer->broker = broker;
        peer->jail = jail;
        peer->pid = process->pid;
        peer->pidfd = TAKE_FD(process->pidfd);
        peer->control = TAKE_FD(process->control);
        jail->peer = peer;
        jail->supervisor = peer->pid;
        r = sd_event_add_io(broker->event, &peer->watch, peer->pidfd, EPOLLIN, on_process_end,
                            peer);
        if (r >= 0)
                r = open_link(peer);
        if (r < 0) {
                supervisor_peer_kill(peer);
                jail->supervisor = 0;
                supervisor_peer_free(peer);
                return r;
        }
        return 0;
}

/* ---- calling ---- */

int supervisor_peer_method(SupervisorPeer *peer, const char *member, uid_t asker,
                           sd_bus_message **ret)
{
        sd_bus_message *message;
        int r;

        r = sd_bus_message_new_method_call(peer->bus, &message, NULL, LINK_OBJECT, LINK_INTERFACE,
                                           member);
        if (r < 0)
                return r;
        r = sd_bus_message_append(message, "u", (uint32_t) asker);
        if (r < 0) {
                sd_bus_message_unref(message);
                return r;
        }
        *ret = message;
        return 0;
}

int supervisor_peer_call(SupervisorPeer *peer, sd_bus_message *message,
                         sd_bus_message_handler_t handler, void *userdata, uint64_t usec)
{
        int r = sd_bus_call_async(peer->bus, NULL, message, handler, userdata, usec);

        return r < 0 ? r : 0;
}
