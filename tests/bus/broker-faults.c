/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real jaild between real clients and a supervisor that the test plays, often a bad one. */
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

static uint64_t read_id(sd_bus_message *signal)
{
        uint64_t id;

        assert_true(sd_bus_message_read(signal, "t", &id) > 0);
        return id;
}

static void a_jail_is_traced_described_and_listed_when_it_has_ended(void **state)
{
        Daemon daemon;
        SignalQueue queue;
        sd_bus_message *reply, *signal;
        const char *text;
        int64_t number;
        JailClient *client;
        uint64_t jail;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        daemon_collect_signals(client, &queue);
        daemon_subscribe(client, 0);
        jail = fake_trace(client, "program");
        assert_int_equal(jail, 1);
        assert_int_equal(read_id(daemon_next_signal(client, &queue, "JailStarted")), 1);

        /* The supervisor's word counts for all but whose jail it is and what its number is. */
        reply = daemon_call(client, "ListJails", "a{sv}", 0);
        assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
        assert_true(dictionary_number(reply, "id", &number));
        assert_int_equal(number, 1);
        sd_bus_message_rewind(reply, 1);
        sd_bus_message_enter_container(reply, 'a', "a{sv}");
        assert_true(dictionary_string(reply, "comm", &text));
        assert_string_equal(text, "described");
        sd_bus_message_unref(reply);

        fake_command(client, jail, "finish");
        signal = daemon_next_signal(client, &queue, "JailFinished");
        assert_int_equal(read_id(signal), 1);
        assert_true(dictionary_number(signal, "status", &number));
        assert_int_equal(number, 7);
        reply = daemon_call(client, "ListJails", "a{sv}", 0);
        sd_bus_message_enter_container(reply, 'a', "a{sv}");
        assert_true(dictionary_string(reply, "state", &text));
        assert_string_equal(text, "ended");
        sd_bus_message_rewind(reply, 1);
        sd_bus_message_enter_container(reply, 'a', "a{sv}");
        assert_true(dictionary_number(reply, "exit-code", &number));
        assert_int_equal(number, 7);
        sd_bus_message_unref(reply);
        daemon_call_fails(client, SJ_ERROR_NO_SUCH_JAIL, "Stop", "t", jail);
        signal_queue_release(&queue);
        jail_client_close(client);
        daemon_stop(&daemon);
}

static size_t count_jails(JailClient *client)
{
        return message_count(daemon_call(client, "ListJails", "a{sv}", 0));
}

static void a_start_that_fails_leaves_no_jail_behind(void **state)
{
        Daemon daemon;
        JailClient *client;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        daemon_call_fails(client, SJ_ERROR_INVALID_RULES, "Trace", "a{sv}", 1, "argv", "as", 1,
                          "bad-rules");
        daemon_call_fails(client, SJ_ERROR_FAILED, "Trace", "a{sv}", 1, "argv", "as", 1,
                          "dies-at-once");
        daemon_call_fails(client, SJ_ERROR_FAILED, "Trace", "a{sv}", 1, "argv", "as", 1,
                          "talks-nonsense");
        daemon_call_fails(client, SJ_ERROR_INVALID_ARGUMENT, "Trace", "a{sv}", 0);
        daemon_call_fails(client, SJ_ERROR_INVALID_ARGUMENT, "Trace", "a{sv}", 1, "argv", "s", "x");
        daemon_call_fails(client, SJ_ERROR_INVALID_ARGUMENT, "Trace", "a{sv}", 2, "argv", "as", 1,
                          "x", "jail", "t", (uint64_t) 9);
        daemon_call_fails(client, SJ_ERROR_INVALID_ARGUMENT, "Trace", "a{sv}", 2, "argv", "as", 1,
                          "x", "argv", "as", 1, "y");
        /* Dead is told by the kernel, a moment after the error. */
        for (int tries = 0; count_jails(client) > 0 && tries < 1000; tries++)
                poll(NULL, 0, 5);
        assert_int_equal(count_jails(client), 0);
        jail_client_close(client);
        daemon_stop(&daemon);
}

/* What is known of a jail whose supervisor died: its calls are gone, its log is whole. */
static void check_death(const char *how)
{
        char file[] = "/tmp/broker-log-XXXXXX", text[64] = "";
        int log = mkstemp(file), fd;
        Daemon daemon;
        SignalQueue queue;
        sd_bus_message *signal, *reply;
        const char *word;
        JailClient *client;
        uint64_t jail;
        FILE *stream;

        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        daemon_collect_signals(client, &queue);
        reply = daemon_call(client, "Trace", "a{sv}", 2, "argv", "as", 1, "program", "log", "h",
                            log);
        assert_true(sd_bus_message_read(reply, "ti", &jail, NULL) > 0);
        sd_bus_message_unref(reply);
        daemon_subscribe(client, jail);
        fake_command(client, jail, "log");
        fake_command(client, jail, "pending");
        daemon_next_signal(client, &queue, "SyscallPending");
        daemon_next_signal(client, &queue, "SyscallPending");
        daemon_next_signal(client, &queue, "SyscallDecided");
        fake_command(client, jail, how);

        signal = daemon_next_signal(client, &queue, "SyscallDecided");
        assert_true(read_id(signal) == SJ_PENDING_ID(jail, 1));
        assert_true(dictionary_string(signal, "action", &word));
        assert_string_equal(word, "gone");
        signal = daemon_next_signal(client, &queue, "JailFinished");
        assert_int_equal(read_id(signal), jail);
        assert_true(dictionary_string(signal, "reason", &word));
        assert_string_equal(word, "supervisor-died");

        assert_int_equal(pread(log, text, sizeof(text), 0), 20);
        assert_string_equal(text, "{\"seq\":1}\n{\"seq\":2}\n");
        reply = daemon_call(client, "OpenLog", "ta{sv}", jail, 0);
        assert_true(sd_bus_message_read(reply, "h", &fd) > 0);
        stream = fdopen(dup(fd), "r");
        sd_bus_message_unref(reply);
        memset(text, 0, sizeof(text));
        assert_int_equal(fread(text, 1, sizeof(text), stream), 20);
        fclose(stream);
        close(log);
        unlink(file);
        signal_queue_release(&queue);
        jail_client_close(client);
        daemon_stop(&daemon);
}

static void a_supervisor_that_dies_is_told_and_its_log_is_finished(void **state)
{
        (void) state;
        check_death("die");
}

static void a_supervisor_that_hangs_up_is_killed(void **state)
{
        (void) state;
        check_death("hang-up");
}

static void what_a_supervisor_says_about_other_jails_reaches_nobody(void **state)
{
        Daemon daemon;
        SignalQueue queue;
        JailClient *client;
        uint64_t jail;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        jail = fake_trace(client, "program");
        fake_trace(client, "other");
        daemon_collect_signals(client, &queue);
        daemon_subscribe(client, 0);
        fake_command(client, jail, "foreign");
        fake_command(client, jail, "pending");
        assert_true(read_id(daemon_next_signal(client, &queue, "SyscallPending")) ==
                    SJ_PENDING_ID(jail, 1));
        signal_queue_release(&queue);
        jail_client_close(client);
        daemon_stop(&daemon);
}

static void errors_of_ours_pass_and_others_are_renamed(void **state)
{
        Daemon daemon;
        JailClient *client;
        uint64_t jail;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        jail = fake_trace(client, "program");
        daemon_call_fails(client, SJ_ERROR_FOREVER, "RemoveRule", "ts", jail, "our-error");
        daemon_call_fails(client, SJ_ERROR_FAILED, "RemoveRule", "ts", jail, "foreign-error");
        daemon_call_fails(client, SJ_ERROR_FAILED, "RemoveRule", "ts", jail, "odd-answer");
        daemon_call_fails(client, SJ_ERROR_NO_SUCH_CALL, "Decide", "ta{sv}",
                          SJ_PENDING_ID(jail + 7, 1), 0);
        daemon_call_fails(client, SJ_ERROR_NO_SUCH_PROCESS, "Inspect", "ia{sv}", getpid(), 0);
        daemon_call_fails(client, SJ_ERROR_INVALID_ARGUMENT, "ReadMemory", "a{sv}", 0);
        jail_client_close(client);
        daemon_stop(&daemon);
}

static void a_supervisor_that_is_silent_is_listed_all_the_same(void **state)
{
        struct timespec start;
        Daemon daemon;
        sd_bus_message *reply;
        const char *text;
        JailClient *client;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        fake_command(client, fake_trace(client, "program"), "silence");
        clock_gettime(CLOCK_MONOTONIC, &start);
        reply = daemon_call(client, "ListJails", "a{sv}", 0);
        assert_true(seconds_since(&start) < 6);
        assert_true(sd_bus_message_enter_container(reply, 'a', "a{sv}") > 0);
        assert_true(dictionary_string(reply, "program", &text));
        assert_string_equal(text, "program");
        sd_bus_message_unref(reply);
        jail_client_close(client);
        daemon_stop(&daemon);
}

static void a_supervisor_that_floods_keeps_nobody_else_waiting(void **state)
{
        struct timespec start;
        Daemon daemon;
        JailClient *loud, *other;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        loud = daemon_connect();
        other = daemon_connect();
        daemon_subscribe(loud, 0);
        fake_command(loud, fake_trace(loud, "program"), "flood");
        clock_gettime(CLOCK_MONOTONIC, &start);
        for (int i = 0; i < 20; i++)
                sd_bus_message_unref(daemon_call(other, "ListPresets", ""));
        assert_true(seconds_since(&start) < 5);
        jail_client_close(other);
        jail_client_close(loud);
        daemon_stop(&daemon);
}

static void pending_calls_of_all_jails_are_one_list_and_two_clients_share_it(void **state)
{
        Daemon daemon;
        JailClient *one, *two;
        sd_bus_message *reply;
        int64_t who;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        one = daemon_connect();
        two = daemon_connect();
        for (int i = 0; i < 3; i++)
                fake_trace(one, "program");
        jail_client_close(one); /* its jails stay, and stay answerable */
        assert_int_equal(message_count(daemon_call(two, "ListPending", "t", (uint64_t) 0)), 3);
        reply = daemon_call(two, "Decide", "ta{sv}", SJ_PENDING_ID(2, 1), 1, "action", "s",
                            "allow");
        assert_true(dictionary_number(reply, "who", &who));
        assert_int_equal(who, getuid());
        sd_bus_message_unref(reply);
        jail_client_close(two);
        daemon_stop(&daemon);
}

static void only_who_subscribed_hears(void **state)
{
        Daemon daemon;
        SignalQueue heard, deaf;
        JailClient *one, *two;
        uint64_t jail;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        one = daemon_connect();
        two = daemon_connect();
        daemon_collect_signals(one, &heard);
        daemon_collect_signals(two, &deaf);
        daemon_subscribe(one, 0);
        jail = fake_trace(two, "program");
        daemon_next_signal(one, &heard, "JailStarted");
        fake_command(two, jail, "pending");
        daemon_next_signal(one, &heard, "SyscallPending");
        daemon_settle(two);
        assert_int_equal(deaf.count, 0);
        sd_bus_message_unref(daemon_call(one, "Unsubscribe", "t", (uint64_t) 0));
        daemon_call_fails(one, SJ_ERROR_NO_SUCH_JAIL, "Subscribe", "t", jail + 1);
        signal_queue_release(&heard);
        jail_client_close(one);
        jail_client_close(two);
        daemon_stop(&daemon);
}

static void fifty_jails_at_once_leave_no_descriptor_behind(void **state)
{
        Daemon daemon;
        JailClient *client;
        SignalQueue queue;
        size_t before, after = 0;

        (void) state;
        daemon_start(&daemon, FAKE_SUPERVISOR, 60);
        client = daemon_connect();
        daemon_settle(client);
        before = daemon_count_descriptors(&daemon);
        daemon_collect_signals(client, &queue);
        for (int i = 0; i < 50; i++)
                fake_trace(client, "program");
        daemon_subscribe(client, 0);
        for (uint64_t jail = 1; jail <= 50; jail++)
                fake_command(client, jail, "finish");
        for (int i = 0; i < 50; i++)
                daemon_next_signal(client, &queue, "JailFinished");
        /* One descriptor stays for each log that is kept. */
        for (int tries = 0; tries < 500; tries++) {
                after = daemon_count_descriptors(&daemon);
                if (after <= before + 50)
                        break;
                poll(NULL, 0, 10);
        }
        assert_true(after <= before + 50);
        signal_queue_release(&queue);
        jail_client_close(client);
        daemon_stop(&daemon);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_jail_is_traced_described_and_listed_when_it_has_ended),
                cmocka_unit_test(a_start_that_fails_leaves_no_jail_behind),
                cmocka_unit_test(a_supervisor_that_dies_is_told_and_its_log_is_finished),
                cmocka_unit_test(a_supervisor_that_hangs_up_is_killed),
                cmocka_unit_test(what_a_supervisor_says_about_other_jails_reaches_nobody),
                cmocka_unit_test(errors_of_ours_pass_and_others_are_renamed),
                cmocka_unit_test(a_supervisor_that_is_silent_is_listed_all_the_same),
                cmocka_unit_test(a_supervisor_that_floods_keeps_nobody_else_waiting),
                cmocka_unit_test(pending_calls_of_all_jails_are_one_list_and_two_clients_share_it),
                cmocka_unit_test(only_who_subscribed_hears),
                cmocka_unit_test(fifty_jails_at_once_leave_no_descriptor_behind),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
