/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon-fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dbus/bus-names.h"

#define PATIENCE_USEC (10u * 1000u * 1000u)

static void await_ready(int fd)
{
        char text[256] = "";
        size_t length = 0;
        ssize_t n;

        while ((n = read(fd, text + length, sizeof(text) - 1 - length)) > 0)
                length += (size_t) n;
        assert_string_equal(text, "ready");
        close(fd);
}

static void exec_daemon(const char *supervisor, unsigned idle, int ready)
{
        char option[3][256];

        /* A test that failed leaves none behind. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        snprintf(option[0], sizeof(option[0]), "--idle=%u", idle);
        snprintf(option[1], sizeof(option[1]), "--ready-fd=%d", ready);
        snprintf(option[2], sizeof(option[2]), "--supervisor=%s", supervisor ? supervisor : "");
        execl(JAILD, "jaild", "--user", option[0], option[1], supervisor ? option[2] : NULL, NULL);
        _exit(127);
}

void daemon_start(Daemon *daemon, const char *supervisor, unsigned idle)
{
        int ready[2];

        strcpy(daemon->directory, "/tmp/broker-test-XXXXXX");
        assert_non_null(mkdtemp(daemon->directory));
        setenv("XDG_RUNTIME_DIR", daemon->directory, 1);
        snprintf(daemon->socket, sizeof(daemon->socket), "%s/seccomp-jail/socket",
                 daemon->directory);
        assert_int_equal(pipe(ready), 0);
        daemon->pid = fork();
        if (daemon->pid == 0) {
                close(ready[0]);
                exec_daemon(supervisor, idle, ready[1]);
        }
        close(ready[1]);
        await_ready(ready[0]);
}

int daemon_wait(Daemon *daemon)
{
        char command[128];
        int status;

        assert_int_equal(waitpid(daemon->pid, &status, 0), daemon->pid);
        snprintf(command, sizeof(command), "rm -rf %s", daemon->directory);
        assert_int_equal(system(command), 0);
        return status;
}

void daemon_stop(Daemon *daemon)
{
        kill(daemon->pid, SIGTERM);
        assert_int_equal(daemon_wait(daemon), 0);
}

size_t daemon_count_descriptors(const Daemon *daemon)
{
        char path[64];
        size_t count = 0;
        DIR *directory;

        snprintf(path, sizeof(path), "/proc/%d/fd", daemon->pid);
        directory = opendir(path);
        assert_non_null(directory);
        while (readdir(directory))
                count++;
        closedir(directory);
        return count;
}

JailClient *daemon_connect(void)
{
        JailClient *client = NULL;
        char *text = NULL;
        int r = jail_client_open(JAIL_CLIENT_USER_RUNNING, NULL, &client, &text);

        if (r < 0)
                fail_msg("%s", text);
        return client;
}

/* ---- calls ---- */

static int call_v(JailClient *client, const char *member, sd_bus_error *error, sd_bus_message **ret,
                  const char *types, va_list arguments)
{
        sd_bus_message *message;
        int r;

        assert_int_equal(jail_client_method(client, member, &message), 0);
        if (*types)
                assert_true(sd_bus_message_appendv(message, types, arguments) >= 0);
        r = sd_bus_call(jail_client_bus(client), message, PATIENCE_USEC, error, ret);
        sd_bus_message_unref(message);
        return r;
}

sd_bus_message *daemon_call(JailClient *client, const char *member, const char *types, ...)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        va_list arguments;
        int r;

        va_start(arguments, types);
        r = call_v(client, member, &error, &reply, types, arguments);
        va_end(arguments);
        if (r < 0)
                fail_msg("%s: %s: %s", member, error.name, error.message);
        return reply;
}

void daemon_call_fails(JailClient *client, const char *error_name, const char *member,
                       const char *types, ...)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        va_list arguments;
        int r;

        va_start(arguments, types);
        r = call_v(client, member, &error, &reply, types, arguments);
        va_end(arguments);
        assert_true(r < 0);
        assert_string_equal(error.name, error_name);
        assert_true(error.message && *error.message);
        sd_bus_error_free(&error);
}

void daemon_subscribe(JailClient *client, uint64_t jail)
{
        sd_bus_message_unref(daemon_call(client, "Subscribe", "t", jail));
}

size_t message_count(sd_bus_message *message)
{
        size_t count = 0;

        assert_true(sd_bus_message_enter_container(message, 'a', "a{sv}") > 0);
        while (sd_bus_message_skip(message, "a{sv}") > 0)
                count++;
        sd_bus_message_unref(message);
        return count;
}

double seconds_since(const struct timespec *start)
{
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) (now.tv_sec - start->tv_sec) +
               (double) (now.tv_nsec - start->tv_nsec) / 1e9;
}

uint64_t fake_trace(JailClient *client, const char *program)
{
        sd_bus_message *reply =
                daemon_call(client, "Trace", "a{sv}", 1, "argv", "as", 2, program, "argument");
        uint64_t jail;
        int32_t pid;

        assert_true(sd_bus_message_read(reply, "ti", &jail, &pid) > 0);
        assert_int_equal(pid, 4711);
        sd_bus_message_unref(reply);
        return jail;
}

void fake_command(JailClient *client, uint64_t jail, const char *name)
{
        sd_bus_message_unref(daemon_call(client, "RemoveRule", "ts", jail, name));
}

/* ---- signals ---- */

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        SignalQueue *queue = userdata;

        (void) error;
        if (queue->count < sizeof(queue->messages) / sizeof(queue->messages[0]))
                queue->messages[queue->count++] = sd_bus_message_ref(message);
        return 0;
}

void daemon_collect_signals(JailClient *client, SignalQueue *queue)
{
        memset(queue, 0, sizeof(*queue));
        assert_int_equal(jail_client_match(client, NULL, on_signal, queue), 0);
}

sd_bus_message *daemon_next_signal(JailClient *client, SignalQueue *queue, const char *member)
{
        while (queue->taken == queue->count) {
                int r = sd_bus_process(jail_client_bus(client), NULL);

                assert_true(r >= 0);
                if (r == 0 && sd_bus_wait(jail_client_bus(client), PATIENCE_USEC) <= 0)
                        fail_msg("no %s came", member);
        }
        assert_string_equal(sd_bus_message_get_member(queue->messages[queue->taken]), member);
        return queue->messages[queue->taken++];
}

void daemon_settle(JailClient *client)
{
        sd_bus_message_unref(daemon_call(client, "ListPresets", ""));
        while (sd_bus_process(jail_client_bus(client), NULL) > 0)
                ;
}

void signal_queue_release(SignalQueue *queue)
{
        for (size_t i = 0; i < queue->count; i++)
                sd_bus_message_unref(queue->messages[i]);
}

/* ---- dictionaries ---- */

static int64_t read_number(sd_bus_message *message, char type)
{
        union {
                int32_t i;
                uint32_t u;
                int64_t x;
        } value = {0};

        assert_true(sd_bus_message_read_basic(message, type, &value) > 0);
        return type == 'i' ? value.i : type == 'u' ? value.u : value.x;
}

static bool find_key(sd_bus_message *message, const char *key)
{
        const char *name;

        assert_true(sd_bus_message_enter_container(message, 'a', "{sv}") > 0);
        while (sd_bus_message_enter_container(message, 'e', "sv") > 0) {
                assert_true(sd_bus_message_read(message, "s", &name) > 0);
                if (strcmp(name, key) == 0)
                        return true;
                assert_true(sd_bus_message_skip(message, "v") >= 0);
                sd_bus_message_exit_container(message);
        }
        return false;
}

bool dictionary_string(sd_bus_message *message, const char *key, const char **ret)
{
        return find_key(message, key) && sd_bus_message_read(message, "v", "s", ret) > 0;
}

bool dictionary_number(sd_bus_message *message, const char *key, int64_t *ret)
{
        const char *contents;

        if (!find_key(message, key))
                return false;
        assert_true(sd_bus_message_peek_type(message, NULL, &contents) > 0);
        assert_true(sd_bus_message_enter_container(message, 'v', contents) > 0);
        *ret = read_number(message, contents[0]);
        return true;
}
