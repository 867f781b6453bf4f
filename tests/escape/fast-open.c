/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCP fast open: a connection without connect. */
#include "attack.h"

int main(void)
{
        struct sockaddr_in address = forbidden_address();
        struct iovec part = {"x", 1};
        struct msghdr message = {.msg_name = &address,
                                 .msg_namelen = sizeof(address),
                                 .msg_iov = &part,
                                 .msg_iovlen = 1};
        struct mmsghdr messages = {.msg_hdr = message};

        sendto(socket(AF_INET, SOCK_STREAM, 0), "x", 1, MSG_FASTOPEN, (struct sockaddr *) &address,
               sizeof(address));
        sendmsg(socket(AF_INET, SOCK_STREAM, 0), &message, MSG_FASTOPEN);
        sendmmsg(socket(AF_INET, SOCK_STREAM, 0), &messages, 1, MSG_FASTOPEN);
        sleep_ms(50);
        return 0;
}
