/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/supervisor-process.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "broker/limits.h"
#include "broker/process-status.h"
#include "broker/start-request.h"
#include "link/launch-message.h"
#include "link/link-control.h"
#include "link/link.h"

#define PROCESS_NONE ((SupervisorProcess){.pidfd = -1, .control = -1})

/* A process on its way to its exec. systemd may take its time for the first step, so nothing waits
 * for it. */
typedef struct Coming {
        SupervisorStart start;
        SupervisorProcess process;          /* as far as it is known */
        int status;                         /* owned: an errno, or its end when the program runs */
        int connection;                     /* owned: systemd's; -1 after a fork */
        sd_event_source *source, *deadline; /* of status */
} Coming;

void supervisor_process_end(SupervisorProcess *process)
{
        if (process->pidfd >= 0)
                pidfd_send_signal(process->pidfd, SIGKILL, NULL, 0);
        process->pidfd = close_fd(process->pidfd);
        process->control = close_fd(process->control);
}

static void coming_free(Coming *coming)
{
        sd_event_source_disable_unref(coming->source);
        sd_event_source_disable_unref(coming->deadline);
        supervisor_process_end(&coming->process);
        close_fd(coming->status);
        close_fd(coming->connection);
        free(coming);
}

static void coming_freep(Coming **coming)
{
        if (*coming)
                coming_free(*coming);
}

/* ---- it has come, or not ---- */

static void give_up(Coming *coming, int error, const char *what)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        SupervisorStart start = coming->start;

        problem_set(&problem, error, "%s %s: %s", what, start.program, strerror(-error));
        coming_free(coming);
        start.answer(NULL, &problem, start.userdata);
}

static void hand_over(Coming *coming)
{
        SupervisorStart start = coming->start;
        SupervisorProcess process = coming->process;

        coming->process = PROCESS_NONE;
        coming_free(coming);
        start.answer(&process, NULL, start.userdata);
}

/* Who it is, from the kernel. */
static int identify(Coming *coming)
{
        int r = 0;

        if (coming->connection >= 0)
                r = start_request_answer(coming->connection, &coming->process.pidfd);
        return r < 0 ? r : process_of_pidfd(coming->process.pidfd, &coming->process.pid);
}

static int on_status(sd_event_source *source _unused_, int fd, uint32_t events _unused_,
                     void *userdata)
{
        Coming *coming = userdata;
        int error = 0, r;
        ssize_t n = read(fd, &error, sizeof(error));

        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return 0;
        if (n == sizeof(error)) {
                give_up(coming, error, "cannot run");
                return 0;
        }
        r = identify(coming);
        if (r < 0)
                give_up(coming, r,
                        coming->connection >= 0 ? "systemd's journal says why it has not started"
                                                : "it ended on the way to be");
        else
                hand_over(coming);
        return 0;
}

static int on_late(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata)
{
        give_up(userdata, -ETIMEDOUT, "systemd has not started");
        return 0;
}

/* ---- the start ---- */

static int fork_child(Child *child, int *ret_pidfd, Problem *problem)
{
        pid_t pid = fork();

        if (pid < 0)
                return problem_set(problem, -errno, "cannot fork: %m");
        if (pid == 0)
                child_run(child);
        *ret_pidfd = pidfd_open(pid, 0);
        if (*ret_pidfd < 0)
                return problem_set(problem, -errno, "cannot watch process %d: %m", pid);
        return 0;
}

static int coming_watch(Coming *coming)
{
        sd_event *event = coming->start.event;
        int r = sd_event_add_io(event, &coming->source, coming->status, EPOLLIN, on_status, coming);

        if (r >= 0)
                r = sd_event_add_time_relative(event, &coming->deadline, CLOCK_MONOTONIC,
                                               TIMEOUT_SUPERVISOR, 0, on_late, coming);
        return r;
}

/* Takes `ours`, our end of what the child keeps. */
static int begin(const SupervisorStart *start, Child *child, int ours, Problem *problem)
{
        _cleanup_(coming_freep) Coming *coming = malloc(sizeof(*coming));
        _cleanup_close_ int kept = ours, write_end = -1;
        int pipe[2], r;

        if (!coming)
                return -ENOMEM;
        *coming =
                (Coming){.start = *start, .process = PROCESS_NONE, .status = -1, .connection = -1};
        coming->process.control = TAKE_FD(kept);
        if (pipe2(pipe, O_CLOEXEC) < 0)
                return problem_set(problem, -errno, "cannot make a pipe: %m");
        coming->status = pipe[0];
        child->status = write_end = pipe[1];
        child->program = start->program;
        child->identity = start->identity;
        r = start->identity ? start_request_send(child, &coming->connection, problem)
                            : fork_child(child, &coming->process.pidfd, problem);
        if (r >= 0)
                r = coming_watch(coming);
        if (r < 0)
                return r;
        TAKE_PTR(coming);
        return 0;
}

/* With its end of a pair as LINK_CONTROL. */
static int start_with_pair(const SupervisorStart *start, Child *child, Problem *problem)
{
        _cleanup_close_ int theirs = -1;
        int pair[2], r;

        r = link_control_pair(pair);
        if (r < 0)
                return problem_set(problem, r, "cannot make a socket pair: %s", strerror(-r));
        child->keep = theirs = pair[1];
        return begin(start, child, pair[0], problem);
}

int supervisor_process_start(const SupervisorStart *start, Problem *problem)
{
        static const char *const arguments[] = {PROGRAM_SUPERVISOR, NULL};
        Child child = {.arguments = arguments, .keep_as = LINK_CONTROL, .keep_ptrace = true};

        return start_with_pair(start, &child, problem);
}

int supervisor_process_start_launcher(const SupervisorStart *start, Problem *problem)
{
        static const char *const arguments[] = {PROGRAM_SUPERVISOR, LAUNCH_OPTION, NULL};
        Child child = {.arguments = arguments, .keep_as = LINK_CONTROL};

        return start_with_pair(start, &child, problem);
}

int supervisor_process_run(const SupervisorStart *start, const char *const *arguments,
                           Problem *problem)
{
        _cleanup_close_ int write_end = -1;
        Child child = {.arguments = arguments, .keep_as = STDOUT_FILENO, .parent = getpid()};
        int pipe[2];

        if (pipe2(pipe, O_CLOEXEC) < 0)
                return problem_set(problem, -errno, "cannot make a pipe: %m");
        child.keep = write_end = pipe[1];
        return begin(start, &child, pipe[0], problem);
}

int daemon_program_find(const char *name, char **ret)
{
        char self[PATH_MAX];
        ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
        _cleanup_free_ char *beside = NULL;

        if (length > 0) {
                self[length] = '\0';
                *strrchr(self, '/') = '\0';
                if (asprintf(&beside, "%s/%s", self, name) < 0)
                        return -ENOMEM;
                if (access(beside, X_OK) == 0) {
                        *ret = TAKE_PTR(beside);
                        return 0;
                }
        }
        return asprintf(ret, SJ_LIBEXECDIR "/%s", name) < 0 ? -ENOMEM : 0;
}
