/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A socket's other end reads the end of file when the last copy of a descriptor is closed, wherever
 * that copy is: with a process that was sent it, or only in a message that nobody has read yet. So
 * a descriptor that the service manager stores tells a supervisor that somebody will come back,
 * from the moment it was sent; and a link that was offered to a supervisor which died reads as
 * closed.
 */
#include "harness.h"

#include <sys/socket.h>

static void send_descriptor(int through, int fd)
{
        char byte = 'x', control[CMSG_SPACE(sizeof(int))] = {0};
        struct iovec bytes = {&byte, 1};
        struct msghdr message = {.msg_iov = &bytes,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof(control)};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);

        *header = (struct cmsghdr){CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(header), &fd, sizeof(fd));
        CHECK_EQUAL(sendmsg(through, &message, 0), 1);
}

static void make_pair(int ends[2])
{
        CHECK_EQUAL(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static void expect_open(int fd)
{
        char byte;

        CHECK_EQUAL(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
        CHECK_EQUAL(errno, EAGAIN);
}

static void expect_end(int fd)
{
        char byte;

        CHECK_EQUAL(recv(fd, &byte, 1, MSG_DONTWAIT), 0);
        CHECK_EQUAL(send(fd, "x", 1, MSG_NOSIGNAL), -1);
        CHECK_EQUAL(errno, EPIPE);
}

int main(void)
{
        int control[2], store[2];

        make_pair(control);
        make_pair(store);
        send_descriptor(store[0], control[0]);
        close(control[0]);
        expect_open(control[1]);
        close(store[0]);
        expect_open(control[1]);
        close(store[1]); /* and what it had not read with it */
        expect_end(control[1]);
        return 0;
}
