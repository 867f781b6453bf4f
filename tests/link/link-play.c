/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "link-play.h"

#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "link/link-bus.h"
#include "link/link-control.h"

static pid_t start_supervisor(const char *path, int *ret_control)
{
        int ends[2];
        pid_t pid;

        if (link_control_pair(ends) < 0)
                return -1;
        pid = fork();
        if (pid == 0) {
                if (dup2(ends[1], LINK_CONTROL) == LINK_CONTROL)
                        execl(path, path, (char *) NULL);
                _exit(127);
        }
        close(ends[1]);
        *ret_control = ends[0];
        return pid;
}

int link_play_join(LinkPlay *play)
{
        int fd, r;

        play->bus = sd_bus_close_unref(play->bus);
        r = link_control_offer(play->control, &fd);
        if (r >= 0)
                r = link_bus_new(fd, LINK_BROKER, &play->bus);
        return r < 0 ? r : sd_bus_start(play->bus);
}

int link_play_open(LinkPlay *play, const char *supervisor)
{
        int r;

        *play = (LinkPlay){.ring_fd = -1, .control = -1, .stub = {.pid = -1}};
        play->supervisor = start_supervisor(supervisor, &play->control);
        r = play->supervisor < 0 ? -errno : log_ring_create(LOG_RING_BYTES_DEFAULT, &play->ring_fd);
        if (r >= 0)
                r = log_ring_open(play->ring_fd, &play->ring);
        return r < 0 ? r : link_play_join(play);
}

void link_play_close(LinkPlay *play)
{
        play->bus = sd_bus_close_unref(play->bus);
        play->control = close_fd(play->control);
        if (play->supervisor > 0)
                waitpid(play->supervisor, NULL, 0);
        play->ring = log_ring_close(play->ring);
        play->ring_fd = close_fd(play->ring_fd);
}

static int append_rules(sd_bus_message *message, const LinkProgram *program)
{
        int r = 0;

        if (program->default_action)
                r = sd_bus_message_append(message, "{sv}", "default", "s", program->default_action);
        if (r >= 0 && program->rules)
                r = sd_bus_message_append(message, "{sv}", "rules", "s", program->rules);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(message, "s", "rule");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "s");
        for (unsigned i = 0; r >= 0 && i < program->override_count; i++)
                r = sd_bus_message_append(message, "s", program->overrides[i]);
        for (unsigned i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(message);
        return r;
}

static int send_start(LinkPlay *play, const LinkProgram *program, sd_bus_message_handler_t started,
                      void *userdata)
{
        sd_bus_message *message = NULL;
        int r = sd_bus_message_new_method_call(play->bus, &message, NULL, LINK_OBJECT,
                                               LINK_INTERFACE, "Start");

        if (r >= 0)
                r = sd_bus_message_append(message, "u", (uint32_t) getuid());
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(message, "{sv}{sv}{sv}{sv}{sv}", "jail", "t",
                                          (uint64_t) 1, "pid", "i", (int32_t) play->stub.pid,
                                          "stub-pidfd", "h", play->stub.pidfd, "stub-socket", "h",
                                          play->stub.socket, "log-ring", "h", play->ring_fd);
        if (r >= 0)
                r = append_rules(message, program);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        if (r >= 0)
                r = sd_bus_call_async(play->bus, NULL, message, started, userdata, UINT64_MAX);
        sd_bus_message_unref(message);
        return r;
}

int link_play_start(LinkPlay *play, const LinkProgram *program, sd_bus_message_handler_t started,
                    void *userdata)
{
        const ProgramStart start = {.argv = program->argv, .terminal = -1};
        int r = program_stub_fork(&start, &play->stub);

        return r < 0 ? r : send_start(play, program, started, userdata);
}
