/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/resolve-path.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/text.h"

#define LINKS_MAX       40u /* as the kernel's MAXSYMLINKS */
#define PROC_ROOT_INODE 1u  /* the kernel's PROC_ROOT_INO: the top directory of any proc mount */

/* One walk. `at` is a directory (or, at the very end, anything) that was reached; `rest` is what is
 * still to be walked from there. */
typedef struct Walk {
        pid_t pid;
        pid_t tid;
        bool follow;    /* the last component's link as well */
        int root;       /* the thread's root, owned */
        int at;         /* owned */
        char *rest;     /* owned; what is before `next` is done */
        char *next;     /* into rest */
        unsigned links; /* symbolic links followed so far */
        char *missing;  /* the last component when it does not exist or is not followed, owned */
} Walk;

static void walk_release(Walk *walk)
{
        close_fd(walk->root);
        close_fd(walk->at);
        free(walk->rest);
        free(walk->missing);
}

/* Opens what a link of /proc/TID leads to, without opening the thing itself. */
static int open_of_thread(pid_t tid, const char *link)
{
        char name[64];
        int fd;

        snprintf(name, sizeof(name), "/proc/%d/%s", tid, link);
        fd = open(name, O_PATH | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

static int open_descriptor_of_thread(pid_t tid, int number)
{
        char link[24], directory[32];
        int fd;

        if (number < 0)
                return -EBADF;
        snprintf(link, sizeof(link), "fd/%d", number);
        fd = open_of_thread(tid, link);
        if (fd != -ENOENT)
                return fd;
        snprintf(directory, sizeof(directory), "/proc/%d", tid);
        return access(directory, F_OK) < 0 ? -ESRCH : -EBADF;
}

/* The directory that a path starts from; -ESRCH when the thread is gone. */
static int open_start(pid_t tid, int dirfd, bool absolute)
{
        int fd;

        if (!absolute && dirfd != AT_FDCWD)
                return open_descriptor_of_thread(tid, dirfd);
        fd = open_of_thread(tid, absolute ? "root" : "cwd");
        return fd == -ENOENT ? -ESRCH : fd;
}

int descriptor_path(int fd, char **ret)
{
        char name[32], path[PATH_MAX];
        ssize_t n;

        snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
        n = readlink(name, path, sizeof(path));
        if (n < 0)
                return -errno;
        if (n == sizeof(path))
                return -ENAMETOOLONG;
        *ret = strndup(path, (size_t) n);
        return *ret ? 0 : -ENOMEM;
}

/* The target of the link that `fd` is open on; -ENOENT when it is no link. */
static int read_link(int fd, char **ret)
{
        char target[PATH_MAX];
        ssize_t n = readlinkat(fd, "", target, sizeof(target));

        if (n < 0)
                return errno == EINVAL ? -ENOENT : -errno;
        if (n == sizeof(target))
                return -ENAMETOOLONG;
        *ret = strndup(target, (size_t) n);
        return *ret ? 0 : -ENOMEM;
}

static bool is_on_proc(int fd)
{
        struct statfs fs;

        return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

/* Attributes that are in memory anyway: a remote or FUSE file system is not asked. */
static int look_at(int fd, struct statx *ret)
{
        if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
                  STATX_INO | STATX_NLINK | STATX_MNT_ID, ret) < 0)
                return -errno;
        return 0;
}

static bool is_same_inode_and_mount(const struct statx *a, const struct statx *b)
{
        return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
               a->stx_dev_minor == b->stx_dev_minor && a->stx_mnt_id == b->stx_mnt_id;
}

static bool is_same_place(int a, int b)
{
        struct statx of_a, of_b;

        return look_at(a, &of_a) == 0 && look_at(b, &of_b) == 0 &&
               is_same_inode_and_mount(&of_a, &of_b);
}

static void move_to(Walk *walk, int fd)
{
        close_fd(walk->at);
        walk->at = fd;
}

static int move_to_root(Walk *walk)
{
        int fd = fcntl(walk->root, F_DUPFD_CLOEXEC, 3);

        if (fd < 0)
                return -errno;
        move_to(walk, fd);
        return 0;
}

/* Puts a link's target in front of what is left. */
static int walk_insert(Walk *walk, const char *target)
{
        char *rest;

        if (++walk->links > LINKS_MAX)
                return -ELOOP;
        if (*target == '\0')
                return -ENOENT;
        /* a slash between the two only where there is one: the rest starts with it */
        rest = string_format("%s%s", target, walk->next);
        if (!rest)
                return -ENOMEM;
        free(walk->rest);
        walk->rest = rest;
        walk->next = rest;
        return *target == '/' ? move_to_root(walk) : 0;
}

/* The number that the proc mount at `proc` knows the thread by: ours when it is the same mount of
 * the same pid namespace, else the innermost of NSpid. */
static int number_in_proc(int proc, pid_t id, pid_t *ret)
{
        _cleanup_close_ int own = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(fclosep) FILE *status = NULL;
        struct statx of_proc, of_own;
        char name[40], line[256];

        *ret = id;
        if (own >= 0 && look_at(proc, &of_proc) == 0 && look_at(own, &of_own) == 0 &&
            of_proc.stx_dev_minor == of_own.stx_dev_minor &&
            of_proc.stx_dev_major == of_own.stx_dev_major)
                return 0;
        snprintf(name, sizeof(name), "/proc/%d/status", id);
        status = fopen(name, "re");
        if (!status)
                return errno == ENOENT ? -ESRCH : -errno;
        while (fgets(line, sizeof(line), status)) {
                const char *last = strrchr(line, '\t');

                if (string_starts_with(line, "NSpid:") && last) {
                        *ret = (pid_t) strtol(last + 1, NULL, 10);
                        return 0;
                }
        }
        return 0;
}

/* What "self" and "thread-self" mean to the caller, when `proc` is the top of a proc mount;
 * otherwise -ENOENT. */
static int caller_self(const Walk *walk, int proc, const char *name, char **ret)
{
        bool thread = strcmp(name, "thread-self") == 0;
        struct statx of_proc;
        pid_t pid, tid;
        int r;

        if (!thread && strcmp(name, "self") != 0)
                return -ENOENT;
        if (!is_on_proc(proc) || look_at(proc, &of_proc) < 0 || of_proc.stx_ino != PROC_ROOT_INODE)
                return -ENOENT;
        r = number_in_proc(proc, walk->pid, &pid);
        if (r == 0)
                r = number_in_proc(proc, walk->tid, &tid);
        if (r < 0)
                return r;
        *ret = thread ? string_format("%d/task/%d", pid, tid) : string_format("%d", pid);
        return *ret ? 0 : -ENOMEM;
}

/* Opens `path` from `start`, nothing but a place (O_PATH), held by RESOLVE_… flags: -1, ELOOP. */
static int open_held(int start, const char *path, int flags, uint64_t resolve)
{
        struct open_how how = {
                .flags = (uint64_t) (O_PATH | O_CLOEXEC | flags),
                .resolve = resolve,
        };

        return (int) syscall(SYS_openat2, start, path, &how, sizeof(how));
}

/* Jumps through a link of /proc that is no text but a reference (fd/3, cwd, root, exe). -ENOENT
 * when `name` in the present directory is no such link. */
static int jump(Walk *walk, const char *name)
{
        int fd;

        if (!is_on_proc(walk->at))
                return -ENOENT;
        fd = open_held(walk->at, name, 0, RESOLVE_NO_MAGICLINKS);
        if (fd >= 0) {
                close_fd(fd);
                return -ENOENT;
        }
        if (errno != ELOOP)
                return -ENOENT;
        if (++walk->links > LINKS_MAX)
                return -ELOOP;
        fd = openat(walk->at, name, O_PATH | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        move_to(walk, fd);
        return 0;
}

/* Follows the link `name` of the present directory, whose text is `target`. */
static int walk_link(Walk *walk, const char *name, const char *target)
{
        int r = jump(walk, name);

        return r == -ENOENT ? walk_insert(walk, target) : r;
}

/* Takes "." or "..": both need a directory, and the root is its own parent. */
static int walk_dots(Walk *walk, const char *name)
{
        bool stay = name[1] == '\0' || is_same_place(walk->at, walk->root);
        int fd = openat(walk->at, stay ? "." : "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

        if (fd < 0)
                return -errno;
        move_to(walk, fd);
        return 0;
}

/* Keeps `name` as the last component; nothing can be made in a directory that was removed. */
static int walk_keep(Walk *walk, const char *name)
{
        struct statx here;
        int r = look_at(walk->at, &here);

        if (r < 0)
                return r;
        if (here.stx_nlink == 0)
                return -ENOENT;
        walk->missing = strdup(name);
        return walk->missing ? 0 : -ENOMEM;
}

/* Takes one component. `last`: nothing follows it; `slash`: but a slash does. */
static int walk_component(Walk *walk, const char *name, bool last, bool slash)
{
        _cleanup_free_ char *target = NULL, *self = NULL;
        _cleanup_close_ int fd = -1;
        int r;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
                return walk_dots(walk, name);
        fd = openat(walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT && last)
                return walk_keep(walk, name);
        if (fd < 0)
                return -errno;
        /* first: seen by us, a foreign pid namespace's "self" has no text */
        r = caller_self(walk, walk->at, name, &self);
        if (r == -ENOENT)
                r = read_link(fd, &target);
        if (r == -ENOENT) {
                move_to(walk, TAKE_FD(fd));
                return 0;
        }
        if (r < 0)
                return r;
        if (last && !slash && !walk->follow)
                return walk_keep(walk, name);
        return self ? walk_insert(walk, self) : walk_link(walk, name, target);
}

/* Cuts the next component off the rest. False when there is none. */
static bool next_component(Walk *walk, char name[NAME_MAX + 1], bool *ret_last, bool *ret_slash,
                           int *ret_error)
{
        size_t length;
        const char *after;

        walk->next += strspn(walk->next, "/");
        length = strcspn(walk->next, "/");
        *ret_error = length > NAME_MAX ? -ENAMETOOLONG : 0;
        if (length == 0 || *ret_error < 0)
                return false;
        memcpy(name, walk->next, length);
        name[length] = '\0';
        after = walk->next + length;
        *ret_slash = *after == '/';
        *ret_last = after[strspn(after, "/")] == '\0';
        walk->next += length;
        return true;
}

static int walk_all(Walk *walk)
{
        char name[NAME_MAX + 1];
        bool last, slash;
        int r;

        while (next_component(walk, name, &last, &slash, &r)) {
                r = walk_component(walk, name, last, slash);
                if (r < 0)
                        return r;
                if (walk->missing)
                        return 0;
        }
        return r;
}

/* Takes the thread's root off the front of a name, so that it is the one the thread uses. */
static int within_root(const char *root, const char *path, char **ret)
{
        size_t length = strlen(root);
        const char *inside = path;

        if (length > 1 && strncmp(path, root, length) == 0 &&
            (path[length] == '/' || path[length] == '\0'))
                inside = path[length] ? path + length : "/";
        *ret = strdup(inside);
        return *ret ? 0 : -ENOMEM;
}

/* The name of the place that the walk has reached. */
static int walk_answer(const Walk *walk, char **ret)
{
        _cleanup_free_ char *root = NULL, *path = NULL, *inside = NULL;
        int r = descriptor_path(walk->root, &root);

        if (r == 0)
                r = descriptor_path(walk->at, &path);
        if (r == 0)
                r = within_root(root, path, &inside);
        if (r < 0)
                return r;
        if (!walk->missing)
                *ret = TAKE_PTR(inside);
        else if (string_equal(inside, "/"))
                *ret = string_format("/%s", walk->missing);
        else
                *ret = string_format("%s/%s", inside, walk->missing);
        return *ret ? 0 : -ENOMEM;
}

/* ---- the common case: the caller's root is ours, no link of /proc on the way ---- */

int shares_our_root(pid_t tid)
{
        const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
        struct statx theirs, ours;
        char name[32];

        snprintf(name, sizeof(name), "/proc/%d/root", tid);
        if (statx(AT_FDCWD, name, flags, STATX_INO | STATX_MNT_ID, &theirs) < 0 ||
            statx(AT_FDCWD, "/", flags, STATX_INO | STATX_MNT_ID, &ours) < 0)
                return false;
        return (theirs.stx_mask & ours.stx_mask & STATX_MNT_ID) &&
               is_same_inode_and_mount(&theirs, &ours);
}

/* The name of `path`, which does not exist: its folder's and the last component. -EAGAIN when that
 * is not all there is to it. */
static int name_of_missing(int start, const char *path, char **ret)
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
        at = open_held(start, parent, O_DIRECTORY, RESOLVE_NO_MAGICLINKS);
        if (at < 0 || is_on_proc(at) || look_at(at, &here) < 0 || here.stx_nlink == 0)
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

/* The working directory, which is the same name by the thread's own link. */
static int working_directory(pid_t tid, char **ret)
{
        char name[32], path[PATH_MAX];
        ssize_t n;

        snprintf(name, sizeof(name), "/proc/%d/cwd", tid);
        n = readlink(name, path, sizeof(path));
        if (n < 0 || n == sizeof(path))
                return -EAGAIN;
        *ret = strndup(path, (size_t) n);
        return *ret ? 0 : -ENOMEM;
}

/* The name of `path`, which is plain and on which the kernel met no link before something was
 * missing: its own when only the last component is, and then it need not be looked at again. */
static int name_of_plain_missing(const char *path)
{
        char parent[PATH_MAX];
        size_t length = (size_t) (strrchr(path, '/') - path);
        int fd;

        if (length == 0)
                return 0;
        memcpy(parent, path, length);
        parent[length] = '\0';
        fd = open_held(AT_FDCWD, parent, O_DIRECTORY, RESOLVE_NO_SYMLINKS);
        if (fd < 0)
                return errno == ENOENT ? -ENOENT : -EAGAIN;
        close_fd(fd);
        return 0;
}

/* What is reached by its plain name without a link is called just that. -EAGAIN when `path` is no
 * such name. */
static int resolve_plain(const char *path, int no_follow, char **ret)
{
        int fd, r = 0;

        if (!is_plain(path))
                return -EAGAIN;
        fd = open_held(AT_FDCWD, path, no_follow, RESOLVE_NO_SYMLINKS);
        if (fd >= 0)
                close_fd(fd);
        else
                r = errno == ENOENT ? name_of_plain_missing(path) : -EAGAIN;
        if (r < 0)
                return r;
        *ret = strdup(path);
        return *ret ? 0 : -ENOMEM;
}

/* Lets the kernel walk, for a thread whose root is ours. -EAGAIN when what it found would not be
 * what the caller finds (a thing of /proc may have been reached through our own "self"), or when
 * the walk has to say why not. */
static int resolve_at_once(pid_t tid, int dirfd, const char *path, int follow, char **ret)
{
        _cleanup_close_ int own = -1, fd = -1;
        int start = AT_FDCWD, no_follow = follow ? 0 : O_NOFOLLOW, r;

        if (*path == '\0')
                return -EAGAIN;
        if (dirfd == AT_FDCWD && strcmp(path, ".") == 0)
                return working_directory(tid, ret);
        r = resolve_plain(path, no_follow, ret);
        if (r != -EAGAIN)
                return r;
        if (*path != '/') {
                own = open_start(tid, dirfd, false);
                if (own < 0)
                        return own;
                start = own;
        }
        fd = open_held(start, path, no_follow, RESOLVE_NO_MAGICLINKS);
        if (fd < 0)
                return errno == ENOENT ? name_of_missing(start, path, ret) : -EAGAIN;
        return is_on_proc(fd) ? -EAGAIN : descriptor_path(fd, ret);
}

static int resolve_by_walking(pid_t pid, pid_t tid, int dirfd, const char *path, int follow,
                              char **ret)
{
        _cleanup_(walk_release)
                Walk walk = {.pid = pid, .tid = tid, .follow = follow, .root = -1, .at = -1};
        int r;

        walk.at = open_start(tid, dirfd, *path == '/');
        if (walk.at < 0)
                return walk.at;
        walk.root = open_start(tid, AT_FDCWD, true);
        if (walk.root < 0)
                return walk.root;
        walk.rest = strdup(path);
        if (!walk.rest)
                return -ENOMEM;
        walk.next = walk.rest;
        r = walk_all(&walk);
        if (r < 0)
                return r;
        return walk_answer(&walk, ret);
}

int resolve_path_in_our_root(pid_t pid, pid_t tid, int dirfd, const char *path, int follow,
                             char **ret)
{
        int r;

        if (strlen(path) >= PATH_MAX)
                return -ENAMETOOLONG;
        r = resolve_at_once(tid, dirfd, path, follow, ret);
        return r == -EAGAIN ? resolve_by_walking(pid, tid, dirfd, path, follow, ret) : r;
}

int resolve_path(pid_t pid, pid_t tid, int dirfd, const char *path, int follow, char **ret)
{
        if (strlen(path) >= PATH_MAX)
                return -ENAMETOOLONG;
        if (shares_our_root(tid))
                return resolve_path_in_our_root(pid, tid, dirfd, path, follow, ret);
        return resolve_by_walking(pid, tid, dirfd, path, follow, ret);
}
