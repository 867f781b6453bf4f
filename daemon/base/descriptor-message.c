/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/descriptor-message.h"

#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"

typedef union Control {
        struct cmsghdr header; /* for its alignment */
        char bytes[CMSG_SPACE(DESCRIPTOR_MESSAGE_MAX * sizeof(int))];
} Control;

int descriptor_message_send(int socket, struct iovec *parts, size_t part_count,
                            const int *descriptors, size_t count)
{
        Control control = {0};
        struct msghdr message = {
                .msg_iov = parts,
                .msg_iovlen = part_count,
                .msg_control = &control,
                .msg_controllen = CMSG_SPACE(count * sizeof(int)),
        };
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);

        if (count == 0 || count > DESCRIPTOR_MESSAGE_MAX)
                return -EINVAL;
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), descriptors, count * sizeof(int));
        return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Those that came, of which there is room for all. */
static size_t take_descriptors(struct msghdr *message, int found[static DESCRIPTOR_MESSAGE_MAX])
{
        struct cmsghdr *header = CMSG_FIRSTHDR(message);
        size_t count;

        if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
                return 0;
        count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(found, CMSG_DATA(header), count * sizeof(int));
        return count;
}

ssize_t descriptor_message_receive(int socket, void *bytes, size_t size, int *ret_descriptors,
                                   size_t count)
{
        struct iovec part = {bytes, size};
        Control control;
        struct msghdr message = {
                .msg_iov = &part,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control),
        };
        int found[DESCRIPTOR_MESSAGE_MAX];
        size_t found_count;
        ssize_t n;

        do
                n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        found_count = take_descriptors(&message, found);
        if (n > 0 && found_count == count && !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
                memcpy(ret_descriptors, found, count * sizeof(int));
                return n;
        }
        for (size_t i = 0; i < found_count; i++)
                close_fd(found[i]);
        return n == 0 ? 0 : -EBADMSG;
}
