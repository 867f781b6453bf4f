/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dbus/start-program.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dbus/stub-protocol.h"
#include "dbus/translate.h"

#define STUB_EXIT_NOT_TOLD 125
#define DEFAULT_PATH       "/usr/local/bin:/usr/bin:/bin"

/* What the stub needs, all made before the fork: a caller with several threads leaves locks behind
 * that nobody in the child will ever release, so that the child may not even allocate. */
typedef struct StubPlan {
        const ProgramStart *start;
        char *const *environment;
        char **candidates;  /* files to try, in order; NULL-ended, owned */
        sigset_t mask;      /* the caller's, given back before the program runs */
        int socket, status; /* the stub's ends */
        int peer;           /* the caller's end of the socket: kept open here, it would never end */
        bool complains;     /* says on standard error too why the program could not be run */
} StubPlan;

static int close_fd(int fd)
{
        if (fd >= 0)
                close(fd);
        return -1;
}

/* ---- before the fork: where the program may be ---- */

static const char *environment_get(char *const *environment, const char *name)
{
        size_t length = strlen(name);

        for (; environment && *environment; environment++)
                if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
                        return *environment + length + 1;
        return NULL;
}

static char *path_join(const char *directory, size_t length, const char *name)
{
        char *path = malloc(length + strlen(name) + 2), *end = path;

        if (!path)
                return NULL;
        if (length > 0) {
                end = mempcpy(path, directory, length);
                *end++ = '/';
        }
        strcpy(end, name);
        return path;
}

static void candidates_free(char **candidates)
{
        for (char **at = candidates; at && *at; at++)
                free(*at);
        free(candidates);
}

/* An empty element of PATH is the working directory. */
static char **candidates_make(const char *name, const char *path)
{
        char **candidates;
        size_t room = 2, count = 0;

        if (strchr(name, '/'))
                path = "";
        for (const char *c = path; *c; c++)
                room += *c == ':';
        candidates = calloc(room, sizeof(char *));
        for (bool more = true; candidates && more; count++) {
                size_t length = strcspn(path, ":");

                candidates[count] = path_join(path, length, name);
                if (!candidates[count]) {
                        candidates_free(candidates);
                        return NULL;
                }
                more = path[length] == ':';
                path += length + more;
        }
        return candidates;
}

/* ---- in the stub: async-signal-safe calls only ---- */

/* Not in a fork of a process with threads. Who was not told to go hears why from whom he asked. */
static void stub_complain(const ProgramStart *start, int error)
{
        if (error == -ECANCELED)
                return;
        if (start->directory)
                dprintf(STDERR_FILENO, _("cannot run %s in %s: %s\n"), start->argv[0],
                        start->directory, strerror(-error));
        else
                dprintf(STDERR_FILENO, _("cannot run %s: %s\n"), start->argv[0], strerror(-error));
}

static _Noreturn void stub_fail(const StubPlan *plan, int error, int exit_status)
{
        if (plan->complains)
                stub_complain(plan->start, error);
        if (send(plan->status, &error, sizeof(error), MSG_NOSIGNAL) < 0) {
                /* the caller is gone: nobody to tell */
        }
        _exit(exit_status);
}

static void stub_reset_signals(const StubPlan *plan)
{
        struct sigaction action;

        for (int signal = 1; signal < NSIG; signal++)
                if (sigaction(signal, NULL, &action) == 0 && action.sa_handler != SIG_IGN &&
                    action.sa_handler != SIG_DFL) {
                        memset(&action, 0, sizeof(action));
                        action.sa_handler = SIG_DFL;
                        sigaction(signal, &action, NULL);
                }
        sigprocmask(SIG_SETMASK, &plan->mask, NULL);
}

static int stub_take_terminal(int terminal)
{
        if (terminal < 0)
                return 0;
        if (setsid() < 0 || ioctl(terminal, TIOCSCTTY, 0) < 0)
                return -errno;
        for (int fd = 0; fd < 3; fd++)
                if (dup2(terminal, fd) < 0)
                        return -errno;
        return 0;
}

static int stub_prepare(const StubPlan *plan)
{
        int r = stub_take_terminal(plan->start->terminal);

        if (r < 0)
                return r;
        if (plan->start->directory && chdir(plan->start->directory) < 0)
                return -errno;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return -errno;
        /* A tracer without privilege may seize a dumpable process only. */
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
        return 0;
}

static ssize_t stub_receive(int socket, void *buffer, size_t size)
{
        ssize_t n;

        do
                n = recv(socket, buffer, size, 0);
        while (n < 0 && errno == EINTR);
        return n;
}

/* The handshake of stub-protocol.h; true when told to go. */
static bool stub_wait_for_go(const StubPlan *plan)
{
        static const char ready = STUB_READY;
        StubTracer tracer;
        char message;

        if (stub_receive(plan->socket, &tracer, sizeof(tracer)) != sizeof(tracer) ||
            tracer.magic != STUB_MAGIC || tracer.pid <= 0)
                return false;
        /* EINVAL where the kernel has no Yama: then nobody needs to be named. */
        prctl(PR_SET_PTRACER, (unsigned long) tracer.pid, 0, 0, 0);
        if (send(plan->socket, &ready, 1, MSG_NOSIGNAL) != 1)
                return false;
        return stub_receive(plan->socket, &message, 1) == 1 && message == STUB_GO;
}

/* As execvpe() goes on: a file that is missing or forbidden is not the end of the search. */
static int stub_exec(const StubPlan *plan)
{
        int error = -ENOENT;

        for (char **file = plan->candidates; *file; file++) {
                execve(*file, (char *const *) plan->start->argv, plan->environment);
                if (errno == EACCES)
                        error = -EACCES;
                else if (errno != ENOENT && errno != ENOTDIR && errno != ESTALE && errno != ENODEV)
                        return -errno;
        }
        return error;
}

static _Noreturn void stub_run(const StubPlan *plan)
{
        static const int going = 0;
        int r;

        close_fd(plan->peer);
        stub_reset_signals(plan);
        r = stub_prepare(plan);
        if (r < 0)
                stub_fail(plan, r, 126);
        if (!stub_wait_for_go(plan))
                stub_fail(plan, -ECANCELED, STUB_EXIT_NOT_TOLD);
        if (send(plan->status, &going, sizeof(going), MSG_NOSIGNAL) < 0) {
                /* the caller is gone; the program may run all the same */
        }
        r = stub_exec(plan);
        stub_fail(plan, r, program_start_exit_status(r));
}

/* ---- the caller's side ---- */

/* A handler of the caller's must not run in the child: all signals wait until they are reset. */
static int fork_stub(StubPlan *plan, pid_t *ret_pid)
{
        sigset_t all;
        pid_t pid;
        int error;

        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &plan->mask);
        pid = fork();
        error = errno;
        if (pid == 0)
                stub_run(plan);
        pthread_sigmask(SIG_SETMASK, &plan->mask, NULL);
        if (pid < 0)
                return -error;
        *ret_pid = pid;
        return 0;
}

int program_status_open(int *ret_read, int *ret_write)
{
        int pair[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        *ret_read = pair[0];
        *ret_write = pair[1];
        return 0;
}

static int stub_open(StubPlan *plan, ProgramStub *stub)
{
        int pair[2], r;

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                return -errno;
        plan->peer = stub->socket = pair[0];
        plan->socket = pair[1];
        r = program_status_open(&stub->exec_status, &plan->status);
        if (r < 0)
                return r;
        r = fork_stub(plan, &stub->pid);
        if (r < 0)
                return r;
        stub->pidfd = pidfd_open(stub->pid, 0);
        return stub->pidfd < 0 ? -errno : 0;
}

static int plan_make(const ProgramStart *start, StubPlan *ret)
{
        StubPlan plan = {.start = start, .socket = -1, .status = -1, .peer = -1};
        const char *path;

        if (!start->argv || !start->argv[0])
                return -EINVAL;
        if (!start->argv[0][0])
                return -ENOENT;
        plan.environment = start->environment ? (char *const *) start->environment : environ;
        path = environment_get(plan.environment, "PATH");
        plan.candidates = candidates_make(start->argv[0], path ? path : DEFAULT_PATH);
        if (!plan.candidates)
                return -ENOMEM;
        *ret = plan;
        return 0;
}

void program_stub_become(const ProgramStart *start, int socket, int status)
{
        StubPlan plan = {.start = start};
        int r = plan_make(start, &plan);

        plan.socket = socket;
        plan.status = status;
        plan.complains = start->argv && start->argv[0];
        if (r < 0)
                stub_fail(&plan, r, program_start_exit_status(r));
        sigprocmask(SIG_SETMASK, NULL, &plan.mask);
        stub_run(&plan);
}

int program_stub_fork(const ProgramStart *start, ProgramStub *ret)
{
        ProgramStub stub = PROGRAM_STUB_INIT;
        StubPlan plan;
        int r = plan_make(start, &plan);

        if (r < 0)
                return r;
        r = stub_open(&plan, &stub);
        candidates_free(plan.candidates);
        close_fd(plan.socket);
        close_fd(plan.status);
        if (r < 0) {
                program_stub_cancel(&stub);
                return r;
        }
        *ret = stub;
        return 0;
}

static ssize_t read_status(int fd, int *ret)
{
        ssize_t n;

        do
                n = read(fd, ret, sizeof(*ret));
        while (n < 0 && errno == EINTR);
        return n;
}

int program_stub_wait(ProgramStub *stub)
{
        int status;

        /* Who was to tell it has an end of his own; held open here ours would keep a stub that
         * nobody tells waiting, and us for it. */
        stub->socket = close_fd(stub->socket);
        /* Nothing at all: it was killed before it was told. */
        if (read_status(stub->exec_status, &status) != sizeof(status))
                return -ECANCELED;
        if (status < 0)
                return status;
        /* It goes; end of file is the exec's close-on-exec. */
        return read_status(stub->exec_status, &status) == sizeof(status) ? status : 0;
}

void program_stub_release(ProgramStub *stub)
{
        stub->pidfd = close_fd(stub->pidfd);
        stub->socket = close_fd(stub->socket);
        stub->exec_status = close_fd(stub->exec_status);
}

void program_stub_cancel(ProgramStub *stub)
{
        if (stub->pid > 0) {
                kill(stub->pid, SIGKILL);
                while (waitpid(stub->pid, NULL, 0) < 0 && errno == EINTR)
                        ;
                stub->pid = -1;
        }
        program_stub_release(stub);
}

int program_start_exit_status(int error)
{
        switch (error) {
        case -ENOENT:
        case -ENOTDIR:
                return 127;
        case -ECANCELED:
                return STUB_EXIT_NOT_TOLD;
        default:
                return 126;
        }
}
