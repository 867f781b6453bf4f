/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SO_PEERCRED: pid and uid of whoever connected, as they were at connect(2), from the kernel and
 * not from the message. User mode's whole authorization stands on it.
 */
#include "harness.h"

#include <sys/socket.h>
#include <sys/un.h>

static void child(void *argument)
{
        const struct sockaddr_un *address = argument;
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        char byte;

        CHECK_EQUAL(connect(fd, (const struct sockaddr *) address, sizeof(*address)), 0);
        CHECK_EQUAL(read(fd, &byte, 1), 0);
}

int main(void)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        struct ucred peer = {0};
        socklen_t length = sizeof(peer);
        int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int fd;
        pid_t pid;

        snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "kernel-fact-%d", getpid());
        CHECK_EQUAL(bind(listener, (struct sockaddr *) &address, sizeof(address)), 0);
        CHECK_EQUAL(listen(listener, 1), 0);
        pid = fact_start_free(child, &address);
        fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        CHECK(fd >= 0);
        CHECK_EQUAL(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length), 0);
        CHECK_EQUAL(peer.pid, pid);
        CHECK_EQUAL(peer.uid, getuid());
        close(fd);
        fact_expect_exit(pid, 0);
        return 0;
}
