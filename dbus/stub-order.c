/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dbus/stub-order.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dbus/stub-protocol.h"

#define ORDER_BYTES_MAX (64 * 1024 * 1024)
#define HELLO_FDS       2

/* At the beginning of the memfd; the strings follow, each with its zero byte. */
typedef struct OrderHead {
        uint32_t magic;                  /* STUB_MAGIC */
        uint32_t arguments, environment; /* how many; the directory stands in front of them */
} OrderHead;

/* ---- descriptors over the socket ---- */

static int send_fds(int socket, const int *fds, size_t count)
{
        uint32_t magic = STUB_MAGIC;
        struct iovec bytes = {&magic, sizeof(magic)};
        char control[CMSG_SPACE(HELLO_FDS * sizeof(int))] = {0};
        struct msghdr message = {.msg_iov = &bytes,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = CMSG_SPACE(count * sizeof(int))};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);

        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), fds, count * sizeof(int));
        return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void close_all(const int *fds, size_t count)
{
        for (size_t i = 0; i < count; i++)
                close(fds[i]);
}

/* Exactly `count` of them, or none. */
static int receive_fds(int socket, int *ret, size_t count)
{
        uint32_t magic = 0;
        struct iovec bytes = {&magic, sizeof(magic)};
        char control[CMSG_SPACE(HELLO_FDS * sizeof(int))];
        struct msghdr message = {.msg_iov = &bytes,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof(control)};
        struct cmsghdr *header;
        size_t got = 0;
        ssize_t n;

        do
                n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        if (n <= 0)
                return n < 0 ? -errno : -ECONNRESET;
        header = CMSG_FIRSTHDR(&message);
        if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
                got = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        if (got == count && n == sizeof(magic) && magic == STUB_MAGIC &&
            !(message.msg_flags & MSG_CTRUNC)) {
                memcpy(ret, CMSG_DATA(header), count * sizeof(int));
                return 0;
        }
        if (got > 0)
                close_all((const int *) CMSG_DATA(header), got);
        return -EBADMSG;
}

/* ---- the order ---- */

static uint32_t strings_count(const char *const *strings)
{
        uint32_t count = 0;

        while (strings && strings[count])
                count++;
        return count;
}

static void strings_write(FILE *file, const char *const *strings)
{
        for (; strings && *strings; strings++)
                fwrite(*strings, 1, strlen(*strings) + 1, file);
}

static int order_write(int fd, const ProgramStart *start)
{
        OrderHead head = {.magic = STUB_MAGIC,
                          .arguments = strings_count(start->argv),
                          .environment = strings_count(start->environment)};
        const char *directory = start->directory ? start->directory : "";
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        FILE *file = copy < 0 ? NULL : fdopen(copy, "w");
        bool failed;

        if (!file) {
                if (copy >= 0)
                        close(copy);
                return -errno;
        }
        fwrite(&head, sizeof(head), 1, file);
        fwrite(directory, 1, strlen(directory) + 1, file);
        strings_write(file, start->argv);
        strings_write(file, start->environment);
        failed = ferror(file);
        return fclose(file) != 0 || failed ? -EIO : 0;
}

int stub_order_send(int socket, const ProgramStart *start)
{
        int fd = memfd_create("stub-order", MFD_CLOEXEC), r;

        if (fd < 0)
                return -errno;
        r = order_write(fd, start);
        if (r == 0)
                r = send_fds(socket, &fd, 1);
        close(fd);
        return r;
}

void stub_order_release(StubOrder *order)
{
        free(order->text);
        free(order->argv);
        free(order->environment);
        *order = (StubOrder){0};
}

/* The strings from *at on as a list; *at moves behind them. */
static int strings_read(char **at, const char *end, uint32_t count, char ***ret)
{
        char **strings = calloc((size_t) count + 1, sizeof(char *));

        if (!strings)
                return -ENOMEM;
        *ret = strings;
        for (uint32_t i = 0; i < count; i++) {
                size_t room = (size_t) (end - *at), length = strnlen(*at, room);

                if (length == room)
                        return -EBADMSG;
                strings[i] = *at;
                *at += length + 1;
        }
        return 0;
}

static int order_read(int fd, size_t size, StubOrder *order)
{
        OrderHead head;
        char *at, *end;
        int r;

        order->text = malloc(size);
        if (!order->text)
                return -ENOMEM;
        if (pread(fd, order->text, size, 0) != (ssize_t) size)
                return -EBADMSG;
        memcpy(&head, order->text, sizeof(head));
        if (head.magic != STUB_MAGIC || head.arguments > size || head.environment > size)
                return -EBADMSG;
        at = order->text + sizeof(head);
        end = order->text + size;
        if (at == end || end[-1] != '\0')
                return -EBADMSG;
        order->directory = *at ? at : NULL;
        at += strlen(at) + 1;
        r = strings_read(&at, end, head.arguments, &order->argv);
        return r < 0 ? r : strings_read(&at, end, head.environment, &order->environment);
}

int stub_order_receive(int socket, StubOrder *ret)
{
        StubOrder order = {0};
        struct stat st;
        int fd, r;

        r = receive_fds(socket, &fd, 1);
        if (r < 0)
                return r;
        if (fstat(fd, &st) < 0 || st.st_size < (off_t) sizeof(OrderHead) ||
            st.st_size > ORDER_BYTES_MAX)
                r = -EBADMSG;
        else
                r = order_read(fd, (size_t) st.st_size, &order);
        close(fd);
        if (r < 0)
                stub_order_release(&order);
        else
                *ret = order;
        return r;
}

/* ---- the answer ---- */

int stub_hello_send(int socket, int pidfd, int status)
{
        return send_fds(socket, (const int[HELLO_FDS]){pidfd, status}, HELLO_FDS);
}

int stub_hello_receive(int socket, ProgramStub *stub)
{
        int fds[HELLO_FDS], r;

        r = receive_fds(socket, fds, HELLO_FDS);
        if (r < 0)
                return r;
        stub->pidfd = fds[0];
        stub->exec_status = fds[1];
        return 0;
}
