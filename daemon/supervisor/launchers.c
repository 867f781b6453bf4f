/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/launchers.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include "link/launch-message.h"
#include "rules/script-names.h"
#include "supervisor/slow-actions.h"

/* Each change of the rules may bring one; all of one jail are as many processes. */
#define LAUNCHERS_MAX 16

struct Launcher {
        Launcher *next;
        Supervisor *supervisor;
        int socket;
        sd_event_source *source; /* on the socket */
        char **scripts;          /* what it runs */
        unsigned running;
};

static void launcher_free(Launcher *launcher)
{
        sd_event_source_disable_unref(launcher->source);
        close_fd(launcher->socket);
        script_names_free(launcher->scripts);
        free(launcher);
}

static void unlink_launcher(Launcher *launcher)
{
        Launcher **at = &launcher->supervisor->launchers;

        while (*at != launcher)
                at = &(*at)->next;
        *at = launcher->next;
        launcher->supervisor->launcher_count--;
}

static void lose(Launcher *launcher)
{
        unlink_launcher(launcher);
        slow_action_lost(launcher->supervisor, launcher);
        launcher_free(launcher);
}

static int on_answer(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        char output[LAUNCH_OUTPUT_BYTES + 1];
        Launcher *launcher = userdata;
        LaunchAnswer answer;
        ssize_t size = launch_receive_answer(fd, &answer, output);

        (void) source;
        (void) events;
        if (size == -EAGAIN)
                return 0;
        if (size < 0) {
                lose(launcher);
                return 0;
        }
        launcher->running -= launcher->running > 0;
        output[size] = '\0';
        slow_action_answered(launcher->supervisor, &answer, output);
        return 0;
}

static void drop_idle(Supervisor *supervisor, char *const *scripts)
{
        for (Launcher *launcher = supervisor->launchers, *next; launcher; launcher = next) {
                next = launcher->next;
                if (launcher->running > 0 || !script_names_contain(scripts, launcher->scripts))
                        continue;
                unlink_launcher(launcher);
                launcher_free(launcher);
        }
}

static int listen_to(Launcher *launcher)
{
        sd_event *event = launcher->supervisor->event;

        if (fcntl(launcher->socket, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        return sd_event_add_io(event, &launcher->source, launcher->socket, EPOLLIN, on_answer,
                               launcher);
}

int launchers_add(Supervisor *supervisor, int socket, char **scripts)
{
        Launcher *launcher = malloc(sizeof(*launcher));
        int r;

        if (!launcher) {
                close_fd(socket);
                script_names_free(scripts);
                return -ENOMEM;
        }
        *launcher = (Launcher){.supervisor = supervisor, .socket = socket, .scripts = scripts};
        drop_idle(supervisor, scripts);
        r = supervisor->launcher_count < LAUNCHERS_MAX ? listen_to(launcher) : -E2BIG;
        if (r < 0) {
                launcher_free(launcher);
                return r;
        }
        launcher->next = supervisor->launchers;
        supervisor->launchers = launcher;
        supervisor->launcher_count++;
        return 0;
}

int launchers_ask(Supervisor *supervisor, const Action *action, uint64_t id, uint64_t limit_usec,
                  const Text *variables, int input, Launcher **ret)
{
        LaunchRequest request = {.id = id, .limit_usec = limit_usec};
        int r;

        for (Launcher *launcher = supervisor->launchers; launcher; launcher = launcher->next) {
                ssize_t place = script_names_find(launcher->scripts, action);

                if (place == -ENOENT)
                        continue;
                if (place < 0)
                        return (int) place;
                request.script = (uint32_t) place;
                r = launch_send_request(launcher->socket, &request, variables, input);
                if (r < 0)
                        return r;
                launcher->running++;
                *ret = launcher;
                return 0;
        }
        return -ENOENT;
}

void launchers_release(Supervisor *supervisor)
{
        while (supervisor->launchers) {
                Launcher *launcher = supervisor->launchers;

                unlink_launcher(launcher);
                launcher_free(launcher);
        }
}
