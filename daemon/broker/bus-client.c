/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/bus-client.h"

#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/text.h"
#include "broker/broker.h"
#include "broker/limits.h"
#include "dbus/bus-names.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

static int client_new(Broker *broker, sd_bus *bus, uid_t uid, BusClient **ret)
{
        UserAccount *account = user_account_get(&broker->accounts, uid, broker_now(broker));
        BusClient *client;

        if (account && account->clients >= LIMIT_CLIENTS)
                return -EUSERS;
        client = account ? calloc(1, sizeof(*client)) : NULL;
        if (!client)
                return -ENOMEM;
        client->broker = broker;
        client->bus = sd_bus_ref(bus);
        client->uid = uid;
        client->account = account;
        client->pidfd = -1;
        client->next = broker->clients;
        broker->clients = client;
        account->clients++;
        *ret = client;
        return 0;
}

void bus_client_free(BusClient *client)
{
        Broker *broker = client->broker;

        for (BusClient **at = &broker->clients; *at; at = &(*at)->next)
                if (*at == client) {
                        *at = client->next;
                        break;
                }
        client->account->clients--;
        if (!client->name)
                sd_bus_close(client->bus);
        sd_bus_track_unref(client->track);
        sd_bus_unref(client->bus);
        subscriptions_release(&client->subscriptions);
        close_fd(client->pidfd);
        free(client->name);
        free(client);
        broker_check_idle(broker);
}

/* ---- user mode ---- */

static int on_disconnected(sd_bus_message *message _unused_, void *userdata,
                           sd_bus_error *error _unused_)
{
        bus_client_free(userdata);
        return 0;
}

static int open_peer(int fd, pid_t pid)
{
        socklen_t size = sizeof(int);
        int pidfd;

        if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) == 0)
                return pidfd;
        return pid > 0 ? pidfd_open(pid, 0) : -1;
}

int bus_client_new_peer(Broker *broker, sd_bus *bus, int fd, BusClient **ret)
{
        struct ucred peer = {.uid = (uid_t) -1};
        socklen_t size = sizeof(peer);
        BusClient *client;
        int r;

        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
        r = client_new(broker, bus, peer.uid, &client);
        if (r < 0)
                return r;
        client->pid = peer.pid;
        client->pidfd = open_peer(fd, peer.pid);
        r = sd_bus_match_signal(bus, NULL, "org.freedesktop.DBus.Local",
                                "/org/freedesktop/DBus/Local", "org.freedesktop.DBus.Local",
                                "Disconnected", on_disconnected, client);
        if (r < 0) {
                bus_client_free(client);
                return r;
        }
        *ret = client;
        return 0;
}

/* ---- system mode ---- */

static int on_name_gone(sd_bus_track *track _unused_, void *userdata)
{
        bus_client_free(userdata);
        return 0;
}

static int watch_name(BusClient *client)
{
        int r = sd_bus_track_new(client->bus, &client->track, on_name_gone, client);

        return r < 0 ? r : sd_bus_track_add_name(client->track, client->name);
}

/* The bus daemon, which took them from the kernel, answers at once: it waits for nobody. */
static int query_credentials(sd_bus_message *message, uid_t *ret_uid, pid_t *ret_pid)
{
        sd_bus_creds *credentials;
        int r;

        r = sd_bus_query_sender_creds(message, SD_BUS_CREDS_EUID | SD_BUS_CREDS_PID, &credentials);
        if (r < 0)
                return r;
        r = sd_bus_creds_get_euid(credentials, ret_uid);
        if (r >= 0 && sd_bus_creds_get_pid(credentials, ret_pid) < 0)
                *ret_pid = 0;
        sd_bus_creds_unref(credentials);
        return r < 0 ? r : 0;
}

static int client_of_name(Broker *broker, sd_bus_message *message, BusClient **ret)
{
        BusClient *client;
        pid_t pid;
        uid_t uid;
        int r;

        r = query_credentials(message, &uid, &pid);
        if (r < 0)
                return r;
        r = client_new(broker, sd_bus_message_get_bus(message), uid, &client);
        if (r < 0)
                return r;
        client->pid = pid;
        client->pidfd = pid > 0 ? pidfd_open(pid, 0) : -1;
        client->name = strdup(sd_bus_message_get_sender(message));
        r = client->name ? watch_name(client) : -ENOMEM;
        if (r < 0) {
                bus_client_free(client);
                return r;
        }
        *ret = client;
        return 0;
}

/* ---- both ---- */

BusClient *bus_client_find(const Broker *broker, sd_bus_message *message)
{
        sd_bus *bus = sd_bus_message_get_bus(message);
        const char *name = broker->is_system ? sd_bus_message_get_sender(message) : NULL;

        for (BusClient *client = broker->clients; client; client = client->next)
                if (client->bus == bus && string_equal(client->name, name))
                        return client;
        return NULL;
}

int bus_client_of_message(Broker *broker, sd_bus_message *message, BusClient **ret)
{
        BusClient *client = bus_client_find(broker, message);

        if (client) {
                *ret = client;
                return 0;
        }
        return broker->is_system ? client_of_name(broker, message, ret) : -ENOTCONN;
}

bool bus_client_is_alive(const BusClient *client)
{
        struct pollfd at = {.fd = client->pidfd, .events = POLLIN};

        return client->pid > 0 && (client->pidfd < 0 || poll(&at, 1, 0) == 0);
}

static int make_signal(const BusClient *client, const BusSignal *what, sd_bus_message **ret)
{
        sd_bus_message *signal = NULL;
        int r;

        r = sd_bus_message_new_signal(client->bus, &signal, SJ_OBJECT_PATH, SJ_INTERFACE,
                                      what->member);
        if (r >= 0 && client->name)
                r = sd_bus_message_set_destination(signal, client->name);
        if (r >= 0)
                r = what->fill(signal, what->userdata);
        if (r < 0)
                sd_bus_message_unref(signal);
        else
                *ret = signal;
        return r;
}

static int send_signal(BusClient *client, BusSignal *what)
{
        sd_bus_message *signal = NULL;
        int r = 0;

        if (!client->name && what->made)
                signal = sd_bus_message_ref(what->made);
        else
                r = make_signal(client, what, &signal);
        if (r >= 0)
                r = sd_bus_send(client->bus, signal, NULL);
        if (r >= 0 && !client->name && !what->made)
                what->made = sd_bus_message_ref(signal);
        sd_bus_message_unref(signal);
        return r;
}

void bus_client_signal(BusClient *client, BusSignal *signal)
{
        uint64_t queued = 0;
        int r;

        if (!client->name && sd_bus_get_n_queued_write(client->bus, &queued) >= 0 &&
            queued > LIMIT_QUEUED_SIGNALS) {
                log_warning("process %d does not read its signals; its connection is closed",
                            client->pid);
                /* It ends as any broken connection does, once nobody here works with it. */
                shutdown(sd_bus_get_fd(client->bus), SHUT_RDWR);
                return;
        }
        r = send_signal(client, signal);
        if (r < 0)
                log_debug("signal %s to process %d: %s", signal->member, client->pid, strerror(-r));
}
