/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real launcher of scripts, asked by a test: it runs what it was told of and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "link/launch-message.h"
#include "link/link-control.h"
#include "link/link.h"

#define ANSWER_MSEC 20000

static const char *program;

static int start(pid_t *ret_pid)
{
        int pair[2];

        assert_int_equal(link_control_pair(pair), 0);
        *ret_pid = fork();
        assert_true(*ret_pid >= 0);
        if (*ret_pid == 0) {
                dup2(pair[1], LINK_CONTROL);
                execl(program, "jail-supervisor", LAUNCH_OPTION, NULL);
                _exit(127);
        }
        close(pair[1]);
        return pair[0];
}

static void ask(int socket, uint32_t script, const char *variable)
{
        const LaunchRequest request = {.id = 7, .limit_usec = 10000000, .script = script};
        _cleanup_close_ int input = memfd_create("input", MFD_CLOEXEC);
        _cleanup_text_ Text variables = TEXT_INIT;

        if (variable)
                text_append_bytes(&variables, variable, strlen(variable) + 1);
        assert_int_equal(launch_send_request(socket, &request, &variables, input), 0);
}

static LaunchAnswer hear(int socket, char output[static LAUNCH_OUTPUT_BYTES + 1])
{
        struct pollfd ready = {.fd = socket, .events = POLLIN};
        LaunchAnswer answer;
        ssize_t size;

        assert_int_equal(poll(&ready, 1, ANSWER_MSEC), 1);
        size = launch_receive_answer(socket, &answer, output);
        assert_true(size >= 0);
        output[size] = '\0';
        assert_int_equal(answer.id, 7);
        return answer;
}

static void end(int socket, pid_t pid)
{
        int status;

        close(socket);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
}

static void it_runs_what_it_was_told_of(void **state)
{
        char *scripts[] = {(char *) "seed:exit 3", (char *) "seed:echo $SJ_PID $LD_X; exit 4",
                           NULL};
        char output[LAUNCH_OUTPUT_BYTES + 1];
        LaunchAnswer answer;
        pid_t pid;
        int socket = start(&pid);

        (void) state;
        assert_int_equal(launch_send_scripts(socket, scripts), 0);
        ask(socket, 0, NULL);
        answer = hear(socket, output);
        assert_true(WIFEXITED(answer.status) && WEXITSTATUS(answer.status) == 3);
        ask(socket, 1, "SJ_PID=12");
        answer = hear(socket, output);
        assert_string_equal(output, "12\n");
        assert_int_equal(WEXITSTATUS(answer.status), 4);
        end(socket, pid);
}

/* A supervisor that was taken over asks for what it likes. */
static void it_runs_nothing_else(void **state)
{
        char *scripts[] = {(char *) "seed:echo $LD_X", NULL};
        char output[LAUNCH_OUTPUT_BYTES + 1];
        pid_t pid;
        int socket = start(&pid);

        (void) state;
        assert_int_equal(launch_send_scripts(socket, scripts), 0);
        ask(socket, 1, NULL);
        assert_int_equal(hear(socket, output).status, -ENOENT);
        ask(socket, UINT32_MAX, NULL);
        assert_int_equal(hear(socket, output).status, -ENOENT);
        ask(socket, 0, "LD_X=obeyed");
        assert_int_equal(hear(socket, output).status, 0);
        assert_string_equal(output, "\n");
        /* the list is told once: a second one is no request */
        assert_int_equal(launch_send_scripts(socket, (char *[]){(char *) "seed:echo more", NULL}),
                         0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        close(socket);
}

static void what_it_cannot_start_it_says(void **state)
{
        char *scripts[] = {(char *) "/nonexistent/judge", NULL};
        char output[LAUNCH_OUTPUT_BYTES + 1];
        pid_t pid;
        int socket = start(&pid);

        (void) state;
        assert_int_equal(launch_send_scripts(socket, scripts), 0);
        ask(socket, 0, NULL);
        assert_int_equal(hear(socket, output).status, -ENOENT);
        end(socket, pid);
}

/* More than its pipe holds: the script goes on, the rest is dropped. */
static void a_script_may_say_too_much(void **state)
{
        char *scripts[] = {(char *) "seed:head -c 300000 /dev/zero | tr '\\0' x; exit 5", NULL};
        char output[LAUNCH_OUTPUT_BYTES + 1];
        LaunchAnswer answer;
        pid_t pid;
        int socket = start(&pid);

        (void) state;
        assert_int_equal(launch_send_scripts(socket, scripts), 0);
        ask(socket, 0, NULL);
        answer = hear(socket, output);
        assert_int_equal(WEXITSTATUS(answer.status), 5);
        assert_int_equal(strlen(output), LAUNCH_OUTPUT_BYTES);
        end(socket, pid);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(it_runs_what_it_was_told_of),
                cmocka_unit_test(it_runs_nothing_else),
                cmocka_unit_test(what_it_cannot_start_it_says),
                cmocka_unit_test(a_script_may_say_too_much),
        };

        if (argc != 2)
                return 2;
        program = argv[1];
        return cmocka_run_group_tests(tests, NULL, NULL);
}
