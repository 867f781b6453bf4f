/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link/launch-message.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/descriptor-message.h"

#define LIST 'S'

/* ---- what may be run ---- */

/* Rules may be larger than a packet. */
int launch_send_scripts(int socket, char *const *scripts)
{
        _cleanup_close_ int list = memfd_create("scripts", MFD_CLOEXEC);
        char kind = LIST;
        struct iovec part = {&kind, 1};

        if (list < 0)
                return -errno;
        for (; scripts && *scripts; scripts++) {
                size_t size = strlen(*scripts) + 1;

                if (write(list, *scripts, size) != (ssize_t) size)
                        return -EIO;
        }
        return descriptor_message_send(socket, &part, 1, &list, 1);
}

static int split(char *bytes, size_t size, char ***ret)
{
        char **list = NULL;
        size_t count = 0;

        for (char *at = bytes; at < bytes + size; at += strlen(at) + 1)
                count++;
        list = calloc(count + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                list[i] = strdup(bytes);
                if (!list[i])
                        return -ENOMEM; /* the launcher ends */
                bytes += strlen(bytes) + 1;
        }
        *ret = list;
        return 0;
}

int launch_receive_scripts(int socket, char ***ret)
{
        _cleanup_free_ char *bytes = NULL;
        _cleanup_close_ int list = -1;
        struct pollfd told = {.fd = socket, .events = POLLIN};
        struct stat status;
        char kind;
        ssize_t n;

        while (poll(&told, 1, -1) < 0) /* the socket itself does not wait */
                if (errno != EINTR)
                        return -errno;
        n = descriptor_message_receive(socket, &kind, 1, &list, 1);
        if (n <= 0)
                return n == 0 ? -ENOTCONN : (int) n;
        if (kind != LIST || fstat(list, &status) < 0)
                return -EBADMSG;
        bytes = calloc(1, (size_t) status.st_size + 1);
        if (!bytes)
                return -ENOMEM;
        if (pread(list, bytes, (size_t) status.st_size, 0) != status.st_size)
                return -EIO;
        return split(bytes, (size_t) status.st_size, ret);
}

/* ---- requests and answers ---- */

int launch_send_request(int socket, const LaunchRequest *request, const Text *variables, int input)
{
        struct iovec parts[] = {{(void *) request, sizeof(*request)},
                                {variables->data, variables->length}};

        if (text_error(variables) < 0)
                return text_error(variables);
        if (variables->length > LAUNCH_VARIABLES_BYTES)
                return -E2BIG;
        return descriptor_message_send(socket, parts, ELEMENTS_OF(parts), &input, 1);
}

ssize_t launch_receive_request(int socket, LaunchRequest *ret,
                               char ret_variables[static LAUNCH_VARIABLES_BYTES], int *ret_input)
{
        static char message[sizeof(*ret) + LAUNCH_VARIABLES_BYTES];
        _cleanup_close_ int input = -1;
        ssize_t n = descriptor_message_receive(socket, message, sizeof(message), &input, 1);
        size_t size;

        if (n <= 0)
                return n == 0 ? -ENOTCONN : n;
        if ((size_t) n < sizeof(*ret))
                return -EBADMSG;
        size = (size_t) n - sizeof(*ret);
        if (size > 0 && message[n - 1] != '\0')
                return -EBADMSG;
        memcpy(ret, message, sizeof(*ret));
        memcpy(ret_variables, message + sizeof(*ret), size);
        *ret_input = TAKE_FD(input);
        return (ssize_t) size;
}

static int send_packet(int socket, struct iovec *parts, size_t count)
{
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};

        while (sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
                struct pollfd room = {.fd = socket, .events = POLLOUT};

                if (errno == EAGAIN)
                        (void) poll(&room, 1, -1);
                else if (errno != EINTR)
                        return -errno;
        }
        return 0;
}

int launch_send_answer(int socket, const LaunchAnswer *answer, const char *output, size_t size)
{
        struct iovec parts[] = {{(void *) answer, sizeof(*answer)}, {(void *) output, size}};

        return send_packet(socket, parts, ELEMENTS_OF(parts));
}

ssize_t launch_receive_answer(int socket, LaunchAnswer *ret,
                              char ret_output[static LAUNCH_OUTPUT_BYTES])
{
        struct iovec parts[] = {{ret, sizeof(*ret)}, {ret_output, LAUNCH_OUTPUT_BYTES}};
        struct msghdr message = {.msg_iov = parts, .msg_iovlen = ELEMENTS_OF(parts)};
        ssize_t n;

        do
                n = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        if (n <= 0)
                return n == 0 || errno == ECONNRESET ? -ENOTCONN : -errno;
        if ((size_t) n < sizeof(*ret) || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
                return -EBADMSG;
        return n - (ssize_t) sizeof(*ret);
}
