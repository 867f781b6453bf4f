/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The waiting stub; the test plays the supervisor at the other end of its socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dbus/daemon-locate.h"
#include "dbus/start-program.h"
#include "dbus/stub-protocol.h"

#define ELEMENTS_OF(array) (sizeof(array) / sizeof((array)[0]))

static void say_tracer(ProgramStub *stub, uint32_t magic)
{
        StubTracer tracer = {.magic = magic, .pid = getpid()};

        assert_int_equal(send(stub->socket, &tracer, sizeof(tracer), 0), sizeof(tracer));
}

/* The whole handshake. */
static void say_go(ProgramStub *stub)
{
        static const char go = STUB_GO;
        char answer;

        say_tracer(stub, STUB_MAGIC);
        assert_int_equal(recv(stub->socket, &answer, 1, 0), 1);
        assert_int_equal(answer, STUB_READY);
        assert_int_equal(send(stub->socket, &go, 1, 0), 1);
}

static int reap(ProgramStub *stub)
{
        int status;

        assert_int_equal(waitpid(stub->pid, &status, 0), stub->pid);
        assert_true(WIFEXITED(status));
        program_stub_release(stub);
        return WEXITSTATUS(status);
}

static void a_program_runs_when_told_and_its_status_is_its_own(void **state)
{
        static const char *const argv[] = {"sh", "-c", "exit 7", NULL};
        ProgramStart start = {.argv = argv, .terminal = -1};
        ProgramStub stub;

        (void) state;
        assert_int_equal(program_stub_fork(&start, &stub), 0);
        say_go(&stub);
        assert_int_equal(program_stub_wait(&stub), 0);
        assert_int_equal(reap(&stub), 7);
}

static void directory_environment_and_no_new_privileges_are_set(void **state)
{
        static const char *const argv[] = {
                "sh", "-c",
                "[ \"$PWD\" = /usr ] && [ \"$ONLY\" = this ] && [ -z \"$HOME\" ] && "
                "grep -q 'NoNewPrivs:.1' /proc/self/status",
                NULL};
        static const char *const environment[] = {"PATH=/usr/bin:/bin", "ONLY=this", NULL};
        ProgramStart start = {
                .argv = argv, .environment = environment, .directory = "/usr", .terminal = -1};
        ProgramStub stub;

        (void) state;
        assert_int_equal(program_stub_fork(&start, &stub), 0);
        say_go(&stub);
        assert_int_equal(program_stub_wait(&stub), 0);
        assert_int_equal(reap(&stub), 0);
}

static void a_program_that_cannot_run_gives_its_errno_and_the_shells_status(void **state)
{
        char script[] = "/tmp/start-program-XXXXXX";
        int fd = mkstemp(script);
        const struct {
                const char *program;
                mode_t mode;
                int error, status;
        } table[] = {
                {"no-such-program-anywhere", 0600, -ENOENT, 127},
                {"/no/such/program", 0600, -ENOENT, 127},
                {script, 0600, -EACCES, 126},
                {script, 0700, -ENOEXEC, 126}, /* a script without #! */
                {"/usr", 0600, -EACCES, 126},
        };

        (void) state;
        assert_int_equal(write(fd, "exit 0\n", 7), 7);
        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                const char *argv[] = {table[i].program, NULL};
                ProgramStart start = {.argv = argv, .terminal = -1};
                ProgramStub stub;

                assert_int_equal(fchmod(fd, table[i].mode), 0);
                if (i == 3)
                        close(fd); /* ETXTBSY otherwise */
                assert_int_equal(program_stub_fork(&start, &stub), 0);
                say_go(&stub);
                assert_int_equal(program_stub_wait(&stub), table[i].error);
                assert_int_equal(program_start_exit_status(table[i].error), table[i].status);
                assert_int_equal(reap(&stub), table[i].status);
                if (i == 3)
                        fd = open(script, O_RDONLY);
        }
        close(fd);
        unlink(script);
}

static void a_directory_that_is_missing_is_told_before_the_program_runs(void **state)
{
        static const char *const argv[] = {"true", NULL};
        ProgramStart start = {.argv = argv, .directory = "/no/such", .terminal = -1};
        ProgramStub stub;

        (void) state;
        assert_int_equal(program_stub_fork(&start, &stub), 0);
        assert_int_equal(program_stub_wait(&stub), -ENOENT);
        assert_int_equal(reap(&stub), 126);
}

static void a_supervisor_that_vanishes_or_talks_nonsense_runs_nothing(void **state)
{
        char mark[] = "/tmp/start-program-XXXXXX";
        const char *argv[] = {"rm", mark, NULL};
        ProgramStart start = {.argv = argv, .terminal = -1};

        (void) state;
        close(mkstemp(mark));
        for (int way = 0; way < 4; way++) {
                ProgramStub stub;

                assert_int_equal(program_stub_fork(&start, &stub), 0);
                if (way == 1)
                        say_tracer(&stub, STUB_MAGIC + 1);
                if (way == 2)
                        say_tracer(&stub, STUB_MAGIC);
                if (way == 0 || way == 2) {
                        close(stub.socket);
                        stub.socket = -1;
                } /* else it hears no more, and nothing at all the last time */
                assert_int_equal(program_stub_wait(&stub), -ECANCELED);
                assert_int_equal(reap(&stub), 125);
        }
        assert_int_equal(unlink(mark), 0);
}

static void a_cancelled_stub_leaves_no_process_behind(void **state)
{
        static const char *const argv[] = {"true", NULL};
        ProgramStart start = {.argv = argv, .terminal = -1};
        ProgramStub stub;
        pid_t pid;

        (void) state;
        assert_int_equal(program_stub_fork(&start, &stub), 0);
        pid = stub.pid;
        program_stub_cancel(&stub);
        assert_int_equal(waitpid(pid, NULL, WNOHANG), -1);
        assert_int_equal(errno, ECHILD);
}

static void the_socket_lies_in_a_private_directory_or_nowhere(void **state)
{
        char base[] = "/tmp/daemon-locate-XXXXXX", inner[64], *path;

        (void) state;
        assert_non_null(mkdtemp(base));
        setenv("XDG_RUNTIME_DIR", base, 1);
        snprintf(inner, sizeof(inner), "%s/seccomp-jail", base);

        assert_int_equal(daemon_socket_path(&path), 0);
        assert_true(strncmp(path, inner, strlen(inner)) == 0);
        free(path);
        assert_int_equal(chmod(inner, 0755), 0);
        assert_int_equal(daemon_socket_path(&path), -EPERM);
        assert_int_equal(rmdir(inner), 0);
        assert_int_equal(symlink("/tmp", inner), 0);
        assert_int_equal(daemon_socket_path(&path), -EPERM);
        assert_int_equal(unlink(inner), 0);
        rmdir(base);
}

static void without_start_a_daemon_that_is_not_there_is_said_so(void **state)
{
        char base[] = "/tmp/daemon-locate-XXXXXX", inner[64], *text = NULL;
        int fd;

        (void) state;
        assert_non_null(mkdtemp(base));
        setenv("XDG_RUNTIME_DIR", base, 1);
        assert_int_equal(daemon_connect_user(false, &fd, &text), -ENOENT);
        assert_non_null(strstr(text, "no daemon"));
        free(text);
        snprintf(inner, sizeof(inner), "%s/seccomp-jail", base);
        rmdir(inner);
        rmdir(base);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_program_runs_when_told_and_its_status_is_its_own),
                cmocka_unit_test(directory_environment_and_no_new_privileges_are_set),
                cmocka_unit_test(a_program_that_cannot_run_gives_its_errno_and_the_shells_status),
                cmocka_unit_test(a_directory_that_is_missing_is_told_before_the_program_runs),
                cmocka_unit_test(a_supervisor_that_vanishes_or_talks_nonsense_runs_nothing),
                cmocka_unit_test(a_cancelled_stub_leaves_no_process_behind),
                cmocka_unit_test(the_socket_lies_in_a_private_directory_or_nowhere),
                cmocka_unit_test(without_start_a_daemon_that_is_not_there_is_said_so),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
