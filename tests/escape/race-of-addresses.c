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
        int rounds = ROUNDS, asked = 0;

        address = forbidden_address();
        start_thread(flip, NULL);
        for (int i = 0; i < rounds; i++) {
                int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

                /* to the empty port it may go */
                asked += connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0 &&
                         errno != EACCES;
                close(fd);
        }
        over = true;
        SAY("rounds: %d (%d let go)\n", rounds, asked);
        return 0;
}
