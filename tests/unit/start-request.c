/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the small root program makes of a request: all of it, or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker/start-request.h"

typedef struct Request {
        uint32_t uid, gid, group_count, argument_count;
        int32_t keep_as;
        uint32_t keep_ptrace;
        char rest[64];
} Request;

#define HEAD offsetof(Request, rest)

static void send_request(int connection, const Request *request, size_t size, size_t descriptors)
{
        _Alignas(struct cmsghdr) char control[CMSG_SPACE(3 * sizeof(int))] = {0};
        struct iovec part = {(void *) (uintptr_t) request, size};
        struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
        int null[3] = {open("/dev/null", O_RDWR), open("/dev/null", O_RDWR),
                       open("/dev/null", O_RDWR)};
        struct cmsghdr *header;

        if (descriptors > 0) {
                message.msg_control = control;
                message.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
                header = CMSG_FIRSTHDR(&message);
                header->cmsg_level = SOL_SOCKET;
                header->cmsg_type = SCM_RIGHTS;
                header->cmsg_len = CMSG_LEN(descriptors * sizeof(int));
                memcpy(CMSG_DATA(header), null, descriptors * sizeof(int));
        }
        assert_int_equal(sendmsg(connection, &message, 0), (ssize_t) size);
        for (size_t i = 0; i < 3; i++)
                close(null[i]);
}

static unsigned open_descriptors(void)
{
        unsigned count = 0;

        for (int fd = 0; fd < 256; fd++)
                count += fcntl(fd, F_GETFD) >= 0;
        return count;
}

static void storage_release(StartStorage *storage)
{
        identity_release(&storage->identity);
        free(storage->arguments);
        free(storage->message);
}

static int take(const Request *request, size_t size, size_t descriptors, Child *child,
                StartStorage *storage)
{
        int pair[2], r;

        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
        send_request(pair[0], request, size, descriptors);
        r = start_request_take(pair[1], child, storage);
        close(pair[0]);
        close(pair[1]);
        return r;
}

static void a_request_says_whom_to_become_and_what_to_run(void **state)
{
        Request request = {.uid = 1000,
                           .gid = 100,
                           .group_count = 2,
                           .argument_count = 2,
                           .keep_as = 3,
                           .keep_ptrace = 1};
        const gid_t groups[] = {4, 27};
        StartStorage storage = {0};
        Child child = {0};

        (void) state;
        memcpy(request.rest, groups, sizeof(groups));
        memcpy(request.rest + sizeof(groups), "jail-supervisor\0--doctor", 25);
        assert_int_equal(take(&request, HEAD + sizeof(groups) + 25, 2, &child, &storage), 0);
        assert_int_equal(child.identity->uid, 1000);
        assert_int_equal(child.identity->gid, 100);
        assert_int_equal(child.identity->group_count, 2);
        assert_memory_equal(child.identity->groups, groups, sizeof(groups));
        assert_string_equal(child.arguments[0], "jail-supervisor");
        assert_string_equal(child.arguments[1], "--doctor");
        assert_null(child.arguments[2]);
        assert_int_equal(child.keep_as, 3);
        assert_true(child.keep_ptrace);
        assert_int_equal(close(child.keep), 0);
        assert_int_equal(close(child.status), 0);
        storage_release(&storage);
}

static void what_is_no_request_is_refused_and_leaves_nothing_open(void **state)
{
        static const struct {
                const char *what;
                Request request;
                size_t size, descriptors;
        } wrong[] = {
                {"no head", {.argument_count = 1}, HEAD - 1, 2},
                {"no descriptors", {.argument_count = 1, .rest = "x"}, HEAD + 2, 0},
                {"one descriptor", {.argument_count = 1, .rest = "x"}, HEAD + 2, 1},
                {"three descriptors", {.argument_count = 1, .rest = "x"}, HEAD + 2, 3},
                {"no arguments", {.argument_count = 0, .rest = "x"}, HEAD + 2, 2},
                {"an argument without its end", {.argument_count = 1, .rest = "xy"}, HEAD + 2, 2},
                {"fewer arguments than it says", {.argument_count = 2, .rest = "x"}, HEAD + 2, 2},
                {"more arguments than bytes", {.argument_count = UINT32_MAX}, HEAD + 8, 2},
                {"fewer groups than it says",
                 {.group_count = 3, .argument_count = 1, .rest = "x"},
                 HEAD + 8,
                 2},
                {"more groups than there can be",
                 {.group_count = UINT32_MAX, .argument_count = 1},
                 sizeof(Request),
                 2},
                {"a negative place",
                 {.keep_as = -1, .argument_count = 1, .rest = "x"},
                 HEAD + 2,
                 2},
        };
        unsigned before = open_descriptors();

        (void) state;
        for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
                StartStorage storage = {0};
                Child child = {0};

                if (take(&wrong[i].request, wrong[i].size, wrong[i].descriptors, &child,
                         &storage) != -EBADMSG)
                        fail_msg("taken: %s", wrong[i].what);
                assert_int_equal(open_descriptors(), before);
                storage_release(&storage);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_request_says_whom_to_become_and_what_to_run),
                cmocka_unit_test(what_is_no_request_is_refused_and_leaves_nothing_open),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
