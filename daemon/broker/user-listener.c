/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/user-listener.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/log.h"
#include "base/text.h"
#include "broker/bus-manager.h"
#include "broker/limits.h"
#include "dbus/daemon-locate.h"

#define BACKLOG 128

struct UserListener {
        Broker *broker;
        char *path;  /* of the socket, owned */
        int start;   /* lock file: held while a daemon comes or goes */
        int running; /* lock file: held as long as we serve */
        int fd;      /* listening */
        uint64_t idle_usec;
        sd_event_source *source, *idle; /* idle: NULL while there is something to do */
};

void user_listener_free(UserListener *listener)
{
        if (!listener)
                return;
        sd_event_source_disable_unref(listener->source);
        sd_event_source_disable_unref(listener->idle);
        close_fd(listener->fd);
        close_fd(listener->running);
        close_fd(listener->start);
        free(listener->path);
        free(listener);
}

/* ---- clients ---- */

/* The directory lets nobody else in; that it never did is checked for each connection. */
static int check_peer(int fd)
{
        struct ucred peer;
        socklen_t size = sizeof(peer);

        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return -errno;
        return peer.uid == geteuid() ? 0 : -EPERM;
}

static int start_bus(Broker *broker, sd_bus *bus)
{
        sd_id128_t id;
        int r;

        r = sd_id128_randomize(&id);
        if (r >= 0)
                r = sd_bus_set_server(bus, 1, id);
        if (r >= 0)
                r = sd_bus_set_anonymous(bus, 0);
        if (r >= 0)
                r = sd_bus_negotiate_fds(bus, 1);
        if (r >= 0)
                r = bus_interface_add(broker, bus);
        if (r >= 0)
                r = sd_bus_start(bus);
        return r < 0 ? r : sd_bus_attach_event(bus, broker->event, SD_EVENT_PRIORITY_NORMAL);
}

static int serve(Broker *broker, int fd)
{
        BusClient *client = NULL;
        sd_bus *bus = NULL;
        int r;

        r = check_peer(fd);
        if (r >= 0)
                r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_fd(bus, fd, fd);
        if (r < 0) {
                sd_bus_unref(bus);
                close_fd(fd);
                return r;
        }
        r = bus_client_new_peer(broker, bus, fd, &client);
        if (r >= 0)
                r = start_bus(broker, bus);
        if (r < 0 && client)
                bus_client_free(client);
        sd_bus_unref(bus);
        return r < 0 ? r : 0;
}

/* -EAGAIN when nobody waits. */
static int accept_one(UserListener *listener)
{
        int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), r;

        if (fd < 0)
                return -errno;
        r = serve(listener->broker, fd);
        if (r < 0)
                log_warning("a connection was refused: %s", strerror(-r));
        return 0;
}

static int on_connection(sd_event_source *source _unused_, int fd _unused_,
                         uint32_t events _unused_, void *userdata)
{
        UserListener *listener = userdata;

        accept_one(listener);
        user_listener_check_idle(listener);
        return 0;
}

/* ---- coming ---- */

/* -EWOULDBLOCK when another holds it and we do not wait. */
static int lock_file(const char *socket_path, const char *name, int operation, int *ret_fd)
{
        const char *slash = strrchr(socket_path, '/');
        _cleanup_free_ char *path = NULL;
        _cleanup_close_ int fd = -1;

        path = string_format("%.*s/%s", (int) (slash - socket_path), socket_path, name);
        if (!path)
                return -ENOMEM;
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
                return -errno;
        while (flock(fd, operation) < 0)
                if (errno != EINTR)
                        return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int listen_at(const char *path, int *ret_fd)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        _cleanup_close_ int fd = -1;

        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        strcpy(address.sun_path, path);
        fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        /* A daemon that was killed left it behind; the lock says that none lives. */
        unlink(path);
        if (bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 || listen(fd, BACKLOG) < 0)
                return -errno;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* Under the start lock: 1 when another daemon serves. */
static int take_over(UserListener *listener)
{
        int r = lock_file(listener->path, "running", LOCK_EX | LOCK_NB, &listener->running);

        if (r == -EWOULDBLOCK)
                return 1;
        return r < 0 ? r : listen_at(listener->path, &listener->fd);
}

static int come(UserListener *listener)
{
        int r;

        r = daemon_socket_path(&listener->path);
        if (r >= 0)
                r = lock_file(listener->path, "start", LOCK_EX, &listener->start);
        if (r < 0)
                return r;
        r = take_over(listener);
        flock(listener->start, LOCK_UN);
        if (r == 0)
                r = sd_event_add_io(listener->broker->event, &listener->source, listener->fd,
                                    EPOLLIN, on_connection, listener);
        return r < 0 ? r : r;
}

int user_listener_new(Broker *broker, uint64_t idle_usec, UserListener **ret, Problem *problem)
{
        UserListener *listener = calloc(1, sizeof(*listener));
        int r;

        if (!listener)
                return -ENOMEM;
        *listener = (UserListener){
                .broker = broker, .start = -1, .running = -1, .fd = -1, .idle_usec = idle_usec};
        r = come(listener);
        if (r != 0) {
                if (r < 0)
                        problem_set(problem, r, "cannot listen at %s: %s",
                                    listener->path ? listener->path : "the private socket",
                                    strerror(-r));
                user_listener_free(listener);
                return r;
        }
        broker->listener = *ret = listener;
        user_listener_check_idle(listener);
        return 0;
}

/* ---- going ---- */

static bool is_idle(const Broker *broker)
{
        for (const UserAccount *account = broker->accounts; account; account = account->next)
                if (account->clients > 0 || account->log_readers > 0)
                        return false;
        return jail_table_count_live_all(&broker->jails) == 0;
}

/* Nobody can connect once the name is away; who did before is still waiting in the queue, and is
 * served: then the name comes back. */
static bool may_leave(UserListener *listener)
{
        _cleanup_free_ char *aside = string_format("%s.leaving", listener->path);

        if (!aside || rename(listener->path, aside) < 0)
                return errno == ENOENT;
        while (accept_one(listener) == 0)
                ;
        if (is_idle(listener->broker)) {
                unlink(aside);
                return true;
        }
        if (rename(aside, listener->path) < 0)
                log_warning("cannot put %s back: %m", listener->path);
        return false;
}

static int on_idle(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
        UserListener *listener = userdata;
        bool leave = false;

        listener->idle = sd_event_source_disable_unref(listener->idle);
        /* Busy: a client is just starting a daemon, and will find this one. */
        if (flock(listener->start, LOCK_EX | LOCK_NB) == 0) {
                leave = is_idle(listener->broker) && may_leave(listener);
                if (!leave)
                        flock(listener->start, LOCK_UN);
        }
        if (leave)
                return sd_event_exit(listener->broker->event, 0);
        user_listener_check_idle(listener);
        return 0;
}

void user_listener_check_idle(UserListener *listener)
{
        int r;

        if (!is_idle(listener->broker)) {
                listener->idle = sd_event_source_disable_unref(listener->idle);
                return;
        }
        if (listener->idle)
                return;
        r = sd_event_add_time_relative(listener->broker->event, &listener->idle, CLOCK_MONOTONIC,
                                       listener->idle_usec, 0, on_idle, listener);
        if (r < 0)
                log_warning("cannot set the idle clock: %s", strerror(-r));
}
