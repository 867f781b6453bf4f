/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl list, show, stop: the jails of a daemon. */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/print-table.h"

/* The program with its arguments, as one would type it. */
static char *jail_command_line(const cJSON *jail)
{
        _cleanup_text_ Text text = TEXT_INIT;
        const cJSON *words = cJSON_GetObjectItemCaseSensitive(jail, "args");
        const cJSON *word;

        text_append(&text, "");
        cJSON_ArrayForEach(word, words)
        {
                if (text.length > 0)
                        text_append_char(&text, ' ');
                text_append_quoted(&text, cJSON_IsString(word) ? word->valuestring : "");
        }
        if (text.length == 0)
                text_append(&text, json_string(jail, "program"));
        return text_take(&text);
}

/* "running", "ended 0", "killed by signal 9": `state` in words. */
static void jail_state(const cJSON *jail, Table *table)
{
        const char *state = json_string(jail, "state");
        uint64_t signal = json_unsigned(jail, "signal");
        int64_t status = json_signed(jail, "status");

        if (!string_equal(state, "ended")) {
                table_add(table, state);
                table_colour(table, COLOUR_GREEN);
        } else if (signal > 0) {
                table_add_format(table, _("killed (%s)"), strsignal((int) signal));
                table_colour(table, COLOUR_RED);
        } else {
                table_add_format(table, _("ended (%" PRId64 ")"), status);
                table_colour(table, status == 0 ? COLOUR_DIM : COLOUR_YELLOW);
        }
}

static void list_add(Table *table, const cJSON *jail, bool all)
{
        _cleanup_free_ char *line = jail_command_line(jail);
        uint64_t pending = json_unsigned(jail, "pending");

        table_add_format(table, "%" PRIu64, json_unsigned(jail, "id"));
        if (all)
                table_add_format(table, "%" PRIu64, json_unsigned(jail, "uid"));
        jail_state(jail, table);
        table_add_format(table, "%" PRId64, json_signed(jail, "pid"));
        table_add_format(table, "%" PRIu64, pending);
        table_colour(table, pending ? COLOUR_YELLOW : COLOUR_PLAIN);
        table_add_format(table, "%" PRIu64, json_unsigned(jail, "calls"));
        table_add(table, json_string(jail, "rules"));
        table_add(table, line ? line : "");
}

static int list_print(const Session *session, const cJSON *jails, bool all)
{
        _cleanup_table_ Table *table =
                table_new(all ? _(">JAIL|>USER|STATE|>PID|>PENDING|>CALLS|RULES|PROGRAM")
                              : _(">JAIL|STATE|>PID|>PENDING|>CALLS|RULES|PROGRAM"));
        const cJSON *jail;

        if (session->json) {
                cJSON_ArrayForEach(jail, jails) json_print_line(jail, stdout);
                return EXIT_SUCCESS;
        }
        if (cJSON_GetArraySize(jails) == 0) {
                report_note(session, _("there are no jails; 'jailctl run -- PROGRAM' makes one"));
                return EXIT_SUCCESS;
        }
        cJSON_ArrayForEach(jail, jails) list_add(table, jail, all);
        return table_print(table, stdout, session->colour) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int jails_get(Session *session, const char *what, bool all, cJSON **ret)
{
        if (all)
                return session_ask_value(session, what, "ListJails", ret, "a{sv}", 1, "all", "b",
                                         1);
        return session_ask_value(session, what, "ListJails", ret, "a{sv}", 0);
}

int command_list(Session *session, int argc, char **argv)
{
        enum { OPTION_ALL = 256 };
        static const struct option options[] = {{"all", no_argument, NULL, OPTION_ALL}, {0}};
        OptionReader reader = {.session = session, .argc = argc, .argv = argv, .options = options};
        _cleanup_json_ cJSON *jails = NULL;
        bool all = false;
        int option, status;

        while ((option = option_next(&reader)) >= 0)
                all = all || option == OPTION_ALL;
        if (option == OPTION_END)
                return reader.status;
        if (!option_count_operands(session, argc, 0, 0, &status))
                return status;
        if (jails_get(session, "list", all, &jails) < 0)
                return EXIT_FAILURE;
        return list_print(session, jails, all);
}

/* ---- show ---- */

static void show_number(const Session *session, const char *name, const cJSON *jail,
                        const char *key)
{
        char text[24];

        snprintf(text, sizeof(text), "%" PRId64, json_signed(jail, key));
        field_print(stdout, session->colour, name, text);
}

static void show_ending(const Session *session, const cJSON *jail)
{
        uint64_t signal = json_unsigned(jail, "signal");

        if (!string_equal(json_string(jail, "state"), "ended"))
                return;
        field_print(stdout, session->colour, _("ended"), json_string(jail, "ended"));
        field_print(stdout, session->colour, _("reason"), json_string(jail, "reason"));
        if (signal > 0)
                field_print(stdout, session->colour, _("signal"), strsignal((int) signal));
        else
                show_number(session, _("status"), jail, "status");
}

static void show_print(const Session *session, const cJSON *jail)
{
        _cleanup_free_ char *line = jail_command_line(jail);
        const char *mode = json_string(jail, "mode");

        show_number(session, _("jail"), jail, "id");
        field_print(stdout, session->colour, _("program"), line ? line : "");
        field_print(stdout, session->colour, _("state"), json_string(jail, "state"));
        field_print(stdout, session->colour, _("daemon"),
                    *mode ? mode : jail_client_mode(session->client));
        show_number(session, _("user"), jail, "uid");
        show_number(session, _("pid"), jail, "pid");
        field_print(stdout, session->colour, _("rules"), json_string(jail, "rules"));
        field_print(stdout, session->colour, _("started"), json_string(jail, "started"));
        show_ending(session, jail);
        show_number(session, _("processes"), jail, "processes");
        show_number(session, _("calls"), jail, "calls");
        show_number(session, _("pending"), jail, "pending");
        if (json_unsigned(jail, "dropped") > 0)
                show_number(session, _("dropped"), jail, "dropped");
}

int command_show(Session *session, int argc, char **argv)
{
        _cleanup_json_ cJSON *jails = NULL;
        const cJSON *jail, *found = NULL;
        uint64_t id;
        int status;

        if (!option_operands(session, argc, argv, 0, 1, &status))
                return status;
        if (session_jail(session, argv[optind], &id) < 0)
                return EXIT_FAILURE;
        /* An administrator may look at another's; who may not, does not get to see it. */
        if (jails_get(session, "show", geteuid() == 0, &jails) < 0)
                return EXIT_FAILURE;
        cJSON_ArrayForEach(jail, jails) if (json_unsigned(jail, "id") == id) found = jail;
        if (!found) {
                report_error(session, SJ_ERROR_NO_SUCH_JAIL,
                             _("jail %" PRIu64 ": there is none; 'jailctl list' shows them"), id);
                return EXIT_FAILURE;
        }
        if (session->json)
                json_print_line(found, stdout);
        else
                show_print(session, found);
        return EXIT_SUCCESS;
}

/* ---- stop ---- */

int command_stop(Session *session, int argc, char **argv)
{
        int status, failed = 0;

        if (!option_operands(session, argc, argv, 1, 1024, &status))
                return status;
        for (int i = optind; i < argc; i++) {
                uint64_t jail;
                _cleanup_free_ char *what = string_format(_("jail %s"), argv[i]);

                if (session_jail(session, argv[i], &jail) < 0 ||
                    session_ask(session, what ? what : argv[i], "Stop", NULL, "t", jail) < 0)
                        failed++;
        }
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
