/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/path-walk.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/text.h"
#include "supervisor/resolve-path.h"
#include "supervisor/served-mounts.h"

#define LINKS_MAX       40u /* as the kernel's MAXSYMLINKS */
#define PROC_ROOT_INODE 1u  /* the kernel's PROC_ROOT_INO: the top directory of any proc mount */

/* One walk. `at` is a directory (or, at the very end, anything) that was reached; `rest` is what is
 * still to be walked from there. */
typedef struct Walk {
        pid_t pid;
        pid_t tid;
        bool follow;     /* the last component's link as well */
        bool careful;    /* asks no server: -EINPROGRESS where one would have to be asked */
        int root;        /* the thread's root, owned */
        int at;          /* owned */
        char *rest;      /* owned; what is before `next` is done */
        char *next;      /* into rest */
        unsigned links;  /* symbolic links followed so far */
        char *missing;   /* the last component when it does not exist or is not followed, owned */
        char *reference; /* the link of /proc that was gone through last, NULL when anything was
                            walked since; owned */
} Walk;

static void walk_release(Walk *walk)
{
        close_fd(walk->root);
        close_fd(walk->at);
        free(walk->rest);
        free(walk->missing);
        free(walk->reference);
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

int place_open_start(pid_t tid, int dirfd, bool absolute)
{
        int fd;

        if (!absolute && dirfd != AT_FDCWD)
                return open_descriptor_of_thread(tid, dirfd);
        fd = open_of_thread(tid, absolute ? "root" : "cwd");
        return fd == -ENOENT ? -ESRCH : fd;
}

/* An errand's thread has descriptors of its own, which /proc/self does not show; its name is the
 * longer way. */
static _Thread_local const char *own_descriptors = "/proc/self/fd";

void place_has_own_descriptors(void)
{
        own_descriptors = "/proc/thread-self/fd";
}

int descriptor_path(int fd, char **ret)
{
        char name[48], path[PATH_MAX];
        ssize_t n;

        snprintf(name, sizeof(name), "%s/%d", own_descriptors, fd);
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

bool place_is_on_proc(int fd)
{
        struct statfs fs;

        return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC;
}

int place_look_at(int fd, struct statx *ret)
{
        if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
                  STATX_INO | STATX_NLINK | STATX_MNT_ID, ret) < 0)
                return -errno;
        return 0;
}

bool place_is_served(int fd)
{
        struct statx here;

        return place_look_at(fd, &here) < 0 ||
               served_mounts_have(here.stx_dev_major, here.stx_dev_minor);
}

bool place_is_same(const struct statx *a, const struct statx *b)
{
        return a->stx_ino == b->stx_ino && a->stx_dev_major == b->stx_dev_major &&
               a->stx_dev_minor == b->stx_dev_minor && a->stx_mnt_id == b->stx_mnt_id;
}

static bool is_same_place(int a, int b)
{
        struct statx of_a, of_b;

        return place_look_at(a, &of_a) == 0 && place_look_at(b, &of_b) == 0 &&
               place_is_same(&of_a, &of_b);
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
        if (own >= 0 && place_look_at(proc, &of_proc) == 0 && place_look_at(own, &of_own) == 0 &&
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
        if (!place_is_on_proc(proc) || place_look_at(proc, &of_proc) < 0 ||
            of_proc.stx_ino != PROC_ROOT_INODE)
                return -ENOENT;
        r = number_in_proc(proc, walk->pid, &pid);
        if (r == 0)
                r = number_in_proc(proc, walk->tid, &tid);
        if (r < 0)
                return r;
        *ret = thread ? string_format("%d/task/%d", pid, tid) : string_format("%d", pid);
        return *ret ? 0 : -ENOMEM;
}

int place_open_held(int start, const char *path, int flags, uint64_t resolve)
{
        struct open_how how = {
                .flags = (uint64_t) (O_PATH | O_CLOEXEC | flags),
                .resolve = resolve,
        };

        return (int) syscall(SYS_openat2, start, path, &how, sizeof(how));
}

/* Notes that the walk goes through the reference `name` of the present directory. */
static int keep_reference(Walk *walk, const char *name)
{
        _cleanup_free_ char *directory = NULL;
        int r = descriptor_path(walk->at, &directory);

        if (r < 0)
                return r;
        walk->reference = string_format("%s/%s", directory, name);
        return walk->reference ? 0 : -ENOMEM;
}

/* Jumps through a link of /proc that is no text but a reference (fd/3, cwd, root, exe). -ENOENT
 * when `name` in the present directory is no such link. */
static int jump(Walk *walk, const char *name)
{
        int fd, r;

        if (!place_is_on_proc(walk->at))
                return -ENOENT;
        fd = place_open_held(walk->at, name, 0, RESOLVE_NO_MAGICLINKS);
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
        r = keep_reference(walk, name);
        move_to(walk, fd);
        return r;
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
        int r = place_look_at(walk->at, &here);

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

        free(walk->reference);
        walk->reference = NULL;
        if (walk->careful && place_is_served(walk->at))
                return -EINPROGRESS;
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

/* Walks all of `path`; the walk is to be released in any case. */
static int walk_path(Walk *walk, int dirfd, const char *path)
{
        walk->at = place_open_start(walk->tid, dirfd, *path == '/');
        if (walk->at < 0)
                return walk->at;
        walk->root = place_open_start(walk->tid, AT_FDCWD, true);
        if (walk->root < 0)
                return walk->root;
        walk->rest = strdup(path);
        if (!walk->rest)
                return -ENOMEM;
        walk->next = walk->rest;
        return walk_all(walk);
}

int path_walk(pid_t pid, pid_t tid, int dirfd, const char *path, int follow, bool careful,
              char **ret)
{
        _cleanup_(walk_release) Walk walk = {
                .pid = pid, .tid = tid, .follow = follow, .careful = careful, .root = -1, .at = -1};
        int r = walk_path(&walk, dirfd, path);

        return r < 0 ? r : walk_answer(&walk, ret);
}

int resolve_path_reference(pid_t pid, pid_t tid, int dirfd, const char *path, char **ret)
{
        _cleanup_(walk_release) Walk walk = {.pid = pid,
                                             .tid = tid,
                                             .follow = true,
                                             .careful = served_mounts_hold_paths(),
                                             .root = -1,
                                             .at = -1};
        _cleanup_free_ char *root = NULL;
        int r;

        if (strlen(path) >= PATH_MAX)
                return -ENAMETOOLONG;
        r = walk_path(&walk, dirfd, path);
        if (r == 0 && !walk.reference)
                r = -ENOENT;
        if (r == 0)
                r = descriptor_path(walk.root, &root);
        return r < 0 ? r : within_root(root, walk.reference, ret);
}
