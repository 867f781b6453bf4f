/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link/link-control.h"

#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"

/* A message must carry a byte to carry a descriptor. */
#define OFFER 'L'

typedef union OfferControl {
        struct cmsghdr header; /* for its alignment */
        char bytes[CMSG_SPACE(sizeof(int))];
} OfferControl;

int link_control_pair(int ret[2])
{
        int kind = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;

        return socketpair(AF_UNIX, kind, 0, ret) < 0 ? -errno : 0;
}

static int send_descriptor(int control, int fd)
{
        char offer = OFFER;
        struct iovec bytes = {.iov_base = &offer, .iov_len = 1};
        OfferControl ancillary = {0};
        struct msghdr message = {
                .msg_iov = &bytes,
                .msg_iovlen = 1,
                .msg_control = &ancillary,
                .msg_controllen = sizeof(ancillary),
        };
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);

        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &fd, sizeof(fd));
        return sendmsg(control, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int link_control_offer(int control, int *ret_link)
{
        _cleanup_close_ int ours = -1, theirs = -1;
        int pair[2], r;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
                return -errno;
        ours = pair[0];
        theirs = pair[1];
        r = send_descriptor(control, theirs);
        if (r < 0)
                return r;
        *ret_link = TAKE_FD(ours);
        return 0;
}

int link_control_accept(int control, int *ret_link)
{
        char offer;
        struct iovec bytes = {.iov_base = &offer, .iov_len = 1};
        OfferControl ancillary;
        struct msghdr message = {
                .msg_iov = &bytes,
                .msg_iovlen = 1,
                .msg_control = &ancillary,
                .msg_controllen = sizeof(ancillary),
        };
        struct cmsghdr *header;
        ssize_t n;

        n = recvmsg(control, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (n < 0)
                return errno == ECONNRESET ? 0 : -errno;
        if (n == 0)
                return 0;
        header = CMSG_FIRSTHDR(&message);
        if (offer != OFFER || !header || header->cmsg_level != SOL_SOCKET ||
            header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int)))
                return -EBADMSG;
        memcpy(ret_link, CMSG_DATA(header), sizeof(*ret_link));
        return 1;
}
