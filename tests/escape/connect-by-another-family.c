/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same address by IPv6 (v4-mapped), by MPTCP, and by a socket that was made before. */
#include "attack.h"

int main(void)
{
        struct sockaddr_in plain = forbidden_address();
        struct sockaddr_in6 mapped = {.sin6_family = AF_INET6, .sin6_port = plain.sin_port};

        inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
        connect(socket(AF_INET6, SOCK_STREAM, 0), (struct sockaddr *) &mapped, sizeof(mapped));
        connect(socket(AF_INET, SOCK_STREAM, 262), (struct sockaddr *) &plain, sizeof(plain));
        connect(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), (struct sockaddr *) &plain,
                sizeof(plain));
        sleep_ms(50);
        return 0;
}
