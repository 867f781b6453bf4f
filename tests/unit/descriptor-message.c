/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptors arrive as many as were asked for, or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor-message.h"

static unsigned open_descriptors(void)
{
        unsigned count = 0;

        for (int fd = 0; fd < 256; fd++)
                count += fcntl(fd, F_GETFD) >= 0;
        return count;
}

static void send_nulls(int socket, const char *text, size_t count)
{
        int fds[DESCRIPTOR_MESSAGE_MAX];
        struct iovec parts[] = {{(char *) text, 1}, {(char *) text + 1, strlen(text) - 1}};

        for (size_t i = 0; i < count; i++)
                fds[i] = open("/dev/null", O_RDWR | O_CLOEXEC);
        assert_int_equal(descriptor_message_send(socket, parts, 2, fds, count), 0);
        for (size_t i = 0; i < count; i++)
                close(fds[i]);
}

static void what_is_sent_arrives_closed_on_exec(void **state)
{
        char bytes[16] = "";
        struct stat st, null;
        int pair[2], fds[2];

        (void) state;
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
        send_nulls(pair[0], "hello", 2);
        assert_int_equal(descriptor_message_receive(pair[1], bytes, sizeof(bytes), fds, 2), 5);
        assert_string_equal(bytes, "hello");
        assert_int_equal(stat("/dev/null", &null), 0);
        for (unsigned i = 0; i < 2; i++) {
                assert_int_equal(fstat(fds[i], &st), 0);
                assert_int_equal(st.st_rdev, null.st_rdev);
                assert_int_equal(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
                close(fds[i]);
        }
        close(pair[0]);
        assert_int_equal(descriptor_message_receive(pair[1], bytes, sizeof(bytes), fds, 2), 0);
        close(pair[1]);
}

static void another_number_or_a_longer_message_leaves_none_open(void **state)
{
        unsigned before = open_descriptors();
        int pair[2], fds[DESCRIPTOR_MESSAGE_MAX] = {-1, -1, -1, -1};
        char bytes[8];

        (void) state;
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
        for (size_t sent = 1; sent <= DESCRIPTOR_MESSAGE_MAX; sent++)
                for (size_t wanted = 1; wanted <= DESCRIPTOR_MESSAGE_MAX; wanted++) {
                        if (sent == wanted)
                                continue;
                        send_nulls(pair[0], "hello", sent);
                        assert_int_equal(descriptor_message_receive(pair[1], bytes, sizeof(bytes),
                                                                    fds, wanted),
                                         -EBADMSG);
                }
        send_nulls(pair[0], "too long for it", 1);
        assert_int_equal(descriptor_message_receive(pair[1], bytes, sizeof(bytes), fds, 1),
                         -EBADMSG);
        assert_int_equal(write(pair[0], "bare", 4), 4);
        assert_int_equal(descriptor_message_receive(pair[1], bytes, sizeof(bytes), fds, 1),
                         -EBADMSG);
        assert_int_equal(fds[0], -1);
        close(pair[0]);
        close(pair[1]);
        assert_int_equal(open_descriptors(), before);
}

static void too_many_are_not_sent(void **state)
{
        int fds[DESCRIPTOR_MESSAGE_MAX + 1] = {0};
        char byte = 'x';
        struct iovec part = {&byte, 1};

        (void) state;
        assert_int_equal(descriptor_message_send(0, &part, 1, fds, DESCRIPTOR_MESSAGE_MAX + 1),
                         -EINVAL);
        assert_int_equal(descriptor_message_send(0, &part, 1, fds, 0), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_sent_arrives_closed_on_exec),
                cmocka_unit_test(another_number_or_a_longer_message_leaves_none_open),
                cmocka_unit_test(too_many_are_not_sent),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
