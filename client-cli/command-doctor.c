/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl doctor: what this kernel and machine can and cannot do. */
#include "client-cli/command.h"

#include <getopt.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/print-table.h"

/* A wall that is open is a way round the jail: the exit status says so. What is missing costs
 * comfort only. */
static Colour state_colour(const char *state)
{
        if (string_equal(state, "open"))
                return COLOUR_RED;
        return string_equal(state, "missing") ? COLOUR_YELLOW : COLOUR_GREEN;
}

static void doctor_add(Table *table, const cJSON *check)
{
        const char *state = json_string(check, "state");

        table_add(table, state);
        table_colour(table, state_colour(state));
        table_add(table, json_string(check, "name"));
        table_add(table, json_string(check, "wall"));
        table_add(table, json_string(check, "detail"));
}

int command_doctor(Session *session, int argc, char **argv)
{
        _cleanup_table_ Table *table = table_new(_("STATE|CHECK|WALL|DETAIL"));
        _cleanup_json_ cJSON *checks = NULL;
        const cJSON *check;
        unsigned open = 0;
        int status;

        if (!option_operands(session, argc, argv, 0, 0, &status))
                return status;
        if (session_ask_value(session, "doctor", "Doctor", &checks, "a{sv}", 0) < 0)
                return EXIT_FAILURE;
        table_keep_whole(table);
        cJSON_ArrayForEach(check, checks)
        {
                open += string_equal(json_string(check, "state"), "open");
                if (session->json)
                        json_print_line(check, stdout);
                else
                        doctor_add(table, check);
        }
        if (!session->json && table_print(table, stdout, session->colour) < 0)
                return EXIT_FAILURE;
        if (open == 0)
                return EXIT_SUCCESS;
        if (!session->json)
                report_note(session,
                            _n("%u way round a jail is open on this machine; its line says what "
                               "closes it",
                               "%u ways round a jail are open on this machine; their lines say "
                               "what closes them",
                               open),
                            open);
        return EXIT_FAILURE;
}
