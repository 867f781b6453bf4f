/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks that a path is taken on: to a link of /proc which is a reference, for what it leads to may
 * have no name; and with a look at each place, before it, for whether a server has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "supervisor/path-walk.h"
#include "supervisor/resolve-path.h"

typedef struct Scene {
        char top[64];
        int pipe[2], deleted;
} Scene;

static int set_up(void **state)
{
        static Scene scene = {.top = "/tmp/path-reference-XXXXXX"};

        if (!mkdtemp(scene.top) || chdir(scene.top) < 0 || pipe(scene.pipe) < 0)
                return -1;
        close(creat("file", 0600));
        scene.deleted = creat("deleted", 0600);
        unlink("deleted");
        *state = &scene;
        return scene.deleted < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
        const Scene *scene = *state;

        unlink("file");
        unlink("link");
        return chdir("/") < 0 || rmdir(scene->top) < 0;
}

static void the_link_itself_is_named(void **state)
{
        const Scene *scene = *state;
        pid_t pid = getpid();
        _cleanup_free_ char *pipe = string_format("/proc/%d/fd/%d", pid, scene->pipe[0]);
        _cleanup_free_ char *deleted = string_format("/proc/self/fd/%d", scene->deleted);
        _cleanup_free_ char *plain = string_format("/proc/%d/fd/%d", pid, scene->deleted);
        _cleanup_free_ char *got = NULL, *through = NULL;

        assert_int_equal(symlink(deleted, "link"), 0);
        assert_int_equal(resolve_path_reference(pid, pid, AT_FDCWD, pipe, &got), 0);
        assert_string_equal(got, pipe);
        assert_int_equal(resolve_path_reference(pid, pid, AT_FDCWD, "link", &through), 0);
        assert_string_equal(through, plain);
}

static void any_other_path_ends_in_none(void **state)
{
        static const char *const paths[] = {"file", "nothing", "/proc/self/cwd/file",
                                            "/proc/self/status", "/proc/self/fd/999"};
        char *none = NULL;

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(paths); i++)
                assert_int_equal(
                        resolve_path_reference(getpid(), getpid(), AT_FDCWD, paths[i], &none),
                        -ENOENT);
        assert_null(none);
}

static void a_careful_walk_comes_to_the_same(void **state)
{
        static const char *const paths[] = {
                "file", "missing",     "missing/x", "link",           "../..",   ".",
                "/",    "/etc/passwd", "file/x",    "/proc/self/exe", "/proc/1", "/proc/self/fd/99",
        };
        pid_t pid = getpid();

        (void) state;
        for (size_t i = 0; i < ELEMENTS_OF(paths); i++) {
                _cleanup_free_ char *plain = NULL, *careful = NULL, *at_hand = NULL;
                int r = resolve_path(pid, pid, AT_FDCWD, paths[i], 1, &plain);

                assert_int_equal(path_walk(pid, pid, AT_FDCWD, paths[i], 1, true, &careful), r);
                if (!string_equal(plain, careful))
                        fail_msg("%s: %s", paths[i], careful);
                /* a machine may have served file systems that are asked always: then it is not */
                r = resolve_path_at_hand(pid, pid, true, AT_FDCWD, paths[i], 1, &at_hand);
                if (r == 0 && !string_equal(plain, at_hand))
                        fail_msg("%s: %s", paths[i], at_hand);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_link_itself_is_named),
                cmocka_unit_test(any_other_path_ends_in_none),
                cmocka_unit_test(a_careful_walk_comes_to_the_same),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
