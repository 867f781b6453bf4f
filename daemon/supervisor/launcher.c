/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "base/id-map.h"
#include "link/launch-message.h"
#include "rules/script-names.h"
#include "supervisor/privileges.h"

extern char **environ;

typedef struct Launcher {
        sd_event *event;
        int socket;
        char **scripts; /* what may be run */
        IdMap runs;
} Launcher;

/* A script that runs. */
typedef struct Run {
        uint64_t id; /* the request's */
        Launcher *launcher;
        pid_t pid; /* leads a session of its own; 0 once it has ended */
        bool late;
        int output; /* the reading end */
        sd_event_source *child, *readable, *limit;
        size_t size;
        char said[LAUNCH_OUTPUT_BYTES];
} Run;

static Run *run_free(Run *run)
{
        sd_event_source_disable_unref(run->child);
        sd_event_source_disable_unref(run->readable);
        sd_event_source_disable_unref(run->limit);
        close_fd(run->output);
        free(run);
        return NULL;
}

static void kill_group(const Run *run)
{
        if (run->pid)
                kill(-run->pid, SIGKILL);
}

static int answer(Launcher *launcher, const LaunchAnswer *answer, const char *output, size_t size)
{
        int r = launch_send_answer(launcher->socket, answer, output, size);

        return r < 0 ? sd_event_exit(launcher->event, 0) : 0; /* nobody hears it any more */
}

/* ---- while it runs ---- */

/* What does not fit is read and dropped, so that the script goes on. */
static bool read_some(Run *run)
{
        char rest[4096];
        size_t room = sizeof(run->said) - run->size;
        ssize_t n = room > 0 ? read(run->output, run->said + run->size, room)
                             : read(run->output, rest, sizeof(rest));

        if (n > 0 && room > 0)
                run->size += (size_t) n;
        return n > 0 || (n < 0 && errno == EINTR);
}

static int on_readable(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Run *run = userdata;

        (void) fd;
        if (!read_some(run) && (events & EPOLLHUP))
                (void) sd_event_source_set_enabled(source, SD_EVENT_OFF); /* it says no more */
        return 0;
}

static int on_late(sd_event_source *source, uint64_t usec, void *userdata)
{
        Run *run = userdata;

        (void) source;
        (void) usec;
        run->late = true;
        kill_group(run);
        return 0;
}

/* Others that it has started may go on, and hold its output open: what it said itself is there. */
static int on_end(sd_event_source *source, const siginfo_t *how, void *userdata)
{
        Run *run = userdata;
        Launcher *launcher = run->launcher;
        const LaunchAnswer end = {
                .id = run->id,
                .status = how->si_code == CLD_EXITED ? W_EXITCODE(how->si_status, 0)
                                                     : W_EXITCODE(0, how->si_status),
                .late = run->late,
        };
        int r;

        (void) source;
        for (unsigned i = 0; i < sizeof(run->said) / 4096 * 2 && read_some(run); i++)
                ;
        r = answer(launcher, &end, run->said, run->size);
        id_map_take(&launcher->runs, run->id);
        run->pid = 0;
        run_free(run);
        return r;
}

/* ---- its start ---- */

/* Ours, and the request's: none of them can be one that a loader or a shell obeys. */
static char **make_environment(const char *variables, size_t size)
{
        size_t count = 0, own = 0;
        char **list;

        while (environ[own])
                own++;
        for (const char *at = variables; at < variables + size; at += strlen(at) + 1)
                count++;
        list = calloc(own + count + 1, sizeof(*list));
        if (!list)
                return NULL;
        memcpy(list, environ, own * sizeof(*list));
        for (const char *at = variables; at < variables + size; at += strlen(at) + 1)
                if (string_starts_with(at, "SJ_"))
                        list[own++] = (char *) at;
        return list;
}

static int spawn(Run *run, char *script, char *const *environment, int input, int output)
{
        char *text = (char *) script_name_seed(script);
        char *seed[] = {(char *) "bash", (char *) "-c", text, NULL};
        char *own[] = {script, NULL};
        posix_spawn_file_actions_t files;
        posix_spawnattr_t attributes;
        sigset_t none, all;
        int r;

        sigemptyset(&none);
        sigfillset(&all);
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
        posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                      POSIX_SPAWN_SETSID);
        r = posix_spawn(&run->pid, text ? "/bin/bash" : script, &files, &attributes,
                        text ? seed : own, environment);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&files);
        return -r;
}

static int watch(Run *run, uint64_t limit_usec)
{
        sd_event *event = run->launcher->event;
        int r = sd_event_add_child(event, &run->child, run->pid, WEXITED, on_end, run);

        if (r >= 0)
                r = sd_event_add_io(event, &run->readable, run->output, EPOLLIN, on_readable, run);
        if (r >= 0)
                r = sd_event_add_time_relative(event, &run->limit, CLOCK_MONOTONIC, limit_usec, 0,
                                               on_late, run);
        return r >= 0 ? id_map_put(&run->launcher->runs, run) : r;
}

static int start(Run *run, const LaunchRequest *request, const char *variables, size_t size,
                 int input)
{
        _cleanup_free_ char **environment = make_environment(variables, size);
        _cleanup_close_ int output = -1;
        int ends[2], r;

        if (!environment)
                return -ENOMEM;
        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        run->output = ends[0];
        output = ends[1];
        (void) fcntl(run->output, F_SETFL, O_NONBLOCK);
        r = spawn(run, run->launcher->scripts[request->script], environment, input, output);
        return r < 0 ? r : watch(run, request->limit_usec);
}

static int run_script(Launcher *launcher, const LaunchRequest *request, const char *variables,
                      size_t size, int input)
{
        LaunchAnswer failed = {.id = request->id};
        size_t count = 0;
        Run *run;

        while (launcher->scripts[count])
                count++;
        if (request->script >= count || launcher->runs.count >= LAUNCH_SCRIPTS_MAX) {
                failed.status = request->script >= count ? -ENOENT : -EAGAIN;
                return answer(launcher, &failed, NULL, 0);
        }
        run = calloc(1, sizeof(*run));
        if (!run)
                return -ENOMEM;
        *run = (Run){.id = request->id, .launcher = launcher, .output = -1};
        failed.status = start(run, request, variables, size, input);
        if (failed.status == 0)
                return 0;
        kill_group(run);
        run_free(run);
        return answer(launcher, &failed, NULL, 0);
}

/* ---- serving ---- */

static int on_request(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        static char variables[LAUNCH_VARIABLES_BYTES];
        Launcher *launcher = userdata;
        _cleanup_close_ int input = -1;
        LaunchRequest request;
        ssize_t size = launch_receive_request(fd, &request, variables, &input);

        (void) source;
        (void) events;
        if (size == -EAGAIN)
                return 0;
        if (size < 0)
                return sd_event_exit(launcher->event, size == -ENOTCONN ? 0 : (int) size);
        return run_script(launcher, &request, variables, (size_t) size, input);
}

/* Nothing of what it runs may be more than its user, or be looked into by the jail. */
static int give_up_rights(int socket)
{
        int r = privileges_drop_thread();

        if (r < 0)
                return r;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
            prctl(PR_SET_NAME, "jail-launcher", 0, 0, 0) < 0)
                return -errno;
        return fcntl(socket, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
}

static void find_run(void *value, void *userdata)
{
        *(Run **) userdata = value;
}

static void end_runs(Launcher *launcher)
{
        while (launcher->runs.count > 0) {
                Run *run = NULL;

                id_map_walk(&launcher->runs, find_run, &run);
                id_map_take(&launcher->runs, run->id);
                kill_group(run);
                run_free(run);
        }
}

int launcher_run(int socket)
{
        Launcher launcher = {.socket = socket};
        sigset_t child;
        int r;

        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigprocmask(SIG_BLOCK, &child, NULL); /* sd_event_add_child(3) */
        r = give_up_rights(socket);
        if (r >= 0)
                r = launch_receive_scripts(socket, &launcher.scripts);
        if (r >= 0)
                r = sd_event_new(&launcher.event);
        if (r >= 0)
                r = sd_event_add_io(launcher.event, NULL, socket, EPOLLIN, on_request, &launcher);
        if (r >= 0)
                r = sd_event_loop(launcher.event);
        end_runs(&launcher);
        sd_event_unref(launcher.event);
        script_names_free(launcher.scripts);
        return r;
}
