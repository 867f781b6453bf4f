/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link/link-control.h"

#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/descriptor-message.h"

/* A message must carry a byte to carry a descriptor. */
#define OFFER 'L'

int link_control_pair(int ret[2])
{
        int kind = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;

        return socketpair(AF_UNIX, kind, 0, ret) < 0 ? -errno : 0;
}

int link_control_offer(int control, int *ret_link)
{
        _cleanup_close_ int ours = -1, theirs = -1;
        char offer = OFFER;
        struct iovec part = {&offer, 1};
        int pair[2], r;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
                return -errno;
        ours = pair[0];
        theirs = pair[1];
        r = descriptor_message_send(control, &part, 1, &theirs, 1);
        if (r < 0)
                return r;
        *ret_link = TAKE_FD(ours);
        return 0;
}

int link_control_accept(int control, int *ret_link)
{
        char offer;
        ssize_t n = descriptor_message_receive(control, &offer, 1, ret_link, 1);

        if (n <= 0)
                return n == -ECONNRESET ? 0 : (int) n;
        if (offer == OFFER)
                return 1;
        close_fd(*ret_link);
        return -EBADMSG;
}
