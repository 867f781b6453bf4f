/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/supervisor-process.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "broker/process-status.h"
#include "broker/start-request.h"
#include "link/link-control.h"
#include "link/link.h"

/* Waits for the exec, which is short: the file is ours. */
static int await_exec(int status, int pidfd)
{
        int error;
        ssize_t n;

        do
                n = read(status, &error, sizeof(error));
        while (n < 0 && errno == EINTR);
        if (n != sizeof(error))
                return 0;
        while (waitid(P_PIDFD, (id_t) pidfd, NULL, WEXITED) < 0 && errno == EINTR)
                ;
        return error;
}

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

static int spawn(Child *child, pid_t *ret_pid, int *ret_pidfd, Problem *problem)
{
        _cleanup_close_ int status = -1, write_end = -1, pidfd = -1;
        int pipe[2], r;

        if (pipe2(pipe, O_CLOEXEC) < 0)
                return problem_set(problem, -errno, "cannot make a pipe: %m");
        status = pipe[0];
        child->status = write_end = pipe[1];
        r = child->identity ? start_request_make(child, &pidfd, problem)
                            : fork_child(child, &pidfd, problem);
        if (r < 0)
                return r;
        write_end = close_fd(write_end);
        r = await_exec(status, pidfd);
        if (r < 0)
                return problem_set(problem, r, "cannot run %s: %s", child->program, strerror(-r));
        r = process_of_pidfd(pidfd, ret_pid);
        if (r < 0)
                return problem_set(problem, r, "%s ended as it was started", child->program);
        *ret_pidfd = TAKE_FD(pidfd);
        return 0;
}

int supervisor_process_start(const char *program, const Identity *identity, SupervisorProcess *ret,
                             Problem *problem)
{
        static const char *const arguments[] = {PROGRAM_SUPERVISOR, NULL};
        _cleanup_close_ int ours = -1, theirs = -1;
        SupervisorProcess process;
        Child child = {.program = program,
                       .arguments = arguments,
                       .identity = identity,
                       .keep_as = LINK_CONTROL,
                       .keep_ptrace = true};
        int pair[2], r;

        r = link_control_pair(pair);
        if (r < 0)
                return problem_set(problem, r, "cannot make a socket pair: %s", strerror(-r));
        ours = pair[0];
        child.keep = theirs = pair[1];
        r = spawn(&child, &process.pid, &process.pidfd, problem);
        if (r < 0)
                return r;
        process.control = TAKE_FD(ours);
        *ret = process;
        return 0;
}

int supervisor_process_run(const char *program, const char *const *arguments,
                           const Identity *identity, pid_t *ret_pid, int *ret_pidfd,
                           int *ret_output, Problem *problem)
{
        _cleanup_close_ int read_end = -1, write_end = -1;
        Child child = {.program = program,
                       .arguments = arguments,
                       .identity = identity,
                       .keep_as = STDOUT_FILENO,
                       .is_ours = true};
        int pipe[2], r;

        if (pipe2(pipe, O_CLOEXEC) < 0)
                return problem_set(problem, -errno, "cannot make a pipe: %m");
        read_end = pipe[0];
        child.keep = write_end = pipe[1];
        r = spawn(&child, ret_pid, ret_pidfd, problem);
        if (r < 0)
                return r;
        *ret_output = TAKE_FD(read_end);
        return 0;
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
