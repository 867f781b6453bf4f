/* SPDX-License-Identifier: GPL-3.0-or-later */
/* io_uring connects. */
#include "ring.h"

int main(void)
{
        struct sockaddr_in address = forbidden_address();
        struct io_uring_sqe entry = {.opcode = IORING_OP_CONNECT,
                                     .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
                                     .addr = (uintptr_t) &address,
                                     .off = sizeof(address)};

        ring_without(ring_submit(&entry));
        return 0;
}
