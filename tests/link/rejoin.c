/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Brokers that come and go, played to a real jail-supervisor.
 *
 *   test-rejoin SUPERVISOR {quick|slow}
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "dbus/bus-names.h"
#include "link-play.h"

#define PATIENCE_USEC (20u * 1000u * 1000u)

static const char *supervisor;

/* A jail whose program waits in a held call. */
typedef struct Held {
        LinkPlay play;
        uint64_t id;      /* of the call */
        unsigned pending; /* SyscallPending that came */
        unsigned finished;
        int status;
} Held;

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Held *held = userdata;

        (void) error;
        if (sd_bus_message_is_signal(message, LINK_INTERFACE, "SyscallPending")) {
                held->pending++;
                return sd_bus_message_read(message, "t", &held->id);
        }
        if (sd_bus_message_is_signal(message, LINK_INTERFACE, "JailFinished"))
                held->finished++;
        return 0;
}

static int on_started(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void) userdata;
        (void) error;
        assert_null(sd_bus_message_get_error(message));
        return 0;
}

static void listen_to(Held *held)
{
        assert_true(sd_bus_match_signal(held->play.bus, NULL, NULL, LINK_OBJECT, LINK_INTERFACE,
                                        NULL, on_signal, held) >= 0);
}

/* Turns of the link until `*what` is not below `least`. */
static void await_count(Held *held, const unsigned *what, unsigned least)
{
        while (*what < least) {
                int r = sd_bus_process(held->play.bus, NULL);

                assert_true(r >= 0);
                if (r == 0)
                        assert_true(sd_bus_wait(held->play.bus, PATIENCE_USEC) > 0);
        }
}

static void start(Held *held)
{
        static const char *const argv[] = {"mkdir", "/nowhere/at-all", NULL};
        static const char *const rules[] = {"mkdir=notify"};
        const LinkProgram program = {
                .argv = argv, .default_action = "allow", .overrides = rules, .override_count = 1};

        listen_to(held);
        assert_true(link_play_start(&held->play, &program, on_started, held) >= 0);
        await_count(held, &held->pending, 1);
}

static void hold(Held *held)
{
        *held = (Held){0};
        assert_true(link_play_open(&held->play, supervisor) >= 0);
        start(held);
}

static void release(Held *held)
{
        link_play_close(&held->play);
        program_stub_release(&held->play.stub);
}

static void decide(Held *held, const char *action)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;

        if (sd_bus_call_method(held->play.bus, NULL, LINK_OBJECT, LINK_INTERFACE, "Decide", &error,
                               NULL, "uta{sv}", (uint32_t) getuid(), held->id, 1, "action", "s",
                               action) < 0)
                fail_msg("Decide: %s", error.message);
}

static unsigned count_pending(Held *held)
{
        sd_bus_message *answer = NULL;
        unsigned count = 0;

        assert_true(sd_bus_call_method(held->play.bus, NULL, LINK_OBJECT, LINK_INTERFACE,
                                       "ListPending", NULL, &answer, "ut", (uint32_t) getuid(),
                                       (uint64_t) 1) >= 0);
        assert_true(sd_bus_message_enter_container(answer, 'a', "a{sv}") > 0);
        while (sd_bus_message_skip(answer, "a{sv}") > 0)
                count++;
        sd_bus_message_unref(answer);
        return count;
}

/* Within the patience. */
static int await_program(Held *held)
{
        struct pollfd end = {.fd = held->play.stub.pidfd, .events = POLLIN};
        int status;

        assert_int_equal(poll(&end, 1, PATIENCE_USEC / 1000), 1);
        assert_int_equal(waitpid(held->play.stub.pid, &status, 0), held->play.stub.pid);
        return status;
}

/* ---- */

static void a_held_call_waits_through_ten_brokers(void **state)
{
        Held held;

        (void) state;
        hold(&held);
        for (unsigned i = 0; i < 10; i++) {
                assert_true(link_play_join(&held.play) >= 0);
                listen_to(&held);
                assert_int_equal(count_pending(&held), 1);
        }
        decide(&held, "abort");
        await_count(&held, &held.finished, 1);
        assert_int_equal(WEXITSTATUS(await_program(&held)), 1);
        assert_int_equal(held.pending, 1);
        release(&held);
}

static void an_end_is_told_until_a_broker_lets_go(void **state)
{
        Held held;

        (void) state;
        hold(&held);
        decide(&held, "allow");
        await_count(&held, &held.finished, 1);
        for (unsigned i = 2; i < 5; i++) {
                assert_true(link_play_join(&held.play) >= 0);
                listen_to(&held);
                await_count(&held, &held.finished, i);
        }
        await_program(&held);
        release(&held);
}

static void a_jail_that_ends_without_a_broker_tells_the_next(void **state)
{
        Held held;

        (void) state;
        hold(&held);
        held.play.bus = sd_bus_close_unref(held.play.bus);
        kill(held.play.stub.pid, SIGKILL);
        assert_true(WIFSIGNALED(await_program(&held)));
        assert_true(link_play_join(&held.play) >= 0);
        listen_to(&held);
        await_count(&held, &held.finished, 1);
        release(&held);
}

static void a_control_socket_that_ends_ends_the_jail_at_once(void **state)
{
        Held held;

        (void) state;
        hold(&held);
        held.play.control = close_fd(held.play.control);
        assert_int_equal(WTERMSIG(await_program(&held)), SIGKILL);
        release(&held);
}

static void nobody_who_comes_for_a_minute_ends_the_jail(void **state)
{
        struct pollfd end;
        Held held;

        (void) state;
        hold(&held);
        held.play.bus = sd_bus_close_unref(held.play.bus);
        end = (struct pollfd){.fd = held.play.stub.pidfd, .events = POLLIN};
        assert_int_equal(poll(&end, 1, 30 * 1000), 0);
        assert_int_equal(poll(&end, 1, 60 * 1000), 1);
        assert_int_equal(WTERMSIG(await_program(&held)), SIGKILL);
        release(&held);
}

/* Before there are rules, a log or a process to answer from. */
static void what_comes_before_the_start_is_refused_and_harms_nothing(void **state)
{
        static const char *const members[] = {"Describe", "ListPending",   "ListProcesses",
                                              "GetRules", "GetStatistics", "OpenLog"};
        Held held = {0};

        (void) state;
        assert_true(link_play_open(&held.play, supervisor) >= 0);
        for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
                sd_bus_error error = SD_BUS_ERROR_NULL;
                const char *types = i == 0 ? "u" : i < 5 ? "ut" : "uta{sv}";

                assert_true(sd_bus_call_method(held.play.bus, NULL, LINK_OBJECT, LINK_INTERFACE,
                                               members[i], &error, NULL, types, (uint32_t) getuid(),
                                               (uint64_t) 0, 0) < 0);
                assert_true(sd_bus_error_has_name(&error, SJ_ERROR_FAILED));
                sd_bus_error_free(&error);
        }
        start(&held);
        decide(&held, "abort");
        assert_int_equal(await_program(&held), 1 << 8);
        release(&held);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest quick[] = {
                cmocka_unit_test(what_comes_before_the_start_is_refused_and_harms_nothing),
                cmocka_unit_test(a_held_call_waits_through_ten_brokers),
                cmocka_unit_test(an_end_is_told_until_a_broker_lets_go),
                cmocka_unit_test(a_jail_that_ends_without_a_broker_tells_the_next),
                cmocka_unit_test(a_control_socket_that_ends_ends_the_jail_at_once),
        };
        const struct CMUnitTest slow[] = {
                cmocka_unit_test(nobody_who_comes_for_a_minute_ends_the_jail),
        };

        if (argc != 3)
                return 2;
        supervisor = argv[1];
        if (strcmp(argv[2], "slow") == 0)
                return cmocka_run_group_tests(slow, NULL, NULL);
        return cmocka_run_group_tests(quick, NULL, NULL);
}
