/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a user may have of jaild and no more: past it an error says so, and nothing has begun. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker/limits.h"
#include "daemon-fixture.h"
#include "dbus/bus-names.h"

static void trace_is_refused(JailClient *client)
{
        daemon_call_fails(client, SJ_ERROR_LIMIT, "Trace", "a{sv}", 1, "argv", "as", 1, "program");
}

static size_t count_jails(JailClient *client)
{
        return message_count(daemon_call(client, "ListJails", "a{sv}", 0));
}

static int try_trace(JailClient *client)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *message, *reply = NULL;
        int r;

        assert_int_equal(jail_client_method(client, "Trace", &message), 0);
        assert_true(sd_bus_message_append(message, "a{sv}", 1, "argv", "as", 1, "program") >= 0);
        r = sd_bus_call(jail_client_bus(client), message, 0, &error, &reply);
        if (r < 0)
                assert_string_equal(error.name, SJ_ERROR_LIMIT);
        sd_bus_message_unref(message);
        sd_bus_message_unref(reply);
        sd_bus_error_free(&error);
        return r < 0 ? -1 : 0;
}

/* What supervisors do and tell takes its time: half a minute at most. */
static void await_trace(JailClient *client, int wanted)
{
        for (int tries = 0; try_trace(client) != wanted; tries++) {
                assert_true(tries < 600);
                poll(NULL, 0, 50);
        }
}

static void no_more_jails_run_than_a_user_may_have(void **state)
{
        JailClient *client;
        Daemon daemon;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        for (unsigned i = 0; i < LIMIT_JAILS; i++)
                fake_trace(client, "program");
        trace_is_refused(client);
        assert_int_equal(count_jails(client), LIMIT_JAILS);
        fake_command(client, 1, "finish");
        await_trace(client, 0);
        trace_is_refused(client);
        jail_client_close(client);
        daemon_stop(&daemon);
}

/* Each would cost descriptors without an end. */
static void a_supervisor_that_stays_on_after_its_jail_is_killed(void **state)
{
        size_t before;
        JailClient *client;
        Daemon daemon;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        daemon_settle(client);
        before = daemon_count_descriptors(&daemon);
        fake_command(client, fake_trace(client, "program"), "finish-and-stay");
        /* Its log stays; link, pidfd and control socket go. */
        for (int tries = 0; daemon_count_descriptors(&daemon) > before + 1; tries++) {
                assert_true(tries < 1200);
                poll(NULL, 0, 50);
        }
        jail_client_close(client);
        daemon_stop(&daemon);
}

static void no_jail_begins_where_too_many_processes_are_jailed(void **state)
{
        JailClient *client;
        Daemon daemon;
        uint64_t jail;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        jail = fake_trace(client, "program");
        fake_command(client, jail, "crowd");
        await_trace(client, -1);
        fake_command(client, jail, "leave");
        await_trace(client, 0);
        jail_client_close(client);
        daemon_stop(&daemon);
}

static void one_connection_too_many_is_closed_and_the_others_stay(void **state)
{
        JailClient *clients[LIMIT_CLIENTS], *more = NULL;
        char *text = NULL;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *message;
        Daemon daemon;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        for (size_t i = 0; i < LIMIT_CLIENTS; i++) {
                clients[i] = daemon_connect();
                assert_int_equal(count_jails(clients[i]), 0);
        }
        if (jail_client_open(JAIL_CLIENT_USER_RUNNING, NULL, &more, &text) >= 0) {
                assert_int_equal(jail_client_method(more, "ListPresets", &message), 0);
                assert_true(sd_bus_call(jail_client_bus(more), message, 0, &error, NULL) < 0);
                sd_bus_message_unref(message);
                sd_bus_error_free(&error);
                jail_client_close(more);
        }
        free(text);
        for (size_t i = 0; i < LIMIT_CLIENTS; i++) {
                assert_int_equal(count_jails(clients[i]), 0);
                jail_client_close(clients[i]);
        }
        daemon_stop(&daemon);
}

/* Another connection does not help: they are the user's. */
static void calls_without_an_answer_are_counted_for_the_user(void **state)
{
        JailClient *one, *two;
        Daemon daemon;
        uint64_t jail;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        one = daemon_connect();
        two = daemon_connect();
        jail = fake_trace(one, "program");
        for (unsigned i = 0; i < LIMIT_CALLS_IN_FLIGHT; i++) {
                sd_bus_message *message;

                assert_int_equal(jail_client_method(one, "RemoveRule", &message), 0);
                assert_true(sd_bus_message_append(message, "ts", jail, "no-answer") >= 0);
                assert_true(sd_bus_send(jail_client_bus(one), message, NULL) >= 0);
                sd_bus_message_unref(message);
                /* Below what one may call in a second. */
                if (i % 1024 == 1023)
                        poll(NULL, 0, 200);
        }
        assert_true(sd_bus_flush(jail_client_bus(one)) >= 0);
        for (int tries = 0;; tries++) {
                sd_bus_error error = SD_BUS_ERROR_NULL;
                sd_bus_message *message;
                int r;

                assert_true(tries < 200);
                assert_int_equal(jail_client_method(two, "ListPresets", &message), 0);
                r = sd_bus_call(jail_client_bus(two), message, 0, &error, NULL);
                sd_bus_message_unref(message);
                if (r < 0)
                        assert_string_equal(error.name, SJ_ERROR_LIMIT);
                sd_bus_error_free(&error);
                if (r < 0)
                        break;
                poll(NULL, 0, 50);
        }
        jail_client_close(one);
        jail_client_close(two);
        kill(daemon.pid, SIGKILL); /* with all that it still waits for */
        daemon_wait(&daemon);
}

static void logs_of_ended_jails_are_read_by_so_many_at_once(void **state)
{
        sd_bus_message *open[LIMIT_LOG_READERS];
        SignalQueue queue;
        JailClient *client;
        Daemon daemon;
        uint64_t jail;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        daemon_collect_signals(client, &queue);
        jail = fake_trace(client, "program");
        daemon_subscribe(client, 0);
        fake_command(client, jail, "long-log");
        fake_command(client, jail, "finish");
        daemon_next_signal(client, &queue, "JailFinished");
        for (unsigned i = 0; i < LIMIT_LOG_READERS; i++)
                open[i] = daemon_call(client, "OpenLog", "ta{sv}", jail, 0);
        daemon_call_fails(client, SJ_ERROR_LIMIT, "OpenLog", "ta{sv}", jail, 0);
        for (unsigned i = 0; i < LIMIT_LOG_READERS; i++)
                sd_bus_message_unref(open[i]); /* and its descriptor */
        for (int tries = 0;; tries++) {
                sd_bus_message *message, *reply = NULL;

                assert_true(tries < 200);
                assert_int_equal(jail_client_method(client, "OpenLog", &message), 0);
                assert_true(sd_bus_message_append(message, "ta{sv}", jail, 0) >= 0);
                sd_bus_call(jail_client_bus(client), message, 0, NULL, &reply);
                sd_bus_message_unref(message);
                sd_bus_message_unref(reply);
                if (reply)
                        break;
                poll(NULL, 0, 50);
        }
        signal_queue_release(&queue);
        jail_client_close(client);
        daemon_stop(&daemon);
}

static void so_many_doctors_look_at_once(void **state)
{
        JailClient *client;
        Daemon daemon;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        for (unsigned i = 0; i < LIMIT_DOCTORS; i++) {
                sd_bus_message *message;

                assert_int_equal(jail_client_method(client, "Doctor", &message), 0);
                assert_true(sd_bus_message_append(message, "a{sv}", 0) >= 0);
                assert_true(sd_bus_send(jail_client_bus(client), message, NULL) >= 0);
                sd_bus_message_unref(message);
        }
        daemon_call_fails(client, SJ_ERROR_LIMIT, "Doctor", "a{sv}", 0);
        assert_int_equal(count_jails(client), 0);
        jail_client_close(client);
        daemon_stop(&daemon);
}

static void what_is_too_long_is_refused_before_anything_runs(void **state)
{
        char *rules = malloc(LIMIT_RULE_BYTES + 2);
        char *word = malloc(100 * 1000 + 1);
        sd_bus_message *message;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        JailClient *client;
        Daemon daemon;

        (void) state;
        memset(rules, ' ', LIMIT_RULE_BYTES + 1);
        rules[LIMIT_RULE_BYTES + 1] = '\0';
        memset(word, 'x', 100 * 1000);
        word[100 * 1000] = '\0';
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        daemon_call_fails(client, SJ_ERROR_LIMIT, "CheckRules", "s", rules);
        daemon_call_fails(client, SJ_ERROR_LIMIT, "Trace", "a{sv}", 2, "argv", "as", 1, "program",
                          "rules", "s", rules);
        assert_int_equal(jail_client_method(client, "Trace", &message), 0);
        sd_bus_message_open_container(message, 'a', "{sv}");
        sd_bus_message_open_container(message, 'e', "sv");
        sd_bus_message_append(message, "s", "argv");
        sd_bus_message_open_container(message, 'v', "as");
        sd_bus_message_open_container(message, 'a', "s");
        for (unsigned i = 0; i < LIMIT_ARGUMENT_BYTES / (100 * 1000) + 1; i++)
                assert_true(sd_bus_message_append(message, "s", word) >= 0);
        for (unsigned i = 0; i < 4; i++)
                assert_true(sd_bus_message_close_container(message) >= 0);
        assert_true(sd_bus_call(jail_client_bus(client), message, 0, &error, NULL) < 0);
        assert_string_equal(error.name, SJ_ERROR_LIMIT);
        sd_bus_error_free(&error);
        sd_bus_message_unref(message);
        assert_int_equal(count_jails(client), 0);
        free(rules);
        free(word);
        jail_client_close(client);
        daemon_stop(&daemon);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_more_jails_run_than_a_user_may_have),
                cmocka_unit_test(a_supervisor_that_stays_on_after_its_jail_is_killed),
                cmocka_unit_test(no_jail_begins_where_too_many_processes_are_jailed),
                cmocka_unit_test(one_connection_too_many_is_closed_and_the_others_stay),
                cmocka_unit_test(calls_without_an_answer_are_counted_for_the_user),
                cmocka_unit_test(logs_of_ended_jails_are_read_by_so_many_at_once),
                cmocka_unit_test(so_many_doctors_look_at_once),
                cmocka_unit_test(what_is_too_long_is_refused_before_anything_runs),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
