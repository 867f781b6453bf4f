/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: sctp-connect. SCTP connects by setsockopt, to addresses that are no argument of connect.
 */
#include "attack.h"

#define SCTP_CONNECTX 110

int main(void)
{
        struct sockaddr_in address = forbidden_address();
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP);

        if (fd < 0) /* no SCTP here: the wall stands in front of any socket */
                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (setsockopt(fd, IPPROTO_SCTP, SCTP_CONNECTX, &address, sizeof(address)) == 0 ||
            errno != EPERM)
                SAY("open: SCTP_SOCKOPT_CONNECTX was looked at (%s)\n", strerror(errno));
        return 0;
}
