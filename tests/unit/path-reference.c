/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paths that end in a link of /proc which is a reference: what they lead to may have no name. */
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_link_itself_is_named),
                cmocka_unit_test(any_other_path_ends_in_none),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
