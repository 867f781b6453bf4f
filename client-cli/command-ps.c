/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl ps: the tree of processes and threads of a jail. */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/print-table.h"

/* A process tree of more levels is printed flat from there on: nothing recurses without bound. */
#define DEPTH_MAX 64

static bool is_main(const cJSON *process)
{
        return json_has(process, "main")
                       ? json_boolean(process, "main")
                       : json_signed(process, "pid") == json_signed(process, "tid");
}

static Colour state_colour(const char *state)
{
        if (string_equal(state, "held"))
                return COLOUR_YELLOW;
        if (string_equal(state, "running"))
                return COLOUR_GREEN;
        return string_equal(state, "zombie") ? COLOUR_RED : COLOUR_PLAIN;
}

static void add_line(Table *table, const cJSON *process, unsigned depth)
{
        const char *state = json_string(process, "state");
        const char *name = json_string(process, "comm");
        char held[32];

        table_add_format(table, "%*s%" PRId64, (int) (2 * depth), "", json_signed(process, "tid"));
        table_add_format(table, is_main(process) ? "%s" : "{%s}",
                         *name ? name : json_string(process, "exe"));
        table_add(table, state);
        table_colour(table, state_colour(state));
        table_add_format(table, "%" PRIu64, json_unsigned(process, "calls"));
        duration_format(json_unsigned(process, "held_ns"), held, sizeof(held));
        table_add(table, held);
        table_add(table, json_string(process, "doing"));
}

static bool has_parent(const cJSON *processes, const cJSON *process)
{
        const cJSON *other;

        cJSON_ArrayForEach(other, processes) if (is_main(other) && other != process &&
                                                 json_signed(other, "pid") ==
                                                         json_signed(process, "ppid")) return true;
        return false;
}

static void add_tree(Table *table, const cJSON *processes, const cJSON *process, unsigned depth)
{
        int64_t pid = json_signed(process, "pid");
        const cJSON *other;

        add_line(table, process, depth);
        if (depth >= DEPTH_MAX)
                return;
        cJSON_ArrayForEach(other,
                           processes) if (!is_main(other) && json_signed(other, "pid") == pid)
                add_line(table, other, depth + 1);
        cJSON_ArrayForEach(other, processes) if (is_main(other) && other != process &&
                                                 json_signed(other, "ppid") == pid)
                add_tree(table, processes, other, depth + 1);
}

int command_ps(Session *session, int argc, char **argv)
{
        _cleanup_table_ Table *table = table_new(_("TID|NAME|STATE|>CALLS|>HELD|DOING"));
        _cleanup_json_ cJSON *processes = NULL;
        const cJSON *process;
        uint64_t jail;
        int status;

        if (!option_operands(session, argc, argv, 0, 1, &status))
                return status;
        if (session_jail(session, argv[optind], &jail) < 0 ||
            session_ask_value(session, "ps", "ListProcesses", &processes, "t", jail) < 0)
                return EXIT_FAILURE;
        if (session->json) {
                cJSON_ArrayForEach(process, processes) json_print_line(process, stdout);
                return EXIT_SUCCESS;
        }
        cJSON_ArrayForEach(process,
                           processes) if (is_main(process) && !has_parent(processes, process))
                add_tree(table, processes, process, 0);
        return table_print(table, stdout, session->colour) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
