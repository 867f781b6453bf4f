/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/supervisor-process.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "link/link-control.h"
#include "link/link.h"

#define GROUPS_MAX 1024

/* What the child needs; all made before the fork. */
typedef struct Child {
        const char *program;
        const char *const *arguments;
        const Identity *identity; /* NULL: ours */
        int keep;                 /* becomes `keep_as` */
        int keep_as;
        bool keep_ptrace; /* with an identity: keep CAP_SYS_PTRACE */
        int status;       /* write end: the errno of what failed; closed by exec */
} Child;

void identity_release(Identity *identity)
{
        free(identity->groups);
        *identity = (Identity){0};
}

int identity_of_user(uid_t uid, Identity *ret)
{
        Identity identity = {.uid = uid, .gid = uid};
        struct passwd *user = getpwuid(uid);
        int count = GROUPS_MAX;

        if (user) {
                identity.gid = user->pw_gid;
                identity.groups = calloc(GROUPS_MAX, sizeof(gid_t));
                if (!identity.groups)
                        return -ENOMEM;
                if (getgrouplist(user->pw_name, user->pw_gid, identity.groups, &count) < 0)
                        count = GROUPS_MAX;
                identity.group_count = count;
        }
        *ret = identity;
        return 0;
}

/* ---- in the child ---- */

static _Noreturn void child_fail(const Child *child)
{
        int error = -errno;

        if (write(child->status, &error, sizeof(error)) < 0) {
                /* the parent is gone */
        }
        _exit(126);
}

static int set_capabilities(uint64_t set)
{
        struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
        struct __user_cap_data_struct data[2] = {
                {(uint32_t) set, (uint32_t) set, (uint32_t) set},
                {(uint32_t) (set >> 32), (uint32_t) (set >> 32), (uint32_t) (set >> 32)},
        };

        return (int) syscall(SYS_capset, &header, data);
}

/* capabilities(7): an ambient capability goes through an exec of a plain file. */
static void child_become(const Child *child)
{
        const Identity *identity = child->identity;

        if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0 ||
            setgroups((size_t) identity->group_count, identity->groups) < 0 ||
            setresgid(identity->gid, identity->gid, identity->gid) < 0 ||
            setresuid(identity->uid, identity->uid, identity->uid) < 0)
                child_fail(child);
        if (!child->keep_ptrace || identity->uid == 0) {
                if (identity->uid != 0 && set_capabilities(0) < 0)
                        child_fail(child);
                return;
        }
        if (set_capabilities(1ull << CAP_SYS_PTRACE) < 0 ||
            prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_PTRACE, 0, 0) < 0)
                child_fail(child);
}

static void child_arrange_descriptors(Child *child)
{
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        int top = child->keep_as + 1;

        /* All above what is being filled first, so that nothing is overwritten. */
        child->status = fcntl(child->status, F_DUPFD_CLOEXEC, top);
        child->keep = fcntl(child->keep, F_DUPFD_CLOEXEC, top);
        null = fcntl(null, F_DUPFD_CLOEXEC, top);
        if (null < 0 || child->keep < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
            dup2(child->keep, child->keep_as) < 0)
                child_fail(child);
        if (close_range((unsigned) (child->keep_as < 3 ? 3 : child->keep_as + 1), ~0u,
                        CLOSE_RANGE_CLOEXEC) < 0)
                child_fail(child);
}

static _Noreturn void child_run(Child *child)
{
        sigset_t none;

        sigemptyset(&none);
        for (int signal = 1; signal < NSIG; signal++)
                if (signal != SIGKILL && signal != SIGSTOP)
                        sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
        sigprocmask(SIG_SETMASK, &none, NULL);
        if (setsid() < 0 || chdir("/") < 0)
                child_fail(child);
        child_arrange_descriptors(child);
        if (child->identity)
                child_become(child);
        execv(child->program, (char *const *) child->arguments);
        child_fail(child);
}

/* ---- in the broker ---- */

/* Waits for the exec, which is short: the file is ours. */
static int await_exec(int status, pid_t pid)
{
        int error;
        ssize_t n;

        do
                n = read(status, &error, sizeof(error));
        while (n < 0 && errno == EINTR);
        if (n != sizeof(error))
                return 0;
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                ;
        return error;
}

static int spawn(Child *child, pid_t *ret_pid, int *ret_pidfd, Problem *problem)
{
        _cleanup_close_ int status = -1, write_end = -1;
        int pipe[2], pidfd, r;
        pid_t pid;

        if (pipe2(pipe, O_CLOEXEC) < 0)
                return problem_set(problem, -errno, "cannot make a pipe: %m");
        status = pipe[0];
        child->status = write_end = pipe[1];
        pid = fork();
        if (pid < 0)
                return problem_set(problem, -errno, "cannot fork: %m");
        if (pid == 0)
                child_run(child);
        write_end = close_fd(write_end);
        r = await_exec(status, pid);
        if (r < 0)
                return problem_set(problem, r, "cannot run %s: %s", child->program, strerror(-r));
        pidfd = pidfd_open(pid, 0);
        if (pidfd < 0)
                return problem_set(problem, -errno, "cannot watch process %d: %m", pid);
        *ret_pid = pid;
        *ret_pidfd = pidfd;
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
                       .keep_as = STDOUT_FILENO};
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
