/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl stats, and the table that `run --summary` prints. */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/print-table.h"

static int by_calls(const void *a, const void *b)
{
        uint64_t first = json_unsigned(*(const cJSON *const *) a, "calls");
        uint64_t second = json_unsigned(*(const cJSON *const *) b, "calls");

        return first < second ? 1 : first > second ? -1 : 0;
}

/* The members of a list, most calls first. Owned array of borrowed values. */
static const cJSON **sorted(const cJSON *list, size_t *ret_count)
{
        size_t count = (size_t) cJSON_GetArraySize(list);
        const cJSON **members = calloc(count + 1, sizeof(*members));
        const cJSON *member;
        size_t i = 0;

        if (!members)
                return NULL;
        cJSON_ArrayForEach(member, list) members[i++] = member;
        qsort(members, count, sizeof(*members), by_calls);
        *ret_count = count;
        return members;
}

static void add_counts(Table *table, const cJSON *entry)
{
        char text[32];

        table_add_format(table, "%" PRIu64, json_unsigned(entry, "calls"));
        table_add_format(table, "%" PRIu64, json_unsigned(entry, "errors"));
        duration_format(json_unsigned(entry, "held_ns"), text, sizeof(text));
        table_add(table, text);
        duration_format(json_unsigned(entry, "ran_ns"), text, sizeof(text));
        table_add(table, text);
}

static int print_by_call(const cJSON *list, FILE *stream, bool colours)
{
        _cleanup_table_ Table *table = table_new(_(">CALLS|>ERRORS|>HELD|>RAN|CALL"));
        _cleanup_free_ const cJSON **members = NULL;
        size_t count = 0;

        members = sorted(list, &count);
        for (size_t i = 0; members && i < count; i++) {
                add_counts(table, members[i]);
                table_add(table, json_string(members[i], "syscall"));
        }
        return table_print(table, stream, colours);
}

static int print_by_process(const cJSON *list, FILE *stream, bool colours)
{
        _cleanup_table_ Table *table = table_new(_(">CALLS|>ERRORS|>HELD|>RAN|>PID|PROGRAM"));
        _cleanup_free_ const cJSON **members = NULL;
        size_t count = 0;

        members = sorted(list, &count);
        for (size_t i = 0; members && i < count; i++) {
                const char *name = json_string(members[i], "comm");

                add_counts(table, members[i]);
                table_add_format(table, "%" PRId64, json_signed(members[i], "pid"));
                table_add(table, *name ? name : json_string(members[i], "exe"));
        }
        return table_print(table, stream, colours);
}

int statistics_print(const Session *session, const cJSON *statistics, FILE *stream)
{
        const cJSON *by_call = cJSON_GetObjectItemCaseSensitive(statistics, "by_call");
        const cJSON *by_process = cJSON_GetObjectItemCaseSensitive(statistics, "by_process");
        bool colours = stream == stdout ? session->colour : session->colour_errors;

        if (print_by_call(by_call, stream, colours) < 0)
                return -ENOMEM;
        if (cJSON_GetArraySize(by_process) > 0) {
                fputc('\n', stream);
                if (print_by_process(by_process, stream, colours) < 0)
                        return -ENOMEM;
        }
        if (json_unsigned(statistics, "dropped") > 0)
                fprintf(stream, _("%" PRIu64 " records of the log were given up for newer ones\n"),
                        json_unsigned(statistics, "dropped"));
        return 0;
}

int command_stats(Session *session, int argc, char **argv)
{
        _cleanup_json_ cJSON *statistics = NULL;
        uint64_t jail;
        int status;

        if (!option_operands(session, argc, argv, 0, 1, &status))
                return status;
        if (session_jail(session, argv[optind], &jail) < 0 ||
            session_ask_value(session, "stats", "GetStatistics", &statistics, "t", jail) < 0)
                return EXIT_FAILURE;
        if (session->json)
                return json_print_line(statistics, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        return statistics_print(session, statistics, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
