/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Puts a hundred calls into a program that stands in one state (blocked.c), and has the program say
 * whether it noticed.
 *
 *   inject-states SUPERVISOR BLOCKED STATE [DEFAULT-ACTION]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "dbus/bus-names.h"
#include "link-play.h"

#define ROUNDS       100
#define SAY          20
#define WAIT_SECONDS 20
/* A busy machine is slow, not wrong: what failed only by time is tried again with more of it. */
static const int lengths[] = {1, 4, 16};

#define PROGRAM_LATE 3 /* exit status of blocked.c */

typedef struct Test {
        LinkPlay link;
        const char *state;
        char directory[64];
        bool finished;
        uint64_t held; /* id of the held call, 0 for none */
        pid_t tid;
        char letter;
        long call;
        int64_t fd, mapping; /* from the calls before */
        int seconds;         /* that the state lasts */
        bool followed;       /* a rule sees every call */
        unsigned notes;      /* answers that say what the program noticed */
        unsigned failures;
        bool late; /* the state was over before all calls were put in, or lasted too long */
} Test;

static void fail(Test *test, const char *what, const char *why)
{
        if (test->failures++ < 5)
                fprintf(stderr, "%s: %s: %s\n", test->state, what, why);
}

static void be_late(Test *test, const char *what, const char *why)
{
        test->late = true;
        fprintf(stderr, "%s for %d s: %s: %s\n", test->state, test->seconds, what, why);
}

static int on_held(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void) error;
        return sd_bus_message_read(message, "t", &((Test *) userdata)->held);
}

static int on_finished(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void) message;
        (void) error;
        ((Test *) userdata)->finished = true;
        return 0;
}

static int on_started(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Test *test = userdata;
        const sd_bus_error *failure = sd_bus_message_get_error(message);

        (void) error;
        if (!failure)
                return 0;
        fail(test, "Start", failure->message);
        test->finished = true;
        program_stub_cancel(&test->link.stub);
        return 0;
}

/* ---- the program ---- */

static int start(Test *test, const char *program, const char *action, int *ret_say)
{
        char seconds[16];
        const char *argv[] = {program, test->state, seconds, NULL};
        const char *overrides[] = {"rmdir=notify"};
        char rules[128];
        const LinkProgram what = {
                .argv = argv, .rules = rules, .overrides = overrides, .override_count = 1};
        int ends[2], r;

        snprintf(seconds, sizeof(seconds), "%d", test->seconds);
        snprintf(rules, sizeof(rules), "{\"seccomp-jail\": 1, \"default\": \"%s\", \"rules\": []}",
                 action);
        if (pipe2(ends, O_CLOEXEC) < 0 || dup2(ends[1], SAY) < 0) /* not close-on-exec */
                return -errno;
        close(ends[1]);
        *ret_say = ends[0];
        r = link_play_start(&test->link, &what, on_started, test);
        close(SAY);
        return r;
}

static bool is_there(const Test *test)
{
        char path[64], line[512], *end;
        long call = -1;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%d/stat", test->tid);
        file = fopen(path, "re");
        if (!file)
                return false;
        if (!fgets(line, sizeof(line), file))
                line[0] = 0;
        fclose(file);
        end = strrchr(line, ')');
        if (!end || end[2] != test->letter)
                return false;
        if (test->letter != 'S')
                return true;
        snprintf(path, sizeof(path), "/proc/%d/syscall", test->tid);
        file = fopen(path, "re");
        if (file && fscanf(file, "%ld", &call) != 1)
                call = -1;
        if (file)
                fclose(file);
        return call == test->call;
}

static int serve(Test *test, uint64_t usec)
{
        int r = sd_bus_process(test->link.bus, NULL);

        return r == 0 ? sd_bus_wait(test->link.bus, usec) : r;
}

/* Until the program says that it goes into its state, and is there. */
static int wait_ready(Test *test, int say)
{
        char line[64] = "";
        size_t length = 0;
        time_t end = time(NULL) + WAIT_SECONDS;

        fcntl(say, F_SETFL, O_NONBLOCK);
        while (time(NULL) < end && !test->finished) {
                ssize_t n = read(say, line + length, sizeof(line) - 1 - length);
                int r = serve(test, 1000);

                if (r < 0)
                        return r;
                length += n > 0 ? (size_t) n : 0;
                if (sscanf(line, "ready %d %c %ld", &test->tid, &test->letter, &test->call) == 3 &&
                    strchr(line, '\n') && is_there(test))
                        return 0;
        }
        return -ETIMEDOUT;
}

/* ---- injecting ---- */

typedef struct Answer {
        int64_t result;
        char name[32]; /* of the errno */
        char bytes[512];
        bool note;
} Answer;

static int read_answer_key(sd_bus_message *reply, const char *key, Answer *answer)
{
        const char *text;
        const void *bytes;
        size_t size;
        int r;

        if (strcmp(key, "return") == 0)
                return sd_bus_message_read(reply, "v", "x", &answer->result);
        if (strcmp(key, "errno") == 0) {
                r = sd_bus_message_read(reply, "v", "s", &text);
                if (r >= 0)
                        snprintf(answer->name, sizeof(answer->name), "%s", text);
                return r;
        }
        if (strcmp(key, "note") == 0)
                answer->note = true;
        if (strcmp(key, "buffers") != 0)
                return sd_bus_message_skip(reply, "v");
        r = sd_bus_message_enter_container(reply, 'v', "a{say}");
        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "{say}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "say")) > 0) {
                r = sd_bus_message_read_basic(reply, 's', &text);
                if (r >= 0)
                        r = sd_bus_message_read_array(reply, 'y', &bytes, &size);
                if (r >= 0)
                        memcpy(answer->bytes, bytes,
                               size < sizeof(answer->bytes) ? size : sizeof(answer->bytes));
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        for (unsigned i = 0; r >= 0 && i < 2; i++)
                r = sd_bus_message_exit_container(reply);
        return r;
}

static int inject(Test *test, const char *expression, Answer *ret, sd_bus_error *error)
{
        sd_bus_message *reply = NULL;
        const char *key;
        int r = sd_bus_call_method(test->link.bus, NULL, LINK_OBJECT, LINK_INTERFACE, "Inject",
                                   error, &reply, "uisa{sv}", (uint32_t) getuid(), test->tid,
                                   expression, 0);

        *ret = (Answer){0};
        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
                r = sd_bus_message_read_basic(reply, 's', &key);
                if (r >= 0)
                        r = read_answer_key(reply, key, ret);
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        sd_bus_message_unref(reply);
        return r;
}

/* Seven calls that hang together; `round` chooses. NULL when the answer is right. */
static const char *check(Test *test, unsigned round, const char *expression, const Answer *answer)
{
        struct stat status;
        char path[128];

        switch (round % 7) {
        case 0:
                return answer->result == test->link.stub.pid ? NULL : "another pid";
        case 1:
                snprintf(path, sizeof(path), "%s/%u", test->directory, round);
                return answer->result == 0 && stat(path, &status) == 0 && rmdir(path) == 0
                               ? NULL
                               : "no directory was made";
        case 2:
                test->fd = answer->result;
                return answer->result >= 0 ? NULL : answer->name;
        case 3:
                return answer->result == 0 ? NULL : answer->name;
        case 4:
                test->mapping = answer->result;
                return answer->result > 0 ? NULL : answer->name;
        case 5:
                return answer->result == 0 ? NULL : answer->name;
        default:
                return answer->result == 0 && strcmp(answer->bytes, "Linux") == 0 ? NULL
                                                                                  : expression;
        }
}

static void make_expression(const Test *test, unsigned round, char *ret, size_t size)
{
        switch (round % 7) {
        case 0:
                snprintf(ret, size, "getpid()");
                break;
        case 1:
                snprintf(ret, size, "mkdir(\"%s/%u\", 0700)", test->directory, round);
                break;
        case 2:
                snprintf(ret, size, "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY)");
                break;
        case 3:
                snprintf(ret, size, "close(%lld)", (long long) test->fd);
                break;
        case 4:
                snprintf(ret, size,
                         "mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, "
                         "0)");
                break;
        case 5:
                snprintf(ret, size, "munmap(%lld, 8192)", (long long) test->mapping);
                break;
        default:
                snprintf(ret, size, "uname(out(390))");
        }
}

/* The program has ended, and the supervisor with it: all that was wrong is the time. */
static void complain(Test *test, const char *expression, int r, const sd_bus_error *error)
{
        const char *why = error->message ? error->message : strerror(-r);

        if (r == -ECONNRESET || r == -ENOTCONN || r == -EPIPE || r == -ESRCH ||
            sd_bus_error_has_name(error, SJ_ERROR_NO_SUCH_PROCESS))
                be_late(test, expression, why);
        else
                fail(test, expression, why);
}

/* The calls are spread over half of the time that the state lasts, so that a wait that begins anew
 * is seen to last longer. */
static void inject_all(Test *test)
{
        struct timespec next;

        clock_gettime(CLOCK_MONOTONIC, &next);
        for (unsigned round = 0; round < ROUNDS; round++) {
                sd_bus_error error = SD_BUS_ERROR_NULL;
                char expression[256];
                const char *wrong;
                Answer answer;
                int r;

                make_expression(test, round, expression, sizeof(expression));
                r = inject(test, expression, &answer, &error);
                wrong = r < 0 ? NULL : check(test, round, expression, &answer);
                if (wrong)
                        fail(test, expression, wrong);
                if (r < 0)
                        complain(test, expression, r, &error);
                sd_bus_error_free(&error);
                if (r < 0)
                        return;
                test->notes += answer.note;
                next.tv_nsec += test->seconds * 1000000000L / 2 / ROUNDS;
                next.tv_sec += next.tv_nsec / 1000000000;
                next.tv_nsec %= 1000000000;
                clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
        }
}

/* A parent in vfork: told at once what to wait for. */
static void inject_in_vain(Test *test)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        time_t start = time(NULL);
        Answer answer;

        if (inject(test, "getpid()", &answer, &error) >= 0)
                fail(test, "getpid()", "was executed in a parent that waits in vfork");
        else if (!error.message || !strstr(error.message, "vfork"))
                fail(test, "getpid()", error.message ? error.message : "no reason was given");
        if (time(NULL) - start > 1)
                fail(test, "getpid()", "was not refused at once");
        sd_bus_error_free(&error);
}

/* What was held goes on a while after it came. */
static void let_go(Test *test)
{
        const struct timespec rest = {.tv_sec = test->seconds * 6 / 10,
                                      .tv_nsec = test->seconds * 600 % 1000 * 1000000};
        int r;

        nanosleep(&rest, NULL);
        while (!test->held && !test->finished && serve(test, 1000) >= 0)
                ;
        r = sd_bus_call_method(test->link.bus, NULL, LINK_OBJECT, LINK_INTERFACE, "Decide", NULL,
                               NULL, "uta{sv}", (uint32_t) getuid(), test->held, 1, "action", "s",
                               "allow");
        if (r < 0)
                fail(test, "Decide", strerror(-r));
}

static int run(Test *test, const char *program, const char *action)
{
        int say = -1, r = start(test, program, action, &say);

        if (r >= 0)
                r = wait_ready(test, say);
        if (r < 0)
                return r;
        if (strcmp(test->state, "vfork") == 0)
                inject_in_vain(test);
        else
                inject_all(test);
        if (strcmp(test->state, "held") == 0)
                let_go(test);
        while (r >= 0 && !test->finished)
                r = serve(test, UINT64_MAX);
        return r;
}

/* A timeout that nobody can shorten is spoken of, and no other. */
static void check_notes(Test *test)
{
        bool wanted = strcmp(test->state, "recv-for") == 0;

        if (wanted != (test->notes > 0))
                fail(test, "note",
                     wanted ? "none says that the timeout begins anew"
                            : "one says that a timeout begins anew");
}

static void check_program(Test *test)
{
        int status = 0;

        if (test->link.stub.pid <= 0)
                return;
        if (waitpid(test->link.stub.pid, &status, 0) < 0 || WIFSIGNALED(status))
                fail(test, "the program", "was killed");
        else if (WEXITSTATUS(status) == PROGRAM_LATE)
                be_late(test, "the program", "stood in its state for too long");
        else if (status)
                fail(test, "the program", "noticed");
}

static void attempt(Test *test, char **argv)
{
        int r;

        strcpy(test->directory, "/tmp/inject-XXXXXX");
        alarm(30 + 6 * (unsigned) test->seconds);
        r = mkdtemp(test->directory) ? link_play_open(&test->link, argv[1]) : -errno;
        if (r >= 0)
                r = sd_bus_add_match(test->link.bus, NULL, "type='signal',member='SyscallPending'",
                                     on_held, test);
        if (r >= 0)
                r = sd_bus_add_match(test->link.bus, NULL, "type='signal',member='JailFinished'",
                                     on_finished, test);
        if (r >= 0)
                r = run(test, argv[2], test->followed ? "allow" : "allow-forever");
        if (r < 0 && !test->late)
                fail(test, "the test", strerror(-r));
        test->link.bus = sd_bus_close_unref(test->link.bus);
        check_program(test);
        if (!test->late)
                check_notes(test);
        link_play_close(&test->link);
        rmdir(test->directory);
}

int main(int argc, char **argv)
{
        if (argc < 4)
                return 2;
        setenv("LC_ALL", "C", 1);
        for (size_t i = 0; i < ELEMENTS_OF(lengths); i++) {
                Test test = {.state = argv[3],
                             .seconds = lengths[i],
                             .followed = argc > 4 && strcmp(argv[4], "allow") == 0};

                attempt(&test, argv);
                if (test.failures || !test.late)
                        return test.failures > 0;
        }
        return 1;
}
