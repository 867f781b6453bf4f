/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Plays the broker's half of the link to a real jail-supervisor: starts a program under it, answers
 * held calls as told, writes the log to standard error, and leaves with the program's status.
 *
 *   play-broker SUPERVISOR [--rules FILE] [--default ACTION] [--rule CALL=ACTION]... [--answer
 * ACTION] {--attach PID | PROGRAM [ARGUMENT...]}
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "link-play.h"

typedef struct Play {
        LinkPlay link;
        const char *default_action, *answer;
        char *rules_text; /* owned */
        const char *rules[32];
        unsigned rule_count;
        pid_t attach; /* 0: the program is started */
        char **program;
        bool finished;
        int status;
} Play;

static int on_pending(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Play *play = userdata;
        uint64_t id;
        int r = sd_bus_message_read(message, "t", &id);

        (void) error;
        if (r < 0 || !play->answer)
                return r;
        return sd_bus_call_method_async(play->link.bus, NULL, NULL, LINK_OBJECT, LINK_INTERFACE,
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
                program_stub_cancel(&play->link.stub);
                play->status = 125;
        }
        return 0;
}

static int start(Play *play)
{
        const LinkProgram program = {
                .argv = (const char *const *) play->program,
                .default_action = play->default_action,
                .rules = play->rules_text,
                .overrides = play->rules,
                .override_count = play->rule_count,
        };
        int r = sd_bus_add_match(play->link.bus, NULL, "type='signal',member='SyscallPending'",
                                 on_pending, play);

        if (r >= 0)
                r = sd_bus_add_match(play->link.bus, NULL, "type='signal',member='JailFinished'",
                                     on_finished, play);
        if (r >= 0 && play->attach)
                return link_play_attach(&play->link, play->attach, &program, on_started, play);
        return r < 0 ? r : link_play_start(&play->link, &program, on_started, play);
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
                else if (strcmp(*argv, "--attach") == 0)
                        play->attach = atoi(argv[1]);
                else if (strcmp(*argv, "--rule") == 0 &&
                         play->rule_count < ELEMENTS_OF(play->rules))
                        play->rules[play->rule_count++] = argv[1];
                else if (strcmp(*argv, "--rules") != 0 || read_file(argv[1], &play->rules_text) < 0)
                        return -EINVAL;
        }
        play->program = argv;
        return *argv || play->attach ? 0 : -EINVAL;
}

static int run(Play *play)
{
        int r = start(play);

        while (r >= 0 && !play->finished) {
                r = sd_bus_process(play->link.bus, NULL);
                if (r == 0)
                        r = sd_bus_wait(play->link.bus, UINT64_MAX);
        }
        return r;
}

int main(int argc, char **argv)
{
        Play play = {0};
        int status = 0, r;

        if (argc < 3 || parse(&play, argv + 2) < 0) {
                fprintf(stderr,
                        "usage: play-broker SUPERVISOR [OPTION...] PROGRAM [ARGUMENT...]\n");
                return 2;
        }
        r = link_play_open(&play.link, argv[1]);
        if (r >= 0)
                r = run(&play);
        if (r < 0)
                fprintf(stderr, "play-broker: %s\n", strerror(-r));
        link_play_print_log(&play.link);
        play.link.bus = sd_bus_close_unref(play.link.bus);
        if (play.link.stub.pid > 0 &&
            waitpid(play.link.stub.pid, &status, 0) == play.link.stub.pid && !play.status)
                play.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        link_play_close(&play.link);
        free(play.rules_text);
        return r < 0 ? 125 : play.status;
}
