/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One call that the supervisor makes fails (faults.c), the first, the second and so on: what the
 * rules forbid does not happen, and whatever the program does not get of what they allow has a line
 * in the log.
 *
 *   test-fail-closed SUPERVISOR PROGRAM FAULT [FIRST LAST]
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "base/text.h"
#include "link-play.h"

#define SAY              20
#define PATIENCE_SECONDS 30
/* So many of all that can fail are tried, spread evenly. */
#define ROUNDS 200

typedef struct Round {
        LinkPlay link;
        char directory[64];
        char rules[1024];
        int listener, say, errors;
        bool ended; /* the jail is over, or never began */
        bool refused_to_start;
} Round;

/* ---- the ground ---- */

static bool make_file(const Round *round, const char *name, mode_t mode)
{
        char path[128];
        int fd;

        snprintf(path, sizeof(path), "%s/%s", round->directory, name);
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
        close(fd);
        return fd >= 0;
}

static bool copy_program(const Round *round, const char *program)
{
        char command[512];

        snprintf(command, sizeof(command), "cp '%s' '%s/refused'", program, round->directory);
        return system(command) == 0;
}

static void abstract(const Round *round, struct sockaddr_un *address, socklen_t *ret_size)
{
        *address = (struct sockaddr_un){.sun_family = AF_UNIX};
        strcpy(address->sun_path + 1, round->directory);
        *ret_size =
                (socklen_t) (offsetof(struct sockaddr_un, sun_path) + 1 + strlen(round->directory));
}

static bool prepare(Round *round, const char *program)
{
        struct sockaddr_un address;
        socklen_t size;

        strcpy(round->directory, "/tmp/fail-closed-XXXXXX");
        if (!mkdtemp(round->directory) || !make_file(round, "secret", 0600) ||
            !make_file(round, "public", 0600) || !copy_program(round, program))
                return false;
        snprintf(round->rules, sizeof(round->rules),
                 "{\"seccomp-jail\": 1, \"default\": \"allow-forever\", \"rules\": ["
                 "{\"syscall\": [\"open\", \"openat\"], \"where\": {\"path\": \"%1$s/secret\"},"
                 " \"action\": \"abort\"},"
                 "{\"syscall\": [\"open\", \"openat\"], \"where\": {\"path\": \"%1$s/**\"},"
                 " \"action\": \"allow\"},"
                 "{\"syscall\": \"mkdir\", \"where\": {\"path\": \"%1$s/made\"}, \"action\": "
                 "\"abort\"},"
                 "{\"syscall\": [\"mkdir\", \"rmdir\"], \"action\": \"allow\"},"
                 "{\"syscall\": \"execve\", \"where\": {\"path\": \"%1$s/refused\"},"
                 " \"action\": \"abort\"},"
                 "{\"syscall\": \"connect\", \"where\": {\"address\": \"@/tmp/**\"},"
                 " \"action\": \"abort\"}]}",
                 round->directory);
        abstract(round, &address, &size);
        round->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        return bind(round->listener, (struct sockaddr *) &address, size) == 0 &&
               listen(round->listener, 1) == 0;
}

static void clean(Round *round)
{
        char command[128];

        snprintf(command, sizeof(command), "rm -rf '%s'", round->directory);
        if (system(command) != 0)
                fprintf(stderr, "%s stays\n", round->directory);
        close(round->listener);
        close(round->say);
        close(round->errors);
}

/* ---- the jail ---- */

static int on_started(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Round *round = userdata;

        (void) error;
        round->refused_to_start = sd_bus_message_get_error(message) != NULL;
        round->ended |= round->refused_to_start;
        return 0;
}

static int on_finished(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        (void) message;
        (void) error;
        ((Round *) userdata)->ended = true;
        return 0;
}

/* A pipe whose writing end becomes `as` in what is started next. */
static int pipe_as(int as)
{
        int ends[2];

        if (pipe2(ends, O_CLOEXEC) < 0 || dup2(ends[1], as) < 0)
                return -1;
        close(ends[1]);
        return ends[0];
}

static bool start(Round *round, const char *supervisor, const char *program)
{
        const char *argv[] = {program, round->directory, NULL};
        const LinkProgram what = {.argv = argv, .rules = round->rules};
        int errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 30), r;

        round->errors = pipe_as(STDERR_FILENO);
        r = link_play_open(&round->link, supervisor);
        dup2(errors, STDERR_FILENO);
        close(errors);
        if (r >= 0)
                r = sd_bus_match_signal(round->link.bus, NULL, NULL, LINK_OBJECT, LINK_INTERFACE,
                                        "JailFinished", on_finished, round);
        round->say = pipe_as(SAY);
        if (r >= 0)
                r = link_play_start(&round->link, &what, on_started, round);
        close(SAY);
        return r >= 0;
}

/* Until the jail is over; the link's end says so too, if the supervisor died. */
static bool await_end(Round *round)
{
        time_t end = time(NULL) + PATIENCE_SECONDS;

        while (!round->ended && time(NULL) < end) {
                int r = sd_bus_process(round->link.bus, NULL);

                if (r == 0)
                        r = sd_bus_wait(round->link.bus, 200000);
                if (r < 0)
                        round->ended = true;
        }
        return round->ended;
}

/* ---- what came of it ---- */

static size_t read_all(int fd, char *to, size_t size)
{
        size_t length = 0;
        ssize_t n;

        while ((n = read(fd, to + length, size - 1 - length)) > 0)
                length += (size_t) n;
        to[length] = '\0';
        return length;
}

static unsigned count_of(const char *text, const char *what)
{
        unsigned count = 0;

        for (const char *at = text; (at = strstr(at, what)); at++)
                count++;
        return count;
}

/* What the kernel would not find either is refused in these words. */
#define UNREADABLE "what a rule's condition needs cannot be read"

/* Lines that say that something failed closed, whichever way; *ret_unreadable: some more, of
 * which others are in vain; *ret_changed: descriptors that were taken away again. */
static unsigned lines_of_failure(const Round *round, unsigned *ret_unreadable,
                                 unsigned *ret_changed)
{
        _cleanup_text_ Text log = TEXT_INIT;
        LogCursor cursor = {0};
        const char *bytes;
        uint64_t missed;
        size_t size;

        for (;;) {
                log_ring_peek(round->link.ring, &cursor, &bytes, &size, &missed);
                if (size == 0)
                        break;
                text_append_bytes(&log, bytes, size);
                log_ring_advance(&cursor, bytes, size);
        }
        if (getenv("SJ_SHOW_LOG"))
                fputs(text_get(&log), stderr);
        *ret_unreadable = count_of(text_get(&log), UNREADABLE);
        *ret_changed = count_of(text_get(&log), "\"verified\":\"changed\"");
        return count_of(text_get(&log), "\"event\":\"failed-closed\"") +
               count_of(text_get(&log), "\"event\":\"killed\"") +
               count_of(text_get(&log), "\"by\":\"supervisor\"") - *ret_unreadable;
}

static bool was_connected_to(const Round *round)
{
        int fd = accept4(round->listener, NULL, NULL, SOCK_CLOEXEC);

        close(fd);
        return fd >= 0;
}

/* Letters that the program said: what it should not have got, or did not get. */
static int judge(const Round *round, const char *fault, long number, bool died)
{
        char said[64];
        unsigned unreadable, changed, lines = lines_of_failure(round, &unreadable, &changed);
        bool forbidden, lacking, unexplained;

        read_all(round->say, said, sizeof(said));
        forbidden = strpbrk(said, "SWMLRCFXT") || was_connected_to(round);
        lacking = strpbrk(said, "pmft") || !strchr(said, '.');
        unexplained =
                lacking && lines + unreadable + changed == 0 && !died && !round->refused_to_start;
        if (forbidden)
                fprintf(stderr, "%s:%ld: the program got what is forbidden: %s\n", fault, number,
                        said);
        if (unexplained)
                fprintf(stderr, "%s:%ld: no line in the log says why: %s\n", fault, number, said);
        if (lines > 1)
                fprintf(stderr, "%s:%ld: %u lines in the log: %s\n", fault, number, lines, said);
        return forbidden || lines > 1 || unexplained;
}

/* How often the call was made, once the supervisor has told; -1 when it could not. */
static long calls_told(const Round *round)
{
        char text[65536];
        const char *count;

        read_all(round->errors, text, sizeof(text));
        count = strstr(text, "calls ");
        return count ? strtol(count + 6, NULL, 10) : -1;
}

static int end_supervisor(Round *round)
{
        int status = 0;

        round->link.bus = sd_bus_close_unref(round->link.bus);
        round->link.control = close_fd(round->link.control);
        for (unsigned i = 0; waitpid(round->link.supervisor, &status, WNOHANG) == 0; i++) {
                if (i == PATIENCE_SECONDS * 100)
                        kill(round->link.supervisor, SIGKILL);
                poll(NULL, 0, 10);
        }
        round->link.supervisor = -1;
        return status;
}

static int play(char **argv, long number, long *ret_calls)
{
        Round round = {0};
        char fault[64];
        bool ended;
        int status, failures;

        snprintf(fault, sizeof(fault), "%s:%ld", argv[3], number);
        setenv("SJ_FAULT", fault, 1);
        if (!prepare(&round, argv[2]) || !start(&round, argv[1], argv[2])) {
                perror("the test cannot begin");
                return 1;
        }
        ended = await_end(&round);
        program_stub_cancel(&round.link.stub);
        status = end_supervisor(&round);
        if (!ended)
                fprintf(stderr, "%s: the jail stands still\n", fault);
        failures = judge(&round, argv[3], number, status != 0) + !ended;
        *ret_calls = calls_told(&round);
        link_play_close(&round.link);
        clean(&round);
        return failures;
}

int main(int argc, char **argv)
{
        long calls = 0, first = 1, last, step;
        int failures;

        if (argc < 4)
                return 2;
        failures = play(argv, 0, &calls);
        last = calls;
        step = argc > 5 ? 1 : calls / ROUNDS + 1;
        if (argc > 5) {
                first = atol(argv[4]);
                last = atol(argv[5]);
        }
        if (calls <= 0)
                return 1;
        for (long number = first; number <= last; number += step) {
                long again;

                failures += play(argv, number, &again);
        }
        printf("%s: %ld calls, each %ldth failed once\n", argv[3], calls, step);
        return failures > 0;
}
