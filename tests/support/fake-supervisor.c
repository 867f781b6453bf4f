/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays a supervisor for tests of the broker: serves one link that comes over descriptor 3 and
 * traces nothing. What it does is said by RemoveRule, whose `which` is a command; see the table at
 * the end.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "base/text.h"
#include "dbus/bus-names.h"
#include "link/link-bus.h"
#include "link/link-control.h"
#include "link/link.h"
#include "link/log-ring.h"

/* For what does not come to an end; a test that failed leaves nothing for longer. */
#define FOR_EVER_SECONDS 90

typedef struct Fake {
        sd_bus *bus;
        uint64_t jail;
        LogRing *ring;
        bool is_silent; /* answers Describe no more */
} Fake;

static void read_program(sd_bus_message *message, const char **ret)
{
        const char *more;

        sd_bus_message_enter_container(message, 'v', "as");
        sd_bus_message_enter_container(message, 'a', "s");
        sd_bus_message_read(message, "s", ret);
        while (sd_bus_message_read(message, "s", &more) > 0)
                ;
        sd_bus_message_exit_container(message);
        sd_bus_message_exit_container(message);
}

static int read_start(sd_bus_message *message, Fake *fake, const char **ret_program)
{
        const char *key;
        int r, fd;

        sd_bus_message_skip(message, "u");
        sd_bus_message_enter_container(message, 'a', "{sv}");
        while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                sd_bus_message_read(message, "s", &key);
                if (string_equal(key, "jail"))
                        sd_bus_message_read(message, "v", "t", &fake->jail);
                else if (string_equal(key, "argv"))
                        read_program(message, ret_program);
                else if (string_equal(key, "log-ring")) {
                        sd_bus_message_read(message, "v", "h", &fd);
                        log_ring_open(fd, &fake->ring);
                } else
                        sd_bus_message_skip(message, "v");
                sd_bus_message_exit_container(message);
        }
        return r;
}

static int on_start(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Fake *fake = userdata;
        const char *program = "";

        read_start(message, fake, &program);
        if (string_equal(program, "bad-rules"))
                return sd_bus_error_set(error, SJ_ERROR_INVALID_RULES, "1:2: error: no");
        if (string_equal(program, "dies-at-once"))
                _exit(3);
        if (string_equal(program, "talks-nonsense"))
                return sd_bus_reply_method_return(message, "s", "nonsense");
        return sd_bus_reply_method_return(message, "i", 4711);
}

static int on_describe(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Fake *fake = userdata;

        (void) error;
        if (fake->is_silent)
                return 1;
        return sd_bus_reply_method_return(message, "a{sv}", 4, "id", "t", (uint64_t) 666, "uid",
                                          "u", 4242, "mode", "s", "liar", "comm", "s", "described");
}

static int on_list_pending(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Fake *fake = userdata;

        (void) error;
        return sd_bus_reply_method_return(message, "aa{sv}", 1, 1, "id", "t",
                                          SJ_PENDING_ID(fake->jail, 1));
}

static int on_decide(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        uint32_t who;

        (void) userdata;
        (void) error;
        sd_bus_message_read(message, "u", &who);
        return sd_bus_reply_method_return(message, "a{sv}", 2, "action", "s", "allow", "who", "u",
                                          who);
}

/* ---- commands ---- */

static void send_about(Fake *fake, const char *member, uint64_t id)
{
        sd_bus_emit_signal(fake->bus, LINK_OBJECT, LINK_INTERFACE, member, "ta{sv}", id, 1, "text",
                           "s", "mkdir(\"x\")");
}

static void do_pending(Fake *fake)
{
        send_about(fake, "SyscallPending", SJ_PENDING_ID(fake->jail, 1));
        send_about(fake, "SyscallPending", SJ_PENDING_ID(fake->jail, 2));
        send_about(fake, "SyscallDecided", SJ_PENDING_ID(fake->jail, 2));
}

/* None of these may reach a client. */
static void do_foreign(Fake *fake)
{
        send_about(fake, "SyscallPending", SJ_PENDING_ID(fake->jail + 1, 1));
        send_about(fake, "JailFinished", fake->jail + 1);
        send_about(fake, "JailStarted", fake->jail);
        send_about(fake, "NoSuchSignal", fake->jail);
        sd_bus_emit_signal(fake->bus, LINK_OBJECT, LINK_INTERFACE, "ProcessStarted", "s", "x");
        sd_bus_emit_signal(fake->bus, LINK_OBJECT, LINK_INTERFACE, "JailFinished", "");
}

static void do_flood(Fake *fake)
{
        for (unsigned i = 0; i < 60000; i++)
                send_about(fake, "ProcessStarted", fake->jail);
}

static void do_log(Fake *fake)
{
        log_ring_append(fake->ring, "{\"seq\":1}\n", 10);
        log_ring_append(fake->ring, "{\"seq\":2}\n", 10);
}

/* More than a pipe takes. */
static void do_long_log(Fake *fake)
{
        char line[1000];

        memset(line, 'x', sizeof(line) - 1);
        line[sizeof(line) - 1] = '\n';
        for (unsigned i = 0; i < 500; i++)
                log_ring_append(fake->ring, line, sizeof(line));
}

/* As many processes as all jails of a user may have, each of two images. */
static void do_crowd(Fake *fake)
{
        for (unsigned i = 0; i < 8192; i++) {
                send_about(fake, "ProcessStarted", fake->jail);
                sd_bus_emit_signal(fake->bus, LINK_OBJECT, LINK_INTERFACE, "ProcessExited",
                                   "ta{sv}", fake->jail, 1, "exec", "b", 1);
        }
}

static void do_leave(Fake *fake)
{
        send_about(fake, "ProcessExited", fake->jail);
}

static void do_silence(Fake *fake)
{
        fake->is_silent = true;
}

static void do_die(Fake *fake)
{
        (void) fake;
        sd_bus_flush(fake->bus);
        _exit(9);
}

/* Hangs up and stays. */
static void do_hang_up(Fake *fake)
{
        sd_bus_flush(fake->bus);
        close(sd_bus_get_fd(fake->bus));
        for (;;)
                pause();
}

static void do_finish(Fake *fake)
{
        sd_bus_emit_signal(fake->bus, LINK_OBJECT, LINK_INTERFACE, "JailFinished", "ta{sv}",
                           fake->jail, 4, "status", "i", 7, "exit-code", "i", 7, "reason", "s",
                           "exited", "calls", "t", (uint64_t) 3);
        sd_bus_flush(fake->bus);
        _exit(0);
}

/* As one that its user has stopped. */
static void do_finish_and_stay(Fake *fake)
{
        sd_bus_emit_signal(fake->bus, LINK_OBJECT, LINK_INTERFACE, "JailFinished", "ta{sv}",
                           fake->jail, 1, "status", "i", 0);
        sd_bus_flush(fake->bus);
        alarm(FOR_EVER_SECONDS);
        for (;;)
                pause();
}

static const struct {
        const char *name;
        void (*run)(Fake *fake);
} commands[] = {
        {"pending", do_pending}, {"foreign", do_foreign}, {"flood", do_flood},
        {"log", do_log},         {"silence", do_silence}, {"die", do_die},
        {"hang-up", do_hang_up}, {"finish", do_finish},   {"long-log", do_long_log},
        {"crowd", do_crowd},     {"leave", do_leave},     {"finish-and-stay", do_finish_and_stay},
};

static int on_command(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Fake *fake = userdata;
        const char *name;
        uint64_t jail;

        sd_bus_message_read(message, "uts", NULL, &jail, &name);
        if (string_equal(name, "our-error"))
                return sd_bus_error_set(error, SJ_ERROR_FOREVER, "a forever rule");
        if (string_equal(name, "foreign-error"))
                return sd_bus_error_set(error, "org.evil.Error.Root", "be root");
        if (string_equal(name, "no-answer"))
                return 1;
        if (string_equal(name, "odd-answer"))
                return sd_bus_reply_method_return(message, "s", "odd");
        sd_bus_reply_method_return(message, NULL);
        for (size_t i = 0; i < ELEMENTS_OF(commands); i++)
                if (string_equal(commands[i].name, name))
                        commands[i].run(fake);
        return 1;
}

static int on_end(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void) message;
        (void) userdata;
        (void) error;
        _exit(0);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Start", "ua{sv}", "i", on_start, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Describe", "u", "a{sv}", on_describe, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("ListPending", "ut", "aa{sv}", on_list_pending, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Decide", "uta{sv}", "a{sv}", on_decide, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("RemoveRule", "uts", "", on_command, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

static int open_link(sd_bus **ret)
{
        struct pollfd control = {.fd = LINK_CONTROL, .events = POLLIN};
        int fd;

        if (poll(&control, 1, -1) < 0 || link_control_accept(LINK_CONTROL, &fd) <= 0)
                return -1;
        return link_bus_new(fd, LINK_SUPERVISOR, ret);
}

int main(int argc, char **argv)
{
        Fake fake = {0};
        sd_event *event;

        (void) argv;
        if (argc > 1) { /* a doctor that does not come to an end */
                alarm(FOR_EVER_SECONDS);
                pause();
        }
        if (sd_event_default(&event) < 0 || open_link(&fake.bus) < 0 ||
            sd_bus_add_object_vtable(fake.bus, NULL, LINK_OBJECT, LINK_INTERFACE, vtable, &fake) <
                    0 ||
            sd_bus_match_signal(fake.bus, NULL, "org.freedesktop.DBus.Local", NULL,
                                "org.freedesktop.DBus.Local", "Disconnected", on_end, NULL) < 0 ||
            sd_bus_start(fake.bus) < 0 || sd_bus_attach_event(fake.bus, event, 0) < 0)
                return 1;
        return sd_event_loop(event) < 0;
}
