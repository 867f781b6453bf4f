/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/describe-fd.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

/* A device's file gets its numbers behind its name. Device files live in /dev: any other name is
 * spared the look. */
static int describe_path(const char *link, const char *path, char **ret)
{
        struct statx st;

        if (string_starts_with(path, "/dev/") &&
            statx(AT_FDCWD, link, AT_STATX_DONT_SYNC, STATX_TYPE, &st) == 0 &&
            (S_ISCHR(st.stx_mode) || S_ISBLK(st.stx_mode)))
                *ret = string_format("%s<%s %u:%u>", path, S_ISCHR(st.stx_mode) ? "char" : "block",
                                     st.stx_rdev_major, st.stx_rdev_minor);
        else
                *ret = strdup(path);
        return *ret ? 0 : -ENOMEM;
}

/* "pid:4711" by the descriptor's fdinfo; the plain form when that says nothing. */
static int describe_pidfd(pid_t tid, int fd, const char *path, char **ret)
{
        _cleanup_(fclosep) FILE *info = NULL;
        char name[48], line[128];

        snprintf(name, sizeof(name), "/proc/%d/fdinfo/%d", tid, fd);
        info = fopen(name, "re");
        while (info && fgets(line, sizeof(line), info)) {
                if (!string_starts_with(line, "Pid:"))
                        continue;
                *ret = string_format("pid:%ld", strtol(line + strlen("Pid:"), NULL, 10));
                return *ret ? 0 : -ENOMEM;
        }
        *ret = strdup(path);
        return *ret ? 0 : -ENOMEM;
}

/* Why a link of /proc/TID/fd could not be read. */
static int not_readable(pid_t tid, int error)
{
        char directory[32];

        if (error != ENOENT)
                return -error;
        snprintf(directory, sizeof(directory), "/proc/%d", tid);
        return access(directory, F_OK) < 0 ? -ESRCH : -EBADF;
}

int describe_fd(pid_t tid, int fd, SocketNames *sockets, char **ret)
{
        char link[48], path[PATH_MAX + 1];
        unsigned long inode;
        ssize_t n;

        if (fd < 0)
                return -EBADF;
        snprintf(link, sizeof(link), "/proc/%d/fd/%d", tid, fd);
        n = readlink(link, path, sizeof(path) - 1);
        if (n < 0)
                return not_readable(tid, errno);
        path[n] = '\0';
        if (path[0] == '/')
                return describe_path(link, path, ret);
        if (sscanf(path, "socket:[%lu]", &inode) == 1)
                return socket_describe(sockets, link, inode, ret);
        /* Linux 6.9 gave pidfds a file system of their own */
        if (strcmp(path, "anon_inode:[pidfd]") == 0 || string_starts_with(path, "pidfd:["))
                return describe_pidfd(tid, fd, path, ret);
        *ret = strdup(path);
        return *ret ? 0 : -ENOMEM;
}
