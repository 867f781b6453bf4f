/* SPDX-License-Identifier: GPL-3.0-or-later */
/* io_uring opens the file. */
#include "ring.h"

int main(void)
{
        struct io_uring_sqe entry = {
                .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t) secret_path()};
        int fd = ring_submit(&entry);

        ring_without(fd);
        deed_show(fd);
        return 0;
}
