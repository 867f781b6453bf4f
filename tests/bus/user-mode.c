/* SPDX-License-Identifier: GPL-3.0-or-later */
/* User mode's door: who comes in, who does not, when the daemon comes and goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon-fixture.h"
#include "dbus/bus-names.h"

static int connect_raw(const Daemon *daemon)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        strcpy(address.sun_path, daemon->socket);
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0) {
                close(fd);
                return -1;
        }
        return fd;
}

static void garbage_ends_its_connection_and_nothing_else(void **state)
{
#define BYTES(string)                                                                              \
        {                                                                                          \
                string, sizeof(string) - 1                                                         \
        }
        static const struct {
                const char *bytes;
                size_t size;
        } garbage[] = {
                BYTES("GET / HTTP/1.0\r\n\r\n"),
                BYTES("\0AUTH EXTERNAL 39393939\r\n"),
                BYTES("\0AUTH ANONYMOUS\r\nBEGIN\r\nl\1\0\1\xff\xff\xff\xff"),
                BYTES("\0AUTH "
                      "EXTERNAL\r\nDATA\r\nBEGIN\r\nl\1\0\1\xff\xff\xff\x7f\1\0\0\0\xff\xff\xff"
                      "\xff"),
                BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
                BYTES(""),
        };
        Daemon daemon;
        JailClient *client;
        uint64_t jail;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        jail = fake_trace(client, "program");
        for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
                int fd = connect_raw(&daemon);

                assert_true(fd >= 0);
                send(fd, garbage[i].bytes, garbage[i].size, MSG_NOSIGNAL);
                shutdown(fd, SHUT_WR);
                close(fd);
        }
        fake_command(client, jail, "pending");
        jail_client_close(client);
        daemon_stop(&daemon);
}

/* The directory keeps others out; that each connection is checked shows when it does not. */
static void another_user_is_refused(void **state)
{
        char directory[80];
        Daemon daemon;
        int status;
        pid_t pid;

        (void) state;
        if (getuid() != 0)
                skip(); /* only root can be somebody else */
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        snprintf(directory, sizeof(directory), "%s/seccomp-jail", daemon.directory);
        assert_int_equal(chmod(daemon.directory, 0755), 0);
        assert_int_equal(chmod(directory, 0755), 0);
        assert_int_equal(chmod(daemon.socket, 0777), 0);
        pid = fork();
        if (pid == 0) {
                static const char hello[] = "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n";
                char answer[64];
                int fd;

                if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
                        _exit(2);
                fd = connect_raw(&daemon);
                if (fd < 0)
                        _exit(3);
                send(fd, hello, sizeof(hello) - 1, MSG_NOSIGNAL);
                _exit(recv(fd, answer, sizeof(answer), 0) > 0);
        }
        waitpid(pid, &status, 0);
        assert_int_equal(status, 0);
        daemon_stop(&daemon);
}

/* Answers a call of no jail; whether it is told that it may not, being in a jail. */
static bool answer_is_refused(JailClient *client)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *message, *reply = NULL;
        bool refused;

        if (jail_client_method(client, "Decide", &message) < 0 ||
            sd_bus_message_append(message, "ta{sv}", SJ_PENDING_ID(99, 1), 1, "action", "s",
                                  "allow") < 0)
                _exit(2);
        sd_bus_call(jail_client_bus(client), message, 0, &error, &reply);
        refused = sd_bus_error_has_name(&error, SJ_ERROR_JAILED);
        if (!refused && !sd_bus_error_has_name(&error, SJ_ERROR_NO_SUCH_CALL))
                _exit(7);
        sd_bus_error_free(&error);
        return refused;
}

/* In a process that is traced by one with the name of a supervisor. */
static int call_from_inside(JailClient *client)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *message, *reply = NULL;
        int refused = answer_is_refused(client);

        if (jail_client_method(client, "Trace", &message) < 0 ||
            sd_bus_message_append(message, "a{sv}", 1, "argv", "as", 1, "program") < 0)
                return 2;
        sd_bus_call(jail_client_bus(client), message, 0, &error, &reply);
        refused += sd_bus_error_has_name(&error, SJ_ERROR_JAILED);
        return refused == 2 ? 0 : 1;
}

/* `known`: the daemon has served it already when it comes to be traced. */
static _Noreturn void be_a_caller(int go, bool known)
{
        JailClient *client = NULL;
        char *text = NULL, c;

        prctl(PR_SET_NAME, "program");
        if (known && (jail_client_open(JAIL_CLIENT_USER_RUNNING, NULL, &client, &text) < 0 ||
                      answer_is_refused(client)))
                _exit(8);
        if (write(go, "", 1) < 0 || read(go, &c, 1) < 0)
                _exit(4);
        if (!known && jail_client_open(JAIL_CLIENT_USER_RUNNING, NULL, &client, &text) < 0)
                _exit(2);
        _exit(call_from_inside(client));
}

static _Noreturn void trace_a_caller(bool known)
{
        int status, go[2];
        pid_t pid;
        char c;

        prctl(PR_SET_NAME, "jail-supervisor");
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, go) < 0)
                _exit(3);
        pid = fork();
        if (pid == 0) {
                close(go[1]);
                be_a_caller(go[0], known);
        }
        close(go[0]);
        if (read(go[1], &c, 1) != 1)
                _exit(9);
        if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) < 0)
                _exit(5);
        close(go[1]);
        while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
                ptrace(PTRACE_CONT, pid, NULL, (void *) (long) WSTOPSIG(status));
        _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 6);
}

static void a_program_in_a_jail_can_neither_answer_nor_start(void **state)
{
        Daemon daemon;
        JailClient *client;
        int status;
        pid_t pid;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        fake_trace(client, "program");
        for (int known = 0; known < 2; known++) {
                pid = fork();
                if (pid == 0)
                        trace_a_caller(known);
                waitpid(pid, &status, 0);
                assert_int_equal(status, 0);
        }
        jail_client_close(client);
        daemon_stop(&daemon);
}

static void an_idle_daemon_leaves_and_a_busy_one_stays(void **state)
{
        Daemon daemon;
        JailClient *client;
        struct timespec start;
        uint64_t jail;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 1);
        client = daemon_connect();
        jail = fake_trace(client, "program");
        jail_client_close(client);
        clock_gettime(CLOCK_MONOTONIC, &start);
        while (seconds_since(&start) < 2) /* twice its patience, with a jail and no client */
                poll(NULL, 0, 100);
        client = daemon_connect();
        fake_command(client, jail, "finish");
        jail_client_close(client);
        assert_int_equal(daemon_wait(&daemon), 0);
}

static void two_daemons_at_once_are_one_and_a_dead_ones_socket_is_replaced(void **state)
{
        Daemon first, second;
        JailClient *client;
        int status;

        (void) state;
        daemon_start(&first, FAKE_SUPERVISOR, 60);
        second.pid = fork();
        if (second.pid == 0)
                execl(JAILD, "jaild", "--user", NULL);
        waitpid(second.pid, &status, 0);
        assert_int_equal(status, 0);
        kill(first.pid, SIGKILL);
        waitpid(first.pid, &status, 0);

        client = NULL;
        second.pid = fork();
        if (second.pid == 0)
                execl(JAILD, "jaild", "--user", "--idle=1", NULL);
        for (int tries = 0; !client && tries < 1000; tries++) {
                char *text = NULL;

                if (jail_client_open(JAIL_CLIENT_USER_RUNNING, NULL, &client, &text) < 0)
                        poll(NULL, 0, 10);
                free(text);
        }
        assert_non_null(client);
        sd_bus_message_unref(daemon_call(client, "ListPresets", ""));
        jail_client_close(client);
        first.pid = second.pid;
        assert_int_equal(daemon_wait(&first), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(garbage_ends_its_connection_and_nothing_else),
                cmocka_unit_test(another_user_is_refused),
                cmocka_unit_test(a_program_in_a_jail_can_neither_answer_nor_start),
                cmocka_unit_test(an_idle_daemon_leaves_and_a_busy_one_stays),
                cmocka_unit_test(two_daemons_at_once_are_one_and_a_dead_ones_socket_is_replaced),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
