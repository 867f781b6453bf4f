/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/resolve-path.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "supervisor/path-walk.h"
#include "supervisor/served-mounts.h"

/* Linux 5.12; before, the kernel refuses it, and each path is walked. */
#ifndef RESOLVE_CACHED
#define RESOLVE_CACHED 0x20
#endif

/* The common case here: the caller's root is ours, no link of /proc on the way. */

int shares_our_root(pid_t tid)
{
        const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
        struct statx theirs, ours;
        char name[32];

        snprintf(name, sizeof(name), "/proc/%d/root", tid);
        if (statx(AT_FDCWD, name, flags, STATX_INO | STATX_MNT_ID, &theirs) < 0 ||
            statx(AT_FDCWD, "/", flags, STATX_INO | STATX_MNT_ID, &ours) < 0)
                return false;
        return (theirs.stx_mask & ours.stx_mask & STATX_MNT_ID) && place_is_same(&theirs, &ours);
}

/* The name of `path`, which does not exist: its folder's and the last component. -EAGAIN when that
 * is not all there is to it. */
static int name_of_missing(int start, const char *path, uint64_t cached, char **ret)
{
        const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
        _cleanup_free_ char *parent = NULL, *folder = NULL;
        _cleanup_close_ int at = -1, there = -1;
        struct statx here;
        int r;

        if (*last == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
                return -EAGAIN;
        parent = slash ? strndup(path, (size_t) (last - path)) : strdup(".");
        if (!parent)
                return -ENOMEM;
        at = place_open_held(start, parent, O_DIRECTORY, RESOLVE_NO_MAGICLINKS | cached);
        if (at < 0 || (cached && place_is_served(at)) || place_is_on_proc(at) ||
            place_look_at(at, &here) < 0 || here.stx_nlink == 0)
                return -EAGAIN;
        there = openat(at, last, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (there >= 0 || errno != ENOENT)
                return -EAGAIN;
        r = descriptor_path(at, &folder);
        if (r < 0)
                return r;
        *ret = string_format("%s/%s", string_equal(folder, "/") ? "" : folder, last);
        return *ret ? 0 : -ENOMEM;
}

/* True for an absolute path without "//", "." and ".." parts and without a slash at its end. */
static bool is_plain(const char *path)
{
        do {
                size_t length = strcspn(path + 1, "/");

                if (*path != '/' || length == 0 || (length == 1 && path[1] == '.') ||
                    (length == 2 && path[1] == '.' && path[2] == '.'))
                        return false;
                path += 1 + length;
        } while (*path);
        return true;
}

/* What the thread's descriptor, or its working directory, is: the kernel's own name for it. */
static int name_of_start(pid_t tid, int dirfd, char **ret)
{
        char name[48], path[PATH_MAX];
        ssize_t n;

        if (dirfd == AT_FDCWD)
                snprintf(name, sizeof(name), "/proc/%d/cwd", tid);
        else
                snprintf(name, sizeof(name), "/proc/%d/fd/%d", tid, dirfd);
        n = readlink(name, path, sizeof(path));
        if (n < 0 || n == sizeof(path))
                return -EAGAIN;
        *ret = strndup(path, (size_t) n);
        return *ret ? 0 : -ENOMEM;
}

/* The name of `path`, which is plain and on which the kernel met no link before something was
 * missing: its own when only the last component is, and then it need not be looked at again. */
static int name_of_plain_missing(const char *path, uint64_t cached)
{
        char parent[PATH_MAX];
        size_t length = (size_t) (strrchr(path, '/') - path);
        int fd;

        if (length == 0)
                return 0;
        memcpy(parent, path, length);
        parent[length] = '\0';
        fd = place_open_held(AT_FDCWD, parent, O_DIRECTORY, RESOLVE_NO_SYMLINKS | cached);
        if (fd < 0)
                return errno == ENOENT ? -ENOENT : -EAGAIN;
        close_fd(fd);
        return 0;
}

/* What is reached by its plain name without a link is called just that. -EAGAIN when `path` is no
 * such name. */
static int resolve_plain(const char *path, int no_follow, uint64_t cached, char **ret)
{
        int fd, r = 0;

        if (!is_plain(path))
                return -EAGAIN;
        fd = place_open_held(AT_FDCWD, path, no_follow, RESOLVE_NO_SYMLINKS | cached);
        if (fd >= 0)
                close_fd(fd);
        else
                r = errno == ENOENT ? name_of_plain_missing(path, cached) : -EAGAIN;
        if (r < 0)
                return r;
        *ret = strdup(path);
        return *ret ? 0 : -ENOMEM;
}

/* Lets the kernel walk, for a thread whose root is ours. -EAGAIN when what it found would not be
 * what the caller finds (a thing of /proc may have been reached through our own "self"), or when
 * the walk has to say why not, or, with RESOLVE_CACHED for `cached` (else 0), when the kernel does
 * not know all of it by heart. */
static int resolve_at_once(pid_t tid, int dirfd, const char *path, int follow, uint64_t cached,
                           char **ret)
{
        _cleanup_close_ int own = -1, fd = -1;
        int start = AT_FDCWD, no_follow = follow ? 0 : O_NOFOLLOW, r;

        if (*path == '\0' || (dirfd == AT_FDCWD && strcmp(path, ".") == 0))
                return name_of_start(tid, dirfd, ret);
        r = resolve_plain(path, no_follow, cached, ret);
        if (r != -EAGAIN)
                return r;
        if (*path != '/') {
                own = place_open_start(tid, dirfd, false);
                if (own < 0)
                        return own;
                start = own;
        }
        fd = place_open_held(start, path, no_follow, RESOLVE_NO_MAGICLINKS | cached);
        if (fd < 0)
                return errno == ENOENT ? name_of_missing(start, path, cached, ret) : -EAGAIN;
        if (!(cached && place_is_served(fd)) && place_is_on_proc(fd))
                return -EAGAIN;
        return descriptor_path(fd, ret);
}

int resolve_path_in_our_root(pid_t pid, pid_t tid, int dirfd, const char *path, int follow,
                             char **ret)
{
        int r;

        if (strlen(path) >= PATH_MAX)
                return -ENAMETOOLONG;
        r = resolve_at_once(tid, dirfd, path, follow, 0, ret);
        return r == -EAGAIN ? path_walk(pid, tid, dirfd, path, follow, false, ret) : r;
}

int resolve_path(pid_t pid, pid_t tid, int dirfd, const char *path, int follow, char **ret)
{
        if (strlen(path) >= PATH_MAX)
                return -ENAMETOOLONG;
        if (shares_our_root(tid))
                return resolve_path_in_our_root(pid, tid, dirfd, path, follow, ret);
        return path_walk(pid, tid, dirfd, path, follow, false, ret);
}

/* ---- without asking a server ---- */

/* What is served there is what is served here. */
static bool shares_our_mounts(pid_t tid)
{
        char name[32], theirs[32], ours[32];
        ssize_t n, m;

        snprintf(name, sizeof(name), "/proc/%d/ns/mnt", tid);
        n = readlink(name, theirs, sizeof(theirs));
        m = readlink("/proc/self/ns/mnt", ours, sizeof(ours));
        return n > 0 && n == m && memcmp(theirs, ours, (size_t) n) == 0;
}

/* What openat2 has to be told for a plain name so that no server is asked; 0 where none could be.
 */
static uint64_t held_off_servers(void)
{
        if (!served_mounts_hold_paths())
                return 0;
        return RESOLVE_CACHED | (served_mounts_are_asked_always() ? RESOLVE_NO_XDEV : 0);
}

int name_in_our_root(const char *path, int follow)
{
        int fd;

        if (!is_plain(path) || strlen(path) >= PATH_MAX)
                return -EAGAIN;
        fd = place_open_held(AT_FDCWD, path, follow ? 0 : O_NOFOLLOW,
                             RESOLVE_NO_SYMLINKS | held_off_servers());
        if (fd < 0)
                return errno == ENOENT ? 0 : -EAGAIN;
        close_fd(fd);
        return 0;
}

/* Where the kernel would ask a server at the end of a path although it knows all of it, only what
 * cannot lead to one is looked at: plain names that cross no mount, and what a thread has open. */
static bool leads_to_no_server(int dirfd, const char *path)
{
        return is_plain(path) || !*path || (dirfd == AT_FDCWD && strcmp(path, ".") == 0);
}

int resolve_path_at_hand(pid_t pid, pid_t tid, bool our_root, int dirfd, const char *path,
                         int follow, char **ret)
{
        bool served = served_mounts_hold_paths(), asked_always = served_mounts_are_asked_always();
        int r = -EAGAIN;

        if (strlen(path) >= PATH_MAX)
                return -ENAMETOOLONG;
        our_root = our_root || shares_our_root(tid);
        if (our_root && !served)
                return resolve_path_in_our_root(pid, tid, dirfd, path, follow, ret);
        if (our_root && (!asked_always || leads_to_no_server(dirfd, path)))
                r = resolve_at_once(tid, dirfd, path, follow, held_off_servers(), ret);
        if (r != -EAGAIN)
                return r;
        if (asked_always || (!our_root && !shares_our_mounts(tid)))
                return -EINPROGRESS;
        return path_walk(pid, tid, dirfd, path, follow, served, ret);
}
