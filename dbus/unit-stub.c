/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * jail-stub: what jaild has systemd start, as the caller and in a unit of its own, for a Trace that
 * brought no waiting stub along. It finds a socket as its standard input, learns there what to run,
 * and waits to become it. It has no right that the caller has not.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dbus/stub-order.h"

/* The socket goes out of the program's way, whose standard input is empty. */
static int take_socket(void)
{
        int socket = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

        if (socket < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0)
                return -1;
        close(null);
        return socket;
}

static int say_hello(int socket, int *ret_status)
{
        int pidfd = pidfd_open(getpid(), 0), reader, r;

        if (pidfd < 0 || program_status_open(&reader, ret_status) < 0)
                return -1;
        r = stub_hello_send(socket, pidfd, reader);
        close(pidfd);
        close(reader);
        return r;
}

int main(void)
{
        ProgramStart start = {.terminal = -1};
        int socket = take_socket(), status = -1, type;
        socklen_t size = sizeof(type);
        StubOrder order;

        if (socket < 0 || getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
            type != SOCK_SEQPACKET) {
                fputs("jail-stub: jaild starts this in a unit of systemd; start programs with "
                      "'jailctl run'\n",
                      stderr);
                return 2;
        }
        if (stub_order_receive(socket, &order) < 0 || say_hello(socket, &status) < 0) {
                fputs("jail-stub: jaild does not say what to run\n", stderr);
                return 1;
        }
        for (char **variable = order.environment; *variable; variable++)
                putenv(*variable);
        start.argv = (const char *const *) order.argv;
        start.directory = order.directory;
        program_stub_become(&start, socket, status);
}
