/* SPDX-License-Identifier: GPL-3.0-or-later */
/* connect's address is flipped between an empty port and the forbidden one. */
#include "attack.h"

static struct sockaddr_in address;
static volatile bool over;

static void *flip(void *unused)
{
        uint16_t forbidden = forbidden_address().sin_port;

        while (!over) {
                *(volatile uint16_t *) &address.sin_port = forbidden;
                *(volatile uint16_t *) &address.sin_port = htons(9);
        }
        return unused;
}

int main(void)
{
        address = forbidden_address();
        start_thread(flip, NULL);
        for (int i = 0; i < ROUNDS / 4; i++) {
                int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

                connect(fd, (struct sockaddr *) &address, sizeof(address));
                close(fd);
        }
        over = true;
        return 0;
}
