/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: io_uring. io_uring runs mkdirat in the kernel's own time: no system call, no filter. */
#include "ring.h"

int main(void)
{
        struct io_uring_sqe entry = {.opcode = 37, /* IORING_OP_MKDIRAT */
                                     .fd = AT_FDCWD,
                                     .addr = (uintptr_t) forbidden_directory(),
                                     .len = 0700};

        ring_without(ring_submit(&entry));
        return 0;
}
