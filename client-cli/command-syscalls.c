/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl syscalls: every call with its number, arguments and groups. */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/nearest-name.h"
#include "base/text.h"
#include "client-cli/print-table.h"

static bool in_group(const cJSON *call, const char *group)
{
        const cJSON *groups = cJSON_GetObjectItemCaseSensitive(call, "groups");
        const cJSON *member;

        cJSON_ArrayForEach(member,
                           groups) if (cJSON_IsString(member) &&
                                       string_equal(member->valuestring, group)) return true;
        return string_equal(json_string(call, "group"), group);
}

static bool is_wanted_by(const cJSON *call, const char *word)
{
        char number[16];

        snprintf(number, sizeof(number), "%" PRId64, json_signed(call, "number"));
        return string_equal(json_string(call, "name"), word) || string_equal(number, word) ||
               (word[0] == '@' && in_group(call, word));
}

static char *call_arguments(const cJSON *call)
{
        _cleanup_text_ Text text = TEXT_INIT;
        const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(call, "arguments");
        const cJSON *argument;

        text_append(&text, "");
        cJSON_ArrayForEach(argument, arguments)
        {
                text_append(&text, text.length ? ", " : "");
                text_append(&text, json_string(argument, "name"));
        }
        return text_take(&text);
}

static void syscalls_add(Session *session, Table *table, const cJSON *call, bool names)
{
        _cleanup_free_ char *arguments = NULL;

        if (session->json) {
                json_print_line(call, stdout);
                return;
        }
        if (names) {
                printf("%s\n", json_string(call, "name"));
                return;
        }
        arguments = call_arguments(call);
        table_add_format(table, "%" PRId64, json_signed(call, "number"));
        table_add(table, json_string(call, "name"));
        table_add(table, json_string(call, "group"));
        table_add(table, arguments ? arguments : "");
}

/* Prints the calls that `word` selects (NULL: all); how many there were. */
static unsigned syscalls_select(Session *session, Table *table, const cJSON *calls,
                                const char *word, bool names)
{
        const cJSON *call;
        unsigned count = 0;

        cJSON_ArrayForEach(call, calls)
        {
                if (word && !is_wanted_by(call, word))
                        continue;
                syscalls_add(session, table, call, names);
                count++;
        }
        return count;
}

static void report_unknown(Session *session, const cJSON *calls, const char *word)
{
        NearestName nearest = nearest_name_begin(word);
        const cJSON *call, *group;

        cJSON_ArrayForEach(call, calls)
        {
                nearest_name_offer(&nearest, json_string(call, "name"));
                cJSON_ArrayForEach(group, cJSON_GetObjectItemCaseSensitive(
                                                  call, "groups")) if (cJSON_IsString(group))
                        nearest_name_offer(&nearest, group->valuestring);
        }
        if (nearest.best)
                report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                             _("%s: there is no system call or group of that name; "
                               "did you mean '%s'?"),
                             word, nearest.best);
        else
                report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                             _("%s: there is no system call or group of that name; "
                               "'jailctl syscalls' lists all"),
                             word);
}

int command_syscalls(Session *session, int argc, char **argv)
{
        enum { OPTION_NAMES = 256 };
        static const struct option options[] = {{"names", no_argument, NULL, OPTION_NAMES}, {0}};
        OptionReader reader = {.session = session, .argc = argc, .argv = argv, .options = options};
        _cleanup_table_ Table *table = table_new(_(">NUMBER|NAME|GROUP|ARGUMENTS"));
        _cleanup_json_ cJSON *calls = NULL;
        bool names = false, missing = false;
        int option;

        while ((option = option_next(&reader)) >= 0)
                names = names || option == OPTION_NAMES;
        if (option == OPTION_END)
                return reader.status;
        if (session_ask_value(session, "syscalls", "ListSyscalls", &calls, NULL) < 0)
                return EXIT_FAILURE;
        if (optind >= argc)
                syscalls_select(session, table, calls, NULL, names);
        for (int i = optind; i < argc; i++)
                if (syscalls_select(session, table, calls, argv[i], names) == 0) {
                        report_unknown(session, calls, argv[i]);
                        missing = true;
                }
        if (!session->json && !names && !missing)
                table_print(table, stdout, session->colour);
        return missing ? EXIT_FAILURE : EXIT_SUCCESS;
}
