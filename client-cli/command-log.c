/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl log: the log of a jail, as columns for people and as it is for machines. */
#include "client-cli/command.h"

#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "client-cli/print-text.h"

#define CALLS_MAX      64
#define LOG_READ_BYTES ((size_t) 64 * 1024)

typedef struct LogFilter {
        const char *calls[CALLS_MAX]; /* names, any of them */
        size_t call_count;
        int64_t pid;        /* of a process or thread, 0 for any */
        const char *action; /* NULL for any */
        bool failed;        /* only those that returned an error */
        uint64_t last;      /* only so many, 0 for all */
} LogFilter;

/* The last lines, for --last. */
typedef struct LogTail {
        char **lines;
        uint64_t size, next, count;
} LogTail;

typedef struct LogView {
        const Session *session;
        const LogFilter *filter;
        LogTail tail;
        unsigned columns; /* of the terminal, 0 for no limit */
        bool headed;      /* the heading is printed */
} LogView;

static void tail_release(LogTail *tail)
{
        for (uint64_t i = 0; tail->lines && i < tail->size; i++)
                free(tail->lines[i]);
        free(tail->lines);
}

static bool is_wanted(const LogFilter *filter, const cJSON *record)
{
        bool named = filter->call_count == 0;

        for (size_t i = 0; i < filter->call_count; i++)
                named = named || string_equal(filter->calls[i], json_string(record, "syscall"));
        if (!named)
                return false;
        if (filter->pid && filter->pid != json_signed(record, "pid") &&
            filter->pid != json_signed(record, "tid"))
                return false;
        if (filter->action && !string_starts_with(json_string(record, "action"), filter->action))
                return false;
        return !filter->failed || *json_string(record, "errno");
}

/* "rule 3", "user 1000", "timeout": who decided. */
static void decided_by(const cJSON *record, char *ret, size_t size)
{
        const char *by = json_string(record, "by");

        if (string_equal(by, "rule") && json_unsigned(record, "rule") > 0)
                snprintf(ret, size, _("rule %" PRIu64), json_unsigned(record, "rule"));
        else if (string_equal(by, "rule"))
                snprintf(ret, size, "%s", _("default"));
        else if (string_equal(by, "user") && json_has(record, "who"))
                snprintf(ret, size, _("user %" PRIu64), json_unsigned(record, "who"));
        else
                snprintf(ret, size, "%s", by);
}

static void append_result(const cJSON *record, Text *text)
{
        const char *error = json_string(record, "errno");

        if (*json_string(record, "ended"))
                text_append_format(text, "? (%s)", json_string(record, "ended"));
        else if (*error)
                text_append(text, error);
        else if (json_has(record, "return"))
                text_append_format(text, "%" PRId64, json_signed(record, "return"));
}

/* Below this many columns a terminal shows less of each record. */
#define WIDE_COLUMNS 110

static bool is_wide(const LogView *view)
{
        return view->columns == 0 || view->columns >= WIDE_COLUMNS;
}

static void print_heading(LogView *view)
{
        if (view->headed)
                return;
        view->headed = true;
        fputs(colour(view->session->colour, COLOUR_BOLD), stdout);
        if (is_wide(view))
                printf("%-12s %7s %-15s %-9s %-10s %8s %8s ", _("TIME"), _("PID"), _("PROGRAM"),
                       _("ACTION"), _("BY"), _("HELD"), _("RAN"));
        else
                printf("%-8s %7s %-12s %-9s ", _("TIME"), _("PID"), _("PROGRAM"), _("ACTION"));
        printf("%-10s %s%s\n", _("RESULT"), _("CALL"), colour(view->session->colour, COLOUR_PLAIN));
}

static Colour action_colour(const char *action)
{
        if (string_starts_with(action, "allow"))
                return COLOUR_PLAIN;
        return string_starts_with(action, "abort") ? COLOUR_RED : COLOUR_BLUE;
}

/* When, who and what came of it; how many columns that took. */
static unsigned print_who(const LogView *view, const cJSON *record)
{
        const char *time = json_string(record, "time"), *action = json_string(record, "action");
        const char *clock = strchr(time, 'T') ? strchr(time, 'T') + 1 : time;
        unsigned wide = is_wide(view), name = wide ? 15 : 12;
        _cleanup_free_ char *comm = text_shown(json_string(record, "comm"));
        _cleanup_free_ char *cut = text_cut(comm ? comm : "", name);
        unsigned used = cut ? text_columns(cut) : 0;

        printf("%-*.*s %7" PRId64 " %s%*s %s%-9.9s%s ", wide ? 12 : 8, wide ? 12 : 8, clock,
               json_signed(record, "pid"), cut ? cut : "", used < name ? (int) (name - used) : 0,
               "", colour(view->session->colour, action_colour(action)), action,
               colour(view->session->colour, COLOUR_PLAIN));
        return (wide ? 12 : 8) + 1 + 7 + 1 + name + 1 + 9 + 1;
}

static unsigned print_times(const LogView *view, const cJSON *record)
{
        char held[32], ran[32], by[32];

        if (!is_wide(view))
                return 0;
        duration_format(json_unsigned(record, "held_ns"), held, sizeof(held));
        duration_format(json_unsigned(record, "ran_ns"), ran, sizeof(ran));
        decided_by(record, by, sizeof(by));
        printf("%-10.10s %8s %8s ", by, held, ran);
        return 10 + 1 + 8 + 1 + 8 + 1;
}

static void print_record(LogView *view, const cJSON *record)
{
        _cleanup_text_ Text result = TEXT_INIT, line = TEXT_INIT;
        _cleanup_free_ char *cut = NULL;
        unsigned used;

        print_heading(view);
        used = print_who(view, record);
        used += print_times(view, record);
        append_result(record, &result);
        text_append_format(&line, "%-10s ", text_get(&result));
        text_append_shown(&line, json_string(record, "text"));
        if (json_has(record, "result")) {
                text_append(&line, " = ");
                text_append_shown(&line, json_string(record, "result"));
        }
        cut = view->columns > used ? text_cut(text_get(&line), view->columns - used) : NULL;
        puts(cut ? cut : text_get(&line));
}

/* A line that is no call: {"dropped":N}. */
static void print_dropped(const LogView *view, const cJSON *record)
{
        if (json_unsigned(record, "dropped") > 0)
                printf(_("%s-- %" PRIu64 " records were given up for newer ones --%s\n"),
                       colour(view->session->colour, COLOUR_YELLOW),
                       json_unsigned(record, "dropped"),
                       colour(view->session->colour, COLOUR_PLAIN));
}

static void show_line(LogView *view, const char *line)
{
        _cleanup_json_ cJSON *record = NULL;

        if (view->session->json) {
                _cleanup_text_ Text shown = TEXT_INIT;

                text_append_json_shown(&shown, line);
                puts(text_get(&shown));
                return;
        }
        record = cJSON_Parse(line);
        if (!record)
                return;
        if (json_has(record, "syscall"))
                print_record(view, record);
        else
                print_dropped(view, record);
}

static bool filters(const LogFilter *filter)
{
        return filter->call_count || filter->pid || filter->action || filter->failed;
}

static void take_line(LogView *view, const char *line)
{
        LogTail *tail = &view->tail;

        if (filters(view->filter)) {
                _cleanup_json_ cJSON *record = cJSON_Parse(line);

                if (!record || !json_has(record, "syscall") || !is_wanted(view->filter, record))
                        return;
        }
        if (!tail->lines) {
                show_line(view, line);
                return;
        }
        free(tail->lines[tail->next]);
        tail->lines[tail->next] = strdup(line);
        tail->next = (tail->next + 1) % tail->size;
        tail->count += tail->count < tail->size;
}

static void show_tail(LogView *view)
{
        LogTail *tail = &view->tail;

        for (uint64_t i = 0; i < tail->count; i++) {
                uint64_t at = (tail->next + tail->size - tail->count + i) % tail->size;

                if (tail->lines[at])
                        show_line(view, tail->lines[at]);
        }
}

/* Shows the whole lines of `text` and leaves what has no end yet. */
static void take_lines(LogView *view, Text *text)
{
        char *line = text->data, *end = text->data + text->length, *newline;

        while ((newline = memchr(line, '\n', (size_t) (end - line)))) {
                *newline = '\0';
                take_line(view, line);
                line = newline + 1;
        }
        text->length = (size_t) (end - line);
        memmove(text->data, line, text->length);
}

/* 0, -EBADMSG when it broke off within a line, or another negative errno. */
static int show_log(LogView *view, int fd)
{
        _cleanup_close_ int log = fd;
        _cleanup_text_ Text text = TEXT_INIT;

        for (;;) {
                ssize_t n = -1;

                if (text_reserve(&text, LOG_READ_BYTES) == 0)
                        n = read(log, text.data + text.length, LOG_READ_BYTES);
                if (n < 0)
                        return text_error(&text) ? text_error(&text) : -errno;
                if (n == 0)
                        break;
                text.length += (size_t) n;
                take_lines(view, &text);
                if (fflush(stdout) != 0)
                        return -errno;
        }
        show_tail(view);
        return text.length > 0 ? -EBADMSG : 0;
}

int log_open_jail(Session *session, uint64_t jail, bool follow)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int fd, r = session_ask(session, "log", "OpenLog", &reply, "ta{sv}", jail, 1, "follow", "b",
                                (int) follow);

        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "h", &fd);
        if (r >= 0)
                r = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        return r < 0 ? report_bus_error(session, "log", r < 0 ? r : -errno, NULL) : r;
}

enum {
        OPTION_FOLLOW = 256,
        OPTION_CALL,
        OPTION_PID,
        OPTION_ACTION,
        OPTION_FAILED,
        OPTION_LAST,
};

static int take_option(Session *session, LogFilter *filter, int option)
{
        uint64_t number;

        switch (option) {
        case OPTION_CALL:
                if (filter->call_count == CALLS_MAX)
                        return report_usage(session, _("--call: at most %d"), CALLS_MAX);
                filter->calls[filter->call_count++] = optarg;
                return 0;
        case OPTION_ACTION:
                filter->action = optarg;
                return 0;
        case OPTION_FAILED:
                filter->failed = true;
                return 0;
        default:
                if (optarg[0] == '-' || number_parse_unsigned(optarg, &number) < 0 || number == 0 ||
                    number > 10 * 1000 * 1000)
                        return report_usage(session, _("'%s' is not a number from 1 on"), optarg);
                if (option == OPTION_LAST)
                        filter->last = number;
                else
                        filter->pid = (int64_t) number;
                return 0;
        }
}

static int run_log(Session *session, const LogFilter *filter, const char *word, bool follow)
{
        LogView view = {.session = session, .filter = filter, .columns = terminal_columns(stdout)};
        uint64_t jail;
        int fd, r;

        if (session_jail(session, word, &jail) < 0)
                return EXIT_FAILURE;
        fd = log_open_jail(session, jail, follow);
        if (fd < 0)
                return EXIT_FAILURE;
        if (filter->last && !follow) {
                view.tail.size = filter->last;
                view.tail.lines = calloc(filter->last, sizeof(*view.tail.lines));
        }
        r = show_log(&view, fd);
        tail_release(&view.tail);
        if (r == -EBADMSG)
                report_error(session, SJ_ERROR_FAILED,
                             _("log: it broke off before its end; 'jailctl log %" PRIu64 "' has "
                               "all that is kept"),
                             jail);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int command_log(Session *session, int argc, char **argv)
{
        static const struct option options[] = {
                {"follow", no_argument, NULL, OPTION_FOLLOW},
                {"call", required_argument, NULL, OPTION_CALL},
                {"pid", required_argument, NULL, OPTION_PID},
                {"action", required_argument, NULL, OPTION_ACTION},
                {"failed", no_argument, NULL, OPTION_FAILED},
                {"last", required_argument, NULL, OPTION_LAST},
                {0},
        };
        OptionReader reader = {.session = session,
                               .argc = argc,
                               .argv = argv,
                               .options = options,
                               .letters = "fn:"};
        LogFilter filter = {0};
        bool follow = false;
        int option, status;

        while ((option = option_next(&reader)) >= 0) {
                if (option == OPTION_FOLLOW || option == 'f')
                        follow = true;
                else if (take_option(session, &filter, option == 'n' ? OPTION_LAST : option) != 0)
                        return EXIT_USAGE;
        }
        if (option == OPTION_END)
                return reader.status;
        if (!option_count_operands(session, argc, 0, 1, &status))
                return status;
        return run_log(session, &filter, argv[optind], follow);
}
