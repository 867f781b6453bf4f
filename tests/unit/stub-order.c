/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stub that systemd starts; the test plays jaild, systemd and the supervisor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dbus/stub-order.h"
#include "dbus/stub-protocol.h"

static void make_pair(int *ours, int *theirs)
{
        int pair[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
        *ours = pair[0];
        *theirs = pair[1];
}

/* As systemd would: the socket is its standard input. */
static pid_t start_stub(int socket)
{
        pid_t pid = fork();

        if (pid == 0) {
                setenv("BEFORE", "there", 1);
                dup2(socket, STDIN_FILENO);
                execl(JAIL_STUB, "jail-stub", NULL);
                _exit(99);
        }
        close(socket);
        return pid;
}

static void shake_hands(int socket)
{
        StubTracer tracer = {.magic = STUB_MAGIC, .pid = getpid()};
        static const char go = STUB_GO;
        char answer;

        assert_int_equal(send(socket, &tracer, sizeof(tracer), 0), sizeof(tracer));
        assert_int_equal(recv(socket, &answer, 1, 0), 1);
        assert_int_equal(answer, STUB_READY);
        assert_int_equal(send(socket, &go, 1, 0), 1);
}

static int end_of(pid_t pid)
{
        int status;

        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        return WEXITSTATUS(status);
}

static void the_stub_becomes_what_was_ordered_under_its_own_number(void **state)
{
        static const char *const argv[] = {
                "sh",
                "-c",
                "[ \"$1|$2|$A|$B|$BEFORE|$PWD|$3\" = \" |\xc3\xa4 \\$HOME|1=2||there|/usr|$$\" ] "
                "&& "
                "[ \"$(readlink /proc/self/fd/0)\" = /dev/null ] && exit 7",
                "sh",
                " ",
                "\xc3\xa4 $HOME",
                NULL,
                NULL};
        static const char *const environment[] = {"A=1=2", "B=", NULL};
        const char *words[8];
        ProgramStart start = {.argv = words, .environment = environment, .directory = "/usr"};
        ProgramStub stub = PROGRAM_STUB_INIT;
        char number[16];
        int theirs;

        (void) state;
        make_pair(&stub.socket, &theirs);
        stub.pid = start_stub(theirs);
        memcpy(words, argv, sizeof(words));
        snprintf(number, sizeof(number), "%d", stub.pid);
        words[6] = number;
        assert_int_equal(stub_order_send(stub.socket, &start), 0);
        assert_int_equal(stub_hello_receive(stub.socket, &stub), 0);
        assert_true(stub.pidfd >= 0 && stub.exec_status >= 0);
        shake_hands(stub.socket);
        assert_int_equal(program_stub_wait(&stub), 0);
        assert_int_equal(end_of(stub.pid), 7);
        program_stub_release(&stub);
}

static void what_cannot_be_run_is_told_through_the_status(void **state)
{
        static const char *const argv[] = {"/no/such/program", NULL};
        ProgramStart start = {.argv = argv};
        ProgramStub stub = PROGRAM_STUB_INIT;
        int theirs;

        (void) state;
        make_pair(&stub.socket, &theirs);
        assert_int_equal(stub_order_send(stub.socket, &start), 0);
        stub.pid = start_stub(theirs);
        assert_int_equal(stub_hello_receive(stub.socket, &stub), 0);
        shake_hands(stub.socket);
        assert_int_equal(program_stub_wait(&stub), -ENOENT);
        assert_int_equal(end_of(stub.pid), 127);
        program_stub_release(&stub);
}

static void one_that_told_it_to_go_and_left_does_not_end_it(void **state)
{
        static const char *const argv[] = {"sh", "-c", "exit 5", NULL};
        ProgramStart start = {.argv = argv};
        ProgramStub stub = PROGRAM_STUB_INIT;
        int theirs, status;

        (void) state;
        make_pair(&stub.socket, &theirs);
        assert_int_equal(stub_order_send(stub.socket, &start), 0);
        stub.pid = start_stub(theirs);
        assert_int_equal(stub_hello_receive(stub.socket, &stub), 0);
        close(stub.exec_status);
        stub.exec_status = -1;
        shake_hands(stub.socket);
        assert_int_equal(waitpid(stub.pid, &status, 0), stub.pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 5);
        program_stub_release(&stub);
}

static void a_stub_that_nobody_tells_what_to_run_ends(void **state)
{
        ProgramStub stub = PROGRAM_STUB_INIT;
        int ours, theirs;
        pid_t pid;

        (void) state;
        make_pair(&ours, &theirs);
        pid = start_stub(theirs);
        close(ours);
        assert_int_equal(end_of(pid), 1);

        make_pair(&ours, &theirs);
        pid = start_stub(theirs);
        assert_int_equal(send(ours, "nonsense", 8, 0), 8);
        assert_int_equal(end_of(pid), 1);
        assert_int_equal(stub_hello_receive(ours, &stub), -ECONNRESET);
        close(ours);

        assert_int_equal(end_of(start_stub(open("/dev/null", O_RDWR | O_CLOEXEC))), 2);
}

/* Its head says how many strings there are; none of these has them. */
static void an_order_that_is_cut_short_is_none(void **state)
{
        static const struct {
                uint32_t head[3];
                const char *text;
                size_t size;
        } orders[] = {
                {{STUB_MAGIC, 1, 0}, "", 0},
                {{STUB_MAGIC, 1, 0}, "\0", 1},
                {{STUB_MAGIC, 1, 0}, "\0sh", 3},
                {{STUB_MAGIC, 1, 1}, "\0sh\0", 4},
                {{STUB_MAGIC, UINT32_MAX, 0}, "\0", 1},
                {{STUB_MAGIC + 1, 1, 0}, "\0sh\0", 4},
        };

        (void) state;
        for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
                uint32_t magic = STUB_MAGIC;
                struct iovec bytes = {&magic, sizeof(magic)};
                char control[CMSG_SPACE(sizeof(int))] = {0};
                struct msghdr message = {.msg_iov = &bytes,
                                         .msg_iovlen = 1,
                                         .msg_control = control,
                                         .msg_controllen = sizeof(control)};
                struct cmsghdr *header = CMSG_FIRSTHDR(&message);
                int fd = memfd_create("order", MFD_CLOEXEC), ours, theirs;
                StubOrder order;

                make_pair(&ours, &theirs);
                assert_int_equal(write(fd, orders[i].head, sizeof(orders[i].head)),
                                 sizeof(orders[i].head));
                assert_int_equal(write(fd, orders[i].text, orders[i].size), orders[i].size);
                *header = (struct cmsghdr){
                        .cmsg_len = CMSG_LEN(sizeof(int)),
                        .cmsg_level = SOL_SOCKET,
                        .cmsg_type = SCM_RIGHTS,
                };
                memcpy(CMSG_DATA(header), &fd, sizeof(int));
                assert_true(sendmsg(ours, &message, 0) > 0);
                assert_int_equal(stub_order_receive(theirs, &order), -EBADMSG);
                close(fd);
                close(ours);
                close(theirs);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_stub_becomes_what_was_ordered_under_its_own_number),
                cmocka_unit_test(what_cannot_be_run_is_told_through_the_status),
                cmocka_unit_test(one_that_told_it_to_go_and_left_does_not_end_it),
                cmocka_unit_test(a_stub_that_nobody_tells_what_to_run_ends),
                cmocka_unit_test(an_order_that_is_cut_short_is_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
