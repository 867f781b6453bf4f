/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jaild with the real supervisor: real programs, held and answered over the private socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon-fixture.h"
#include "dbus/bus-names.h"

static uint64_t trace_mkdir(JailClient *client, const char *directory, int32_t *ret_pid)
{
        sd_bus_message *reply =
                daemon_call(client, "Trace", "a{sv}", 3, "argv", "as", 2, "mkdir", directory,
                            "rule", "as", 1, "mkdir=notify", "default", "s", "allow");
        uint64_t jail;

        assert_true(sd_bus_message_read(reply, "ti", &jail, ret_pid) > 0);
        sd_bus_message_unref(reply);
        return jail;
}

/* The held mkdir's id, once there is one. */
static uint64_t await_pending(JailClient *client, uint64_t jail)
{
        int64_t id = 0;

        for (int tries = 0; id == 0 && tries < 1000; tries++) {
                sd_bus_message *reply = daemon_call(client, "ListPending", "t", jail);

                sd_bus_message_enter_container(reply, 'a', "a{sv}");
                if (sd_bus_message_peek_type(reply, NULL, NULL) <= 0 ||
                    !dictionary_number(reply, "id", &id))
                        poll(NULL, 0, 10);
                sd_bus_message_unref(reply);
        }
        assert_true(id != 0);
        return (uint64_t) id;
}

static void a_call_outlives_its_client_and_another_answers_it(void **state)
{
        char made[128];
        Daemon daemon;
        SignalQueue queue;
        JailClient *one, *two;
        struct stat st;
        uint64_t jail, id;
        int32_t pid;

        (void) state;
        daemon_start(&daemon, NULL, 60);
        snprintf(made, sizeof(made), "%s/made", daemon.directory);
        one = daemon_connect();
        two = daemon_connect();
        jail = trace_mkdir(one, made, &pid);
        id = await_pending(one, jail);
        jail_client_close(one);
        assert_int_equal(stat(made, &st), -1);
        daemon_collect_signals(two, &queue);
        sd_bus_message_unref(daemon_call(two, "Subscribe", "t", jail));
        sd_bus_message_unref(daemon_call(two, "Decide", "ta{sv}", id, 1, "action", "s", "allow"));
        daemon_next_signal(two, &queue, "SyscallDecided");
        while (strcmp(sd_bus_message_get_member(queue.messages[queue.count - 1]), "JailFinished"))
                assert_true(sd_bus_process(jail_client_bus(two), NULL) > 0 ||
                            sd_bus_wait(jail_client_bus(two), 10000000) > 0);
        assert_int_equal(stat(made, &st), 0);
        daemon_call_fails(two, SJ_ERROR_NO_SUCH_CALL, "Decide", "ta{sv}", id, 1, "action", "s",
                          "allow");
        signal_queue_release(&queue);
        jail_client_close(two);
        daemon_stop(&daemon);
}

static bool is_dead(pid_t pid)
{
        char path[64], state = 'X';
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/stat", pid);
        file = fopen(path, "r");
        if (!file)
                return true;
        if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
                state = 'X';
        fclose(file);
        return state == 'X' || state == 'Z';
}

static void when_jaild_is_killed_no_program_runs_on_unsupervised(void **state)
{
        char made[128];
        Daemon daemon;
        JailClient *client;
        struct stat st;
        int32_t pid;

        (void) state;
        daemon_start(&daemon, NULL, 60);
        snprintf(made, sizeof(made), "%s-made", daemon.directory);
        client = daemon_connect();
        await_pending(client, trace_mkdir(client, made, &pid));
        kill(daemon.pid, SIGKILL);
        jail_client_close(client);
        assert_int_not_equal(daemon_wait(&daemon), 0);
        for (int tries = 0; !is_dead(pid) && tries < 1000; tries++)
                poll(NULL, 0, 10);
        assert_true(is_dead(pid));
        assert_int_equal(stat(made, &st), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_call_outlives_its_client_and_another_answers_it),
                cmocka_unit_test(when_jaild_is_killed_no_program_runs_on_unsupervised),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
