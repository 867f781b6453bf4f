/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/trace-check.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <linux/magic.h>

#include "broker/process-status.h"

#define FUSE_MAGIC 0x65735546

static bool is_alive(int pidfd)
{
        struct pollfd at = {.fd = pidfd, .events = POLLIN};

        return poll(&at, 1, 0) == 0;
}

/* Alive before and after /proc is read under its number: then it was this one that was read. */
static int check_owner(uid_t uid, pid_t pid, int pidfd, ProcessStatus *ret, Problem *problem)
{
        int r = process_status_read(pid, ret);

        if (r < 0 || !is_alive(pidfd))
                return problem_set(problem, -ESRCH, "process %d has ended", pid);
        if (!process_status_is_of(ret, uid))
                return problem_set(problem, -EPERM, "process %d is not yours", pid);
        if (ret->tracer > 0)
                return problem_set(problem, -EBUSY, "process %d is traced by process %d already",
                                   pid, ret->tracer);
        return 0;
}

int trace_find_owner(pid_t pid, int pidfd, uid_t *ret, Problem *problem)
{
        ProcessStatus status;
        int r = process_status_read(pid, &status);

        if (r < 0 || !is_alive(pidfd))
                return problem_set(problem, -ESRCH, "process %d has ended", pid);
        *ret = status.uids[0];
        return 0;
}

int trace_check_stub(uid_t uid, pid_t pid, int pidfd, int socket, Problem *problem)
{
        ProcessStatus status;
        socklen_t size = sizeof(int);
        pid_t named;
        int type, r;

        r = process_of_pidfd(pidfd, &named);
        if (r < 0)
                return problem_set(problem, -EINVAL,
                                   r == -ESRCH ? "the stub has ended"
                                               : "stub-pidfd is not a pidfd");
        if (named != pid)
                return problem_set(problem, -EINVAL, "stub-pidfd names process %d, not %d", named,
                                   pid);
        if (getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &size) < 0 || type != SOCK_SEQPACKET)
                return problem_set(problem, -EINVAL,
                                   "stub-socket is not a socket of type SOCK_SEQPACKET");
        return check_owner(uid, pid, pidfd, &status, problem);
}

int trace_check_process(uid_t uid, pid_t pid, int *ret_pidfd, char **ret_name, Problem *problem)
{
        _cleanup_close_ int pidfd = -1;
        char path[48], exe[PATH_MAX];
        ProcessStatus status;
        ssize_t length;
        char *name;
        int r;

        pidfd = pid > 0 ? pidfd_open(pid, 0) : -1;
        if (pidfd < 0)
                return problem_set(problem, -ESRCH, "there is no process %d", pid);
        r = check_owner(uid, pid, pidfd, &status, problem);
        if (r < 0)
                return r;
        snprintf(path, sizeof(path), "/proc/%d/exe", pid);
        length = readlink(path, exe, sizeof(exe));
        name = length > 0 ? strndup(exe, (size_t) length) : strdup(status.name);
        if (!name)
                return -ENOMEM;
        *ret_name = name;
        *ret_pidfd = TAKE_FD(pidfd);
        return 0;
}

int trace_check_log(int fd, Problem *problem)
{
        int flags = fcntl(fd, F_GETFL);
        struct statfs system;
        struct stat st;

        if (flags < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
            (flags & O_ACCMODE) == O_RDONLY || (flags & O_PATH))
                return problem_set(problem, -EINVAL,
                                   "log must be a regular file that is open for writing");
        /* A file system that a user's program serves could keep us waiting for ever. */
        if (fstatfs(fd, &system) < 0 || system.f_type == FUSE_MAGIC)
                return problem_set(problem, -EINVAL, "log must not lie on a FUSE file system");
        return 0;
}
