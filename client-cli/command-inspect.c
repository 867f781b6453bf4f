/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl inspect: registers, stack, maps, descriptors and waiting signals of a traced thread. */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/print-table.h"

static void print_heading(const Session *session, const char *name)
{
        printf("\n%s%s%s\n", colour(session->colour, COLOUR_BOLD), name,
               colour(session->colour, COLOUR_PLAIN));
}

static void print_list(const Session *session, const cJSON *info, const char *key, const char *name)
{
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(info, key);
        const cJSON *member;

        if (cJSON_GetArraySize(list) == 0)
                return;
        print_heading(session, name);
        cJSON_ArrayForEach(member, list)
        {
                _cleanup_free_ char *shown =
                        text_shown(cJSON_IsString(member) ? member->valuestring : "");

                printf("  %s%s%s\n", member->string ? member->string : "",
                       member->string ? "  " : "", shown ? shown : "");
        }
}

static void print_registers(const Session *session, const cJSON *info)
{
        const cJSON *registers = cJSON_GetObjectItemCaseSensitive(info, "registers");
        const cJSON *one;
        unsigned column = 0;

        if (cJSON_GetArraySize(registers) == 0)
                return;
        print_heading(session, _("registers"));
        cJSON_ArrayForEach(one, registers)
        {
                printf("  %-8s 0x%016" PRIx64, one->string, json_unsigned(registers, one->string));
                if (++column % 3 == 0)
                        putchar('\n');
        }
        if (column % 3)
                putchar('\n');
}

static void inspect_print(const Session *session, const cJSON *info)
{
        _cleanup_text_ Text line = TEXT_INIT;
        const cJSON *words = cJSON_GetObjectItemCaseSensitive(info, "args");
        const cJSON *word;

        cJSON_ArrayForEach(word, words)
        {
                text_append(&line, line.length ? " " : "");
                text_append_quoted(&line, cJSON_IsString(word) ? word->valuestring : "");
        }
        field_print(stdout, session->colour, _("executable"), json_string(info, "exe"));
        field_print(stdout, session->colour, _("directory"), json_string(info, "cwd"));
        field_print(stdout, session->colour, _("command"), text_get(&line));
        print_list(session, info, "signals", _("signals that wait"));
        print_registers(session, info);
        print_list(session, info, "stack", _("stack"));
        print_list(session, info, "descriptors", _("descriptors"));
        print_list(session, info, "maps", _("maps"));
}

/* "stack,maps" as the list that Inspect takes. */
static int append_what(sd_bus_message *message, const char *what)
{
        _cleanup_free_ char *copy = strdup(what);
        char *words[16] = {NULL}, *rest = copy, *word;
        size_t count = 0;

        if (!copy)
                return -ENOMEM;
        while ((word = strsep(&rest, ",")) && count + 1 < ELEMENTS_OF(words))
                words[count++] = word;
        return message_strings(message, "what", words);
}

static int inspect(Session *session, const char *word, pid_t pid, const char *what, cJSON **ret)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
        int r = session_method(session, "Inspect", &message);

        if (r < 0)
                return r;
        r = sd_bus_message_append(message, "i", (int32_t) pid);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "{sv}");
        if (r >= 0 && what)
                r = append_what(message, what);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        if (r < 0)
                return report_bus_error(session, word, r, NULL);
        r = session_call(session, word, message, &reply);
        return r < 0 ? r : json_from_bus(reply, ret);
}

int command_inspect(Session *session, int argc, char **argv)
{
        enum { OPTION_WHAT = 256 };
        static const struct option options[] = {{"what", required_argument, NULL, OPTION_WHAT},
                                                {0}};
        OptionReader reader = {.session = session, .argc = argc, .argv = argv, .options = options};
        _cleanup_json_ cJSON *info = NULL;
        const char *what = NULL;
        int option, status;
        pid_t pid;

        while ((option = option_next(&reader)) >= 0)
                what = optarg;
        if (option == OPTION_END)
                return reader.status;
        if (!option_count_operands(session, argc, 1, 1, &status))
                return status;
        if (session_pid(session, argv[optind], &pid) < 0 ||
            inspect(session, argv[optind], pid, what, &info) < 0)
                return EXIT_FAILURE;
        if (session->json)
                return json_print_line(info, stdout) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        inspect_print(session, info);
        return EXIT_SUCCESS;
}
