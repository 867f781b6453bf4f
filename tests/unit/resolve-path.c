/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where paths lead for a caller: links, /proc, other roots, what is not there. */
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "supervisor/resolve-path.h"
#include "view-child.h"

#define DIRECTORY_FD 40
#define DELETED_FD   41
#define PIPE_FD      42
#define GONE_FD      43 /* a directory that was removed */

/* A folder of many kinds of names, and a child that stands in it. */
typedef struct Scene {
        char top[64];
        Child child;
} Scene;

static int make_names(void)
{
        char longest[256] = "";

        memset(longest, 'n', 255);
        if (mkdir("d", 0755) < 0 || mkdir("d/e", 0755) < 0 || mkdir("gone", 0755) < 0)
                return -errno;
        close(creat("file", 0600));
        close(creat("deleted", 0600));
        close(creat("d/e/deep", 0600));
        close(creat("d/(deleted)", 0600));
        if (mkfifo("fifo", 0600) < 0 || mknod("socket", S_IFSOCK | 0600, 0) < 0)
                return -errno;
        if (symlink("d/e", "to-e") < 0 || symlink("loop-b", "loop-a") < 0 ||
            symlink("loop-a", "loop-b") < 0 || symlink("d/new", "dangling") < 0 ||
            symlink("nowhere/new", "dangling-far") < 0 || symlink("/", "to-root") < 0 ||
            symlink("../file", "d/up") < 0 || symlink("to-e/", "slash") < 0 ||
            symlink("file", longest) < 0 || symlink("/proc/self/fd/42", "to-pipe") < 0)
                return -errno;
        return 0;
}

/* A chain of links, each to the one before: chain-40 takes forty steps, chain-41 one too many. */
static int make_chain(void)
{
        char from[16], to[16] = "file";

        for (int i = 1; i <= 41; i++) {
                snprintf(from, sizeof(from), "chain-%d", i);
                if (symlink(to, from) < 0)
                        return -errno;
                memcpy(to, from, sizeof(to));
        }
        return 0;
}

static int stand_in_scene_without_removals(void *context)
{
        if (chdir(context) < 0)
                return -errno;
        dup2(open("d", O_RDONLY | O_DIRECTORY), DIRECTORY_FD);
        return 0;
}

static int stand_in_scene(void *context)
{
        int pipe_fds[2], r = stand_in_scene_without_removals(context);

        if (r < 0 || pipe(pipe_fds) < 0)
                return r < 0 ? r : -errno;
        dup2(open("deleted", O_RDONLY), DELETED_FD);
        dup2(pipe_fds[0], PIPE_FD);
        dup2(open("gone", O_RDONLY | O_DIRECTORY), GONE_FD);
        if (unlink("deleted") < 0 || rmdir("gone") < 0)
                return -errno;
        return 0;
}

static int scene_setup(void **state)
{
        Scene *scene = calloc(1, sizeof(*scene));

        strcpy(scene->top, "/tmp/sj-resolve-XXXXXX");
        if (!mkdtemp(scene->top) || chdir(scene->top) < 0 || make_names() < 0 || make_chain() < 0)
                return -1;
        scene->child = child_start(stand_in_scene, scene->top);
        *state = scene;
        return scene->child.error;
}

static int scene_teardown(void **state)
{
        Scene *scene = *state;
        char command[128];

        child_end(&scene->child);
        snprintf(command, sizeof(command), "rm -rf '%s'", scene->top);
        if (chdir("/") < 0 || system(command) != 0)
                return -1;
        free(scene);
        return 0;
}

/* "%T" becomes the scene's folder, "%P" the child's number. */
static char *fill(const Scene *scene, const char *pattern)
{
        Text text = TEXT_INIT;

        for (; *pattern; pattern++) {
                if (strncmp(pattern, "%T", 2) == 0)
                        text_append(&text, scene->top), pattern++;
                else if (strncmp(pattern, "%P", 2) == 0)
                        text_append_unsigned(&text, (uint64_t) scene->child.pid), pattern++;
                else
                        text_append_char(&text, *pattern);
        }
        text_append(&text, "");
        return text_take(&text);
}

typedef struct PathRow {
        int dirfd;
        const char *path;
        int follow;
        int error;
        const char *expected;
} PathRow;

static const PathRow path_rows[] = {
        /* plain names */
        {AT_FDCWD, "file", 1, 0, "%T/file"},
        {AT_FDCWD, "new", 1, 0, "%T/new"},
        {AT_FDCWD, "d/e/../e/./deep", 1, 0, "%T/d/e/deep"},
        {AT_FDCWD, "nowhere/new", 1, -ENOENT, NULL},
        {AT_FDCWD, "nowhere/..", 1, -ENOENT, NULL},
        {AT_FDCWD, "file/x", 1, -ENOTDIR, NULL},
        {AT_FDCWD, "file/.", 1, -ENOTDIR, NULL},
        {AT_FDCWD, "file/..", 1, -ENOTDIR, NULL},
        {AT_FDCWD, "", 1, 0, "%T"},
        {AT_FDCWD, ".", 1, 0, "%T"},
        {AT_FDCWD, "..", 1, 0, "/tmp"},
        {AT_FDCWD, "../../../..", 1, 0, "/"},
        {AT_FDCWD, "/", 1, 0, "/"},
        {AT_FDCWD, "//", 1, 0, "/"},
        {AT_FDCWD, "/..", 1, 0, "/"},
        {AT_FDCWD, "/new", 1, 0, "/new"},
        {AT_FDCWD, "///tmp//./", 1, 0, "/tmp"},
        {AT_FDCWD, "new/", 1, 0, "%T/new"},
        {AT_FDCWD, "d///", 1, 0, "%T/d"},
        {AT_FDCWD, "d/(deleted)", 1, 0, "%T/d/(deleted)"},
        {AT_FDCWD, "fifo", 1, 0, "%T/fifo"},
        {AT_FDCWD, "socket", 1, 0, "%T/socket"},
        /* descriptors */
        {DIRECTORY_FD, "e/deep", 1, 0, "%T/d/e/deep"},
        {DIRECTORY_FD, "", 1, 0, "%T/d"},
        {DIRECTORY_FD, "..", 1, 0, "%T"},
        {DIRECTORY_FD, "/tmp", 1, 0, "/tmp"},
        {DELETED_FD, "x", 1, -ENOTDIR, NULL},
        {DELETED_FD, "", 1, 0, "%T/deleted (deleted)"},
        {PIPE_FD, "x", 1, -ENOTDIR, NULL},
        {GONE_FD, "x", 1, -ENOENT, NULL},
        {99, "x", 1, -EBADF, NULL},
        {99, "/tmp", 1, 0, "/tmp"},
        {-1, "x", 1, -EBADF, NULL},
        /* links */
        {AT_FDCWD, "to-e", 1, 0, "%T/d/e"},
        {AT_FDCWD, "to-e", 0, 0, "%T/to-e"},
        {AT_FDCWD, "to-e/", 0, 0, "%T/d/e"},
        {AT_FDCWD, "to-e/..", 0, 0, "%T/d"},
        {AT_FDCWD, "to-e/deep", 0, 0, "%T/d/e/deep"},
        {AT_FDCWD, "slash", 1, 0, "%T/d/e"},
        {AT_FDCWD, "d/up", 1, 0, "%T/file"},
        {AT_FDCWD, "to-root/../tmp", 1, 0, "/tmp"},
        {AT_FDCWD, "dangling", 1, 0, "%T/d/new"},
        {AT_FDCWD, "dangling", 0, 0, "%T/dangling"},
        {AT_FDCWD, "dangling-far", 1, -ENOENT, NULL},
        {AT_FDCWD, "loop-a", 1, -ELOOP, NULL},
        {AT_FDCWD, "loop-a", 0, 0, "%T/loop-a"},
        {AT_FDCWD, "loop-a/x", 0, -ELOOP, NULL},
        {AT_FDCWD, "chain-40", 1, 0, "%T/file"},
        {AT_FDCWD, "chain-41", 1, -ELOOP, NULL},
        /* /proc is the caller's */
        {AT_FDCWD, "/proc/self", 0, 0, "/proc/self"},
        {AT_FDCWD, "/proc/self", 1, 0, "/proc/%P"},
        {AT_FDCWD, "/proc/self/", 0, 0, "/proc/%P"},
        {AT_FDCWD, "/proc/self/status", 1, 0, "/proc/%P/status"},
        {AT_FDCWD, "/proc/./self/../self/mem", 1, 0, "/proc/%P/mem"},
        {AT_FDCWD, "/proc/thread-self/comm", 1, 0, "/proc/%P/task/%P/comm"},
        {AT_FDCWD, "/proc/mounts", 1, 0, "/proc/%P/mounts"},
        {AT_FDCWD, "/proc/self/cwd/new", 1, 0, "%T/new"},
        {AT_FDCWD, "/proc/self/cwd", 1, 0, "%T"},
        {AT_FDCWD, "/proc/self/cwd", 0, 0, "/proc/%P/cwd"},
        {AT_FDCWD, "/proc/self/root/tmp", 1, 0, "/tmp"},
        {AT_FDCWD, "/proc/self/fd/40/e", 1, 0, "%T/d/e"},
        {AT_FDCWD, "/proc/self/fd/40", 0, 0, "/proc/%P/fd/40"},
        {AT_FDCWD, "/proc/%P/fd/41", 1, 0, "%T/deleted (deleted)"},
        {AT_FDCWD, "/proc/self/fd/99", 1, 0, "/proc/%P/fd/99"},
        {AT_FDCWD, "/proc/self/nothing/x", 1, -ENOENT, NULL},
        {AT_FDCWD, "self", 1, 0, "%T/self"},
};

static void check_row(const Scene *scene, const PathRow *row, const char *before)
{
        pid_t pid = scene->child.pid;
        _cleanup_free_ char *pattern = string_format("%s%s", before, row->path);
        _cleanup_free_ char *path = fill(scene, pattern), *got = NULL;
        _cleanup_free_ char *expected = row->expected ? fill(scene, row->expected) : NULL;

        assert_int_equal(resolve_path(pid, pid, row->dirfd, path, row->follow, &got), row->error);
        if (!string_equal(got, expected))
                fail_msg("%s: %s", path, got);
}

/* From the working directory and from the root. */
static void paths_lead_where_the_kernel_would_take_them(void **state)
{
        for (size_t i = 0; i < ELEMENTS_OF(path_rows); i++) {
                check_row(*state, &path_rows[i], "");
                if (path_rows[i].dirfd == AT_FDCWD && path_rows[i].path[0] != '/')
                        check_row(*state, &path_rows[i], "%T/");
        }
}

static void a_link_of_proc_to_a_pipe_answers_as_readlink_does(void **state)
{
        const Scene *scene = *state;
        _cleanup_free_ char *got = NULL, *through = NULL;
        pid_t pid = scene->child.pid;

        assert_int_equal(resolve_path(pid, pid, AT_FDCWD, "/proc/self/fd/42", 1, &got), 0);
        assert_true(string_starts_with(got, "pipe:["));
        assert_int_equal(resolve_path(pid, pid, AT_FDCWD, "to-pipe", 1, &through), 0);
        assert_string_equal(through, got);
}

static void lengths_are_judged_as_the_kernel_judges_them(void **state)
{
        const Scene *scene = *state;
        pid_t pid = scene->child.pid;
        char name[5000], expected[6000];
        _cleanup_free_ char *got = NULL, *link = NULL, *dots = NULL, *none = NULL;

        memset(name, 'm', 255);
        name[255] = '\0';
        assert_int_equal(resolve_path(pid, pid, AT_FDCWD, name, 1, &got), 0);
        snprintf(expected, sizeof(expected), "%s/%s", scene->top, name);
        assert_string_equal(got, expected);
        memset(name, 'n', 255);
        assert_int_equal(resolve_path(pid, pid, AT_FDCWD, name, 1, &link), 0);
        snprintf(expected, sizeof(expected), "%s/file", scene->top);
        assert_string_equal(link, expected);
        strcpy(name + 255, "m");
        assert_int_equal(resolve_path(pid, pid, AT_FDCWD, name, 1, &none), -ENAMETOOLONG);

        /* 4095 bytes are a path, 4096 are not */
        for (size_t i = 0; i < 4095; i++)
                name[i] = i % 2 ? '/' : '.';
        name[4095] = '\0';
        assert_int_equal(resolve_path(pid, pid, AT_FDCWD, name, 1, &dots), 0);
        assert_string_equal(dots, scene->top);
        strcpy(name + 4095, "/");
        assert_int_equal(resolve_path(pid, pid, AT_FDCWD, name, 1, &none), -ENAMETOOLONG);
        assert_null(none);
}

static void a_dead_caller_is_named(void **state)
{
        Child child = child_start(NULL, NULL);
        pid_t pid = child.pid;
        char *got = NULL;

        (void) state;
        child_end(&child);
        for (size_t i = 0; i < 3; i++) {
                static const PathRow rows[] = {
                        {.dirfd = AT_FDCWD, .path = "x", .error = -ESRCH},
                        {.dirfd = AT_FDCWD, .path = "/x", .error = -ESRCH},
                        {.dirfd = 3, .path = "x", .error = -ESRCH},
                };

                assert_int_equal(resolve_path(pid, pid, rows[i].dirfd, rows[i].path, 1, &got),
                                 rows[i].error);
        }
        assert_null(got);
}

/* ---- a thread with a working directory of its own ---- */

static void *thread_elsewhere(void *context)
{
        int *words = context;
        pid_t tid = gettid();

        if (unshare(CLONE_FS | CLONE_FILES) < 0 || chdir("/usr") < 0)
                tid = -errno;
        dup2(open("/etc", O_RDONLY), DIRECTORY_FD);
        if (write(words[1], &tid, sizeof(tid)) != sizeof(tid))
                abort();
        for (;;)
                pause();
        return NULL;
}

static int start_thread(void *context)
{
        pthread_t thread;

        return -pthread_create(&thread, NULL, thread_elsewhere, context);
}

static void a_thread_may_have_a_directory_and_descriptors_of_its_own(void **state)
{
        _cleanup_child_ Child child = {.pid = -1};
        _cleanup_free_ char *by_cwd = NULL, *by_fd = NULL, *self = NULL, *expected = NULL;
        int words[2];
        pid_t tid;

        (void) state;
        assert_int_equal(pipe(words), 0);
        child = child_start(start_thread, words);
        assert_int_equal(child.error, 0);
        assert_int_equal(read(words[0], &tid, sizeof(tid)), sizeof(tid));
        assert_true(tid > 0 && tid != child.pid);
        assert_int_equal(resolve_path(child.pid, tid, AT_FDCWD, "new", 1, &by_cwd), 0);
        assert_string_equal(by_cwd, "/usr/new");
        assert_int_equal(resolve_path(child.pid, tid, DIRECTORY_FD, "new", 1, &by_fd), 0);
        assert_string_equal(by_fd, "/etc/new");
        assert_int_equal(resolve_path(child.pid, tid, AT_FDCWD, "/proc/thread-self", 1, &self), 0);
        expected = string_format("/proc/%d/task/%d", child.pid, tid);
        assert_string_equal(self, expected);
        close(words[0]);
        close(words[1]);
}

/* ---- another root ---- */

static int stand_in_other_root(void *context)
{
        const char *top = context;

        if (geteuid() != 0 && unshare(CLONE_NEWUSER) < 0)
                return -errno;
        if (chdir(top) < 0)
                return -errno;
        dup2(open(".", O_RDONLY | O_DIRECTORY), DIRECTORY_FD);
        if (chroot("d") < 0 || chdir("/e") < 0)
                return -errno;
        return 0;
}

static void a_caller_in_another_root_sees_names_of_that_root(void **state)
{
        static const PathRow rows[] = {
                {AT_FDCWD, "/e/deep", 1, 0, "/e/deep"},
                {AT_FDCWD, "deep", 1, 0, "/e/deep"},
                {AT_FDCWD, "../../../../new", 1, 0, "/new"},
                {AT_FDCWD, "/..", 1, 0, "/"},
                {AT_FDCWD, "/root-link/e", 1, 0, "/e"},
                {AT_FDCWD, "/up", 1, 0, "/file"},
                {AT_FDCWD, "/tmp/x", 1, -ENOENT, NULL},
                {DIRECTORY_FD, "file", 1, 0, "%T/file"},
                {DIRECTORY_FD, "..", 1, 0, "/tmp"},
                {DIRECTORY_FD, "d/e", 1, 0, "/e"},
        };
        Scene *scene = *state;
        _cleanup_child_ Child child = {.pid = -1};

        assert_int_equal(symlink("/", "d/root-link"), 0);
        child = child_start(stand_in_other_root, scene->top);
        if (child.error < 0) {
                print_message("skip (user): no chroot here: %s\n", strerror(-child.error));
                skip();
        }
        for (size_t i = 0; i < ELEMENTS_OF(rows); i++) {
                _cleanup_free_ char *got = NULL, *expected = NULL;
                int r = resolve_path(child.pid, child.pid, rows[i].dirfd, rows[i].path,
                                     rows[i].follow, &got);

                assert_int_equal(r, rows[i].error);
                expected = rows[i].expected ? fill(scene, rows[i].expected) : NULL;
                if (expected)
                        assert_string_equal(got, expected);
        }
}

/* The grandchild is number 1 of a pid namespace with a /proc of its own. */
static int be_first_process(void *context)
{
        int *words = context;
        pid_t pid;

        if (unshare(CLONE_NEWUSER * (geteuid() != 0) | CLONE_NEWPID | CLONE_NEWNS) < 0)
                return -errno;
        pid = fork();
        if (pid == 0) {
                int error = 0;

                prctl(PR_SET_PDEATHSIG, SIGKILL);
                if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
                    mount("proc", "/proc", "proc", 0, NULL) < 0)
                        error = -errno;
                if (write(words[1], &error, sizeof(error)) != sizeof(error))
                        _exit(1);
                for (;;)
                        pause();
        }
        if (write(words[1], &pid, sizeof(pid)) != sizeof(pid))
                return -EIO;
        return 0;
}

static void proc_self_of_a_pid_namespace_is_its_own_number(void **state)
{
        _cleanup_free_ char *self = NULL, *status = NULL, *mounts = NULL;
        _cleanup_child_ Child child = {.pid = -1};
        int words[2], answers[2], error;
        pid_t pid;

        (void) state;
        assert_int_equal(pipe(words), 0);
        child = child_start(be_first_process, words);
        error = child.error;
        if (error == 0) {
                /* its number and 0 come in either order; a failure is negative */
                assert_int_equal(read(words[0], &answers[0], sizeof(int)), sizeof(int));
                assert_int_equal(read(words[0], &answers[1], sizeof(int)), sizeof(int));
                pid = answers[0] > 0 ? answers[0] : answers[1];
                error = answers[0] > 0 ? answers[1] : answers[0];
        }
        close(words[0]);
        close(words[1]);
        if (error < 0) {
                print_message("skip (user): no pid namespace here: %s\n", strerror(-error));
                skip();
        }
        assert_int_equal(resolve_path(pid, pid, AT_FDCWD, "/proc/self", 1, &self), 0);
        assert_string_equal(self, "/proc/1");
        assert_int_equal(resolve_path(pid, pid, AT_FDCWD, "/proc/self/status", 1, &status), 0);
        assert_string_equal(status, "/proc/1/status");
        assert_int_equal(resolve_path(pid, pid, AT_FDCWD, "/proc/mounts", 1, &mounts), 0);
        assert_string_equal(mounts, "/proc/1/mounts");
        kill(pid, SIGKILL);
}

/* ---- two ways, one answer ---- */

static int stand_in_other_mounts(void *context)
{
        if (unshare(CLONE_NEWUSER * (geteuid() != 0) | CLONE_NEWNS) < 0)
                return -errno;
        return stand_in_scene_without_removals(context);
}

/* A path of up to eight parts that exist, lead somewhere else, or do neither. */
static char *random_path(const char *top, unsigned *seed)
{
        static const char *const parts[] = {
                "d",      "e",       "file", "to-e",  "..",   ".",     "dangling", "dangling-far",
                "loop-a", "to-root", "tmp",  "new",   "fifo", "slash", "up",       "",
                "proc",   "self",    "cwd",  "fd",    "40",   "root",  "chain-30", "thread-self",
                "exe",    "mounts",  "dev",  "stdin", "null", "etc",
        };
        Text text = TEXT_INIT;

        if (rand_r(seed) % 2)
                text_append(&text, (const char *[]){"/", "/proc/self/", top}[rand_r(seed) % 3]);
        if (rand_r(seed) % 2)
                text_append_char(&text, '/');
        for (int i = rand_r(seed) % 8; i >= 0; i--) {
                text_append(&text, parts[(size_t) rand_r(seed) % ELEMENTS_OF(parts)]);
                if (i > 0 || rand_r(seed) % 4 == 0)
                        text_append_char(&text, '/');
        }
        return text_take(&text);
}

/* A name of /proc with the process's own number taken out of it. */
static char *without_number(const char *name, pid_t pid)
{
        bool proc = string_starts_with(name, "/proc/");
        char number[16];
        Text text = TEXT_INIT;

        snprintf(number, sizeof(number), "%d", pid);
        for (; *name; name++) {
                if (proc && strncmp(name, number, strlen(number)) == 0)
                        text_append_char(&text, '#'), name += strlen(number) - 1;
                else
                        text_append_char(&text, *name);
        }
        text_append(&text, "");
        return text_take(&text);
}

/* A caller in other mounts is walked component by component, one in ours by the kernel at once. */
static void the_walk_and_the_kernel_agree_on_random_paths(void **state)
{
        Scene *scene = *state;
        _cleanup_child_ Child here = child_start(stand_in_scene_without_removals, scene->top);
        _cleanup_child_ Child there = child_start(stand_in_other_mounts, scene->top);
        unsigned seed = 20, names = 0;

        if (there.error < 0) {
                print_message("skip (user): no mount namespace: %s\n", strerror(-there.error));
                skip();
        }
        for (int i = 0; i < 20000; i++) {
                _cleanup_free_ char *path = random_path(scene->top, &seed), *at_once = NULL,
                                    *walked = NULL;
                int dirfd = rand_r(&seed) % 4 ? AT_FDCWD : DIRECTORY_FD, follow = rand_r(&seed) % 2;
                int first = resolve_path(here.pid, here.pid, dirfd, path, follow, &at_once);
                int second = resolve_path(there.pid, there.pid, dirfd, path, follow, &walked);

                if (first != second)
                        fail_msg("%s: %s, walked: %s", path, strerror(-first), strerror(-second));
                if (first == 0) {
                        _cleanup_free_ char *a = without_number(at_once, here.pid);
                        _cleanup_free_ char *b = without_number(walked, there.pid);

                        if (strcmp(a, b) != 0)
                                fail_msg("%s: %s, walked: %s", path, at_once, walked);
                        names++;
                }
        }
        assert_true(names > 2000);
}

static int hidden_paths_are_refused(void)
{
        char *got = NULL;
        int words[2], error = -1, r;
        pid_t pid;

        if (pipe(words) < 0)
                return 1;
        pid = fork();
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                error = prctl(PR_SET_DUMPABLE, 0);
                if (write(words[1], &error, sizeof(error)) != sizeof(error))
                        return 1;
                for (;;)
                        pause();
        }
        if (read(words[0], &error, sizeof(error)) != sizeof(error) || error != 0)
                return 1;
        r = resolve_path(pid, pid, AT_FDCWD, "x", 1, &got);
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return r == -EACCES && !got ? 0 : 2;
}

static void a_program_that_hides_cannot_be_resolved_and_that_is_said(void **state)
{
        (void) state;
        as_ordinary_user(hidden_paths_are_refused);
}

/* The supervisor itself is non-dumpable: its own /proc then belongs to root. */
static int a_hidden_supervisor_resolves(void)
{
        char *got = NULL;
        int r;

        if (prctl(PR_SET_DUMPABLE, 0) < 0 || chdir("/usr") < 0)
                return 1;
        r = resolve_path(getpid(), getpid(), AT_FDCWD, "/proc/self/cwd/new", 1, &got);
        if (r < 0 || strcmp(got, "/usr/new") != 0)
                return 2;
        free(got);
        r = resolve_path(getpid(), getpid(), AT_FDCWD, "new", 1, &got);
        return r == 0 && strcmp(got, "/usr/new") == 0 ? 0 : 3;
}

static void a_supervisor_that_hides_itself_still_resolves(void **state)
{
        (void) state;
        as_ordinary_user(a_hidden_supervisor_resolves);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(paths_lead_where_the_kernel_would_take_them),
                cmocka_unit_test(a_link_of_proc_to_a_pipe_answers_as_readlink_does),
                cmocka_unit_test(lengths_are_judged_as_the_kernel_judges_them),
                cmocka_unit_test(a_dead_caller_is_named),
                cmocka_unit_test(a_thread_may_have_a_directory_and_descriptors_of_its_own),
                cmocka_unit_test(a_caller_in_another_root_sees_names_of_that_root),
                cmocka_unit_test(proc_self_of_a_pid_namespace_is_its_own_number),
                cmocka_unit_test(the_walk_and_the_kernel_agree_on_random_paths),
                cmocka_unit_test(a_program_that_hides_cannot_be_resolved_and_that_is_said),
                cmocka_unit_test(a_supervisor_that_hides_itself_still_resolves),
        };

        alarm(60); /* a FIFO that is opened waits for ever */
        return cmocka_run_group_tests(tests, scene_setup, scene_teardown);
}
