/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control: a TCP connection to the port. */
#include "attack.h"

int main(void)
{
        struct sockaddr_in address = forbidden_address();
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

        connect(fd, (struct sockaddr *) &address, sizeof(address));
        return 0;
}
