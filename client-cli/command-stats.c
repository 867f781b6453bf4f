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

/* ---- out of the log ---- */

static void count_into(cJSON *entry, const cJSON *record)
{
        static const char *const sums[] = {"held_ns", "ran_ns"};

        cJSON_SetNumberValue(cJSON_GetObjectItem(entry, "calls"),
                             (double) (json_unsigned(entry, "calls") + 1));
        if (*json_string(record, "errno"))
                cJSON_SetNumberValue(cJSON_GetObjectItem(entry, "errors"),
                                     (double) (json_unsigned(entry, "errors") + 1));
        for (size_t i = 0; i < ELEMENTS_OF(sums); i++)
                cJSON_SetNumberValue(
                        cJSON_GetObjectItem(entry, sums[i]),
                        (double) (json_unsigned(entry, sums[i]) + json_unsigned(record, sums[i])));
}

/* The counts of `name` in a dictionary of counts, made when they are new. */
static cJSON *counts_of(cJSON *counts, const char *name)
{
        static const char *const keys[] = {"calls", "errors", "held_ns", "ran_ns"};
        cJSON *entry = cJSON_GetObjectItemCaseSensitive(counts, name);

        if (entry)
                return entry;
        entry = cJSON_AddObjectToObject(counts, name);
        for (size_t i = 0; i < ELEMENTS_OF(keys); i++)
                cJSON_AddNumberToObject(entry, keys[i], 0);
        return entry;
}

static void count_record(cJSON *calls, cJSON *processes, const cJSON *record)
{
        char pid[24];
        cJSON *entry;

        if (!json_has(record, "syscall"))
                return;
        entry = counts_of(calls, json_string(record, "syscall"));
        if (!json_has(entry, "syscall"))
                cJSON_AddStringToObject(entry, "syscall", json_string(record, "syscall"));
        count_into(entry, record);
        snprintf(pid, sizeof(pid), "%" PRId64, json_signed(record, "pid"));
        entry = counts_of(processes, pid);
        if (!json_has(entry, "pid")) {
                cJSON_AddNumberToObject(entry, "pid", (double) json_signed(record, "pid"));
                cJSON_AddStringToObject(entry, "comm", "");
        }
        /* what it ran last */
        cJSON_ReplaceItemInObject(entry, "comm", cJSON_CreateString(json_string(record, "comm")));
        count_into(entry, record);
}

/* The dictionary as the list of its values. */
static void add_values(cJSON *object, const char *key, cJSON *counts)
{
        cJSON *list = cJSON_AddArrayToObject(object, key);

        while (counts->child) {
                cJSON *entry = cJSON_DetachItemViaPointer(counts, counts->child);

                cJSON_AddItemToArray(list, entry);
        }
}

static int count_log(Session *session, uint64_t jail, cJSON **ret)
{
        _cleanup_json_ cJSON *calls = cJSON_CreateObject(), *processes = cJSON_CreateObject();
        _cleanup_(fclosep) FILE *log = NULL;
        _cleanup_free_ char *line = NULL;
        uint64_t dropped = 0, count = 0;
        size_t capacity = 0;
        cJSON *object;
        int fd = log_open_jail(session, jail, false);

        if (fd < 0)
                return fd;
        log = fdopen(fd, "r");
        object = cJSON_CreateObject();
        while (log && getline(&line, &capacity, log) > 0) {
                _cleanup_json_ cJSON *record = cJSON_Parse(line);

                count_record(calls, processes, record);
                count += json_has(record, "syscall");
                dropped += json_unsigned(record, "dropped");
        }
        add_values(object, "by_call", calls);
        add_values(object, "by_process", processes);
        cJSON_AddNumberToObject(object, "calls", (double) count);
        cJSON_AddNumberToObject(object, "dropped", (double) dropped);
        *ret = object;
        return 0;
}

/* Whether the jail is among those that ended. */
static bool has_ended(Session *session, uint64_t jail)
{
        _cleanup_json_ cJSON *jails = NULL;
        const cJSON *one;

        if (session_ask_value(session, "stats", "ListJails", &jails, "a{sv}", 0) < 0)
                return false;
        cJSON_ArrayForEach(one, jails) if (json_unsigned(one, "id") == jail) return string_equal(
                json_string(one, "state"), "ended");
        return false;
}

int statistics_get(Session *session, uint64_t jail, cJSON **ret)
{
        if (has_ended(session, jail))
                return count_log(session, jail, ret);
        return session_ask_value(session, "stats", "GetStatistics", ret, "t", jail);
}

int command_stats(Session *session, int argc, char **argv)
{
        _cleanup_json_ cJSON *statistics = NULL;
        uint64_t jail;
        int status;

        if (!option_operands(session, argc, argv, 0, 1, &status))
                return status;
        if (session_jail(session, argv[optind], &jail) < 0 ||
            statistics_get(session, jail, &statistics) < 0)
                return EXIT_FAILURE;
        if (session->json)
                return json_print_line(statistics, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        return statistics_print(session, statistics, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
