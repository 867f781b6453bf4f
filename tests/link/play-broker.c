/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays the broker's half of the link to a real jail-supervisor: starts a program under it, answers
 * held calls as told, writes the log to standard error, and leaves with the program's status.
 *
 *   play-broker SUPERVISOR [--rules FILE] [--default ACTION] [--rule CALL=ACTION]... [--answer
 * ACTION] PROGRAM [ARGUMENT...]
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>

#include "dbus/start-program.h"
#include "link/link.h"
#include "link/log-ring.h"

typedef struct Play {
        sd_bus *bus;
        const char *default_action, *answer;
        char *rules_text; /* owned */
        const char *rules[32];
        unsigned rule_count;
        char **program;
        ProgramStub stub;
        LogRing *ring;
        int ring_fd;
        bool finished;
        int status;
} Play;

static pid_t start_supervisor(const char *path, int *ret_fd)
{
        int ends[2];
        pid_t pid;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return -1;
        pid = fork();
        if (pid == 0) {
                if (dup2(ends[1], LINK_FD) == LINK_FD)
                        execl(path, path, (char *) NULL);
                _exit(127);
        }
        close(ends[1]);
        *ret_fd = ends[0];
        return pid;
}

static int on_pending(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Play *play = userdata;
        uint64_t id;
        int r = sd_bus_message_read(message, "t", &id);

        (void) error;
        if (r < 0 || !play->answer)
                return r;
        return sd_bus_call_method_async(play->bus, NULL, NULL, LINK_OBJECT, LINK_INTERFACE,
                                        "Decide", NULL, NULL, "uta{sv}", (uint32_t) getuid(), id, 1,
                                        "action", "s", play->answer);
}

static int on_finished(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Play *play = userdata;

        (void) message;
        (void) error;
        play->finished = true;
        return 0;
}

static int on_started(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Play *play = userdata;
        const sd_bus_error *failure = sd_bus_message_get_error(message);

        (void) error;
        if (failure) {
                fprintf(stderr, "Start: %s: %s\n", failure->name, failure->message);
                play->finished = true;
                program_stub_cancel(&play->stub);
                play->status = 125;
        }
        return 0;
}

static int append_start(Play *play, sd_bus_message *message)
{
        int r = sd_bus_message_append(message, "u", (uint32_t) getuid());

        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(message, "{sv}{sv}{sv}{sv}{sv}", "jail", "t",
                                          (uint64_t) 1, "pid", "i", (int32_t) play->stub.pid,
                                          "stub-pidfd", "h", play->stub.pidfd, "stub-socket", "h",
                                          play->stub.socket, "log-ring", "h", play->ring_fd);
        if (r >= 0 && play->default_action)
                r = sd_bus_message_append(message, "{sv}", "default", "s", play->default_action);
        if (r >= 0 && play->rules_text)
                r = sd_bus_message_append(message, "{sv}", "rules", "s", play->rules_text);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(message, "s", "rule");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "s");
        for (unsigned i = 0; r >= 0 && i < play->rule_count; i++)
                r = sd_bus_message_append(message, "s", play->rules[i]);
        for (unsigned i = 0; r >= 0 && i < 4; i++)
                r = sd_bus_message_close_container(message);
        return r;
}

static int start(Play *play)
{
        const ProgramStart program = {.argv = (const char *const *) play->program, .terminal = -1};
        sd_bus_message *message = NULL;
        int r = program_stub_fork(&program, &play->stub);

        if (r >= 0)
                r = sd_bus_message_new_method_call(play->bus, &message, NULL, LINK_OBJECT,
                                                   LINK_INTERFACE, "Start");
        if (r >= 0)
                r = append_start(play, message);
        if (r >= 0)
                r = sd_bus_call_async(play->bus, NULL, message, on_started, play, UINT64_MAX);
        sd_bus_message_unref(message);
        return r;
}

static int connect_bus(Play *play, int fd)
{
        int r = sd_bus_new(&play->bus);

        if (r >= 0)
                r = sd_bus_set_fd(play->bus, fd, fd);
        if (r >= 0)
                r = sd_bus_negotiate_fds(play->bus, 1);
        if (r >= 0)
                r = sd_bus_start(play->bus);
        if (r >= 0)
                r = sd_bus_add_match(play->bus, NULL, "type='signal',member='SyscallPending'",
                                     on_pending, play);
        return r < 0 ? r
                     : sd_bus_add_match(play->bus, NULL, "type='signal',member='JailFinished'",
                                        on_finished, play);
}

static void print_log(Play *play)
{
        LogCursor cursor = {0};

        for (;;) {
                const char *bytes;
                uint64_t missed;
                size_t size;

                log_ring_peek(play->ring, &cursor, &bytes, &size, &missed);
                if (size == 0)
                        return;
                fwrite(bytes, 1, size, stderr);
                log_ring_advance(&cursor, bytes, size);
        }
}

static int read_file(const char *path, char **ret)
{
        FILE *file = fopen(path, "re");
        size_t size = 0;
        int r;

        if (!file)
                return -errno;
        r = getdelim(ret, &size, '\0', file) < 0 ? -EIO : 0;
        fclose(file);
        return r;
}

static int parse(Play *play, char **argv)
{
        for (; *argv && strncmp(*argv, "--", 2) == 0 && argv[1]; argv += 2) {
                if (strcmp(*argv, "--default") == 0)
                        play->default_action = argv[1];
                else if (strcmp(*argv, "--answer") == 0)
                        play->answer = argv[1];
                else if (strcmp(*argv, "--rule") == 0 &&
                         play->rule_count < ELEMENTS_OF(play->rules))
                        play->rules[play->rule_count++] = argv[1];
                else if (strcmp(*argv, "--rules") != 0 || read_file(argv[1], &play->rules_text) < 0)
                        return -EINVAL;
        }
        play->program = argv;
        return *argv ? 0 : -EINVAL;
}

static int run(Play *play)
{
        int r = start(play);

        while (r >= 0 && !play->finished) {
                r = sd_bus_process(play->bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(play->bus, UINT64_MAX);
        }
        return r;
}

int main(int argc, char **argv)
{
        Play play = {.ring_fd = -1};
        int fd = -1, status = 0, r;
        pid_t supervisor;

        if (argc < 3 || parse(&play, argv + 2) < 0) {
                fprintf(stderr,
                        "usage: play-broker SUPERVISOR [OPTION...] PROGRAM [ARGUMENT...]\n");
                return 2;
        }
        supervisor = start_supervisor(argv[1], &fd);
        r = supervisor < 0 ? -errno : log_ring_create(LOG_RING_BYTES_DEFAULT, &play.ring_fd);
        if (r >= 0)
                r = log_ring_open(play.ring_fd, &play.ring);
        if (r >= 0)
                r = connect_bus(&play, fd);
        if (r >= 0)
                r = run(&play);
        if (r < 0)
                fprintf(stderr, "play-broker: %s\n", strerror(-r));
        print_log(&play);
        sd_bus_close_unref(play.bus);
        if (play.stub.pid > 0 && waitpid(play.stub.pid, &status, 0) == play.stub.pid &&
            !play.status)
                play.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        waitpid(supervisor, NULL, 0);
        free(play.rules_text);
        return r < 0 ? 125 : play.status;
}
