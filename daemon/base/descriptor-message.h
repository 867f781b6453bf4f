/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptors that go with a message over a socket (SCM_RIGHTS, unix(7)). */
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

/* More than one message may carry here. */
#define DESCRIPTOR_MESSAGE_MAX 4

/* The parts must have at least one byte, or nothing would arrive. The descriptors stay the
 * caller's. */
int descriptor_message_send(int socket, struct iovec *parts, size_t part_count,
                            const int *descriptors, size_t count);

/* How many bytes came, with exactly so many descriptors, owned and closed on exec; 0 at the end of
 * file. -EBADMSG for another number of them, and then there are none; also for a message that is
 * longer than `size`. */
ssize_t descriptor_message_receive(int socket, void *bytes, size_t size, int *ret_descriptors,
                                   size_t count);
