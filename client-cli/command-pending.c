/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl pending: the calls that wait; goes on with new ones, or asks about them. */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/jail-watch.h"
#include "client-cli/print-text.h"

void pending_print(const Session *session, const cJSON *call, FILE *stream)
{
        _cleanup_free_ char *text = text_shown(json_string(call, "text"));
        _cleanup_free_ char *comm = text_shown(json_string(call, "comm"));
        _cleanup_free_ char *rule = text_shown(json_string(call, "rule_text"));
        uint64_t id = json_unsigned(call, "id");
        bool colours = stream == stdout ? session->colour : session->colour_errors;

        fprintf(stream, "%s%" PRIu64 ".%u%s  pid %" PRId64 " (%s)  %s",
                colour(colours, COLOUR_BOLD), SJ_PENDING_JAIL(id), SJ_PENDING_SEQUENCE(id),
                colour(colours, COLOUR_PLAIN), json_signed(call, "pid"), comm ? comm : "",
                text ? text : "");
        if (rule && *rule)
                fprintf(stream, _("  %srule: %s%s"), colour(colours, COLOUR_DIM), rule,
                        colour(colours, COLOUR_PLAIN));
        fputc('\n', stream);
}

static void print_call(const Session *session, const cJSON *call)
{
        if (session->json)
                json_print_line(call, stdout);
        else
                pending_print(session, call, stdout);
        fflush(stdout);
}

static int list_once(Session *session, uint64_t jail)
{
        _cleanup_json_ cJSON *calls = NULL;
        const cJSON *call;
        int r = session_ask_value(session, "pending", "ListPending", &calls, "t", jail);

        if (r < 0)
                return r;
        cJSON_ArrayForEach(call, calls) print_call(session, call);
        return 0;
}

/* Prints a call unless it was printed: of one jail the numbers only grow. */
static void on_call(JailWatch *watch, const cJSON *call)
{
        cJSON *printed = watch->userdata;
        uint64_t id = json_unsigned(call, "id");
        cJSON *last;
        char key[24];

        snprintf(key, sizeof(key), "%" PRIu64, SJ_PENDING_JAIL(id));
        last = cJSON_GetObjectItem(printed, key);
        if (last && last->valuedouble >= (double) id)
                return;
        cJSON_DeleteItemFromObject(printed, key);
        cJSON_AddNumberToObject(printed, key, (double) id);
        print_call(watch->session, call);
}

static int watch_pending(Session *session, uint64_t jail, bool ask)
{
        _cleanup_watch_ JailWatch watch = {.jail = jail, .all = jail == 0};
        _cleanup_json_ cJSON *printed = cJSON_CreateObject();
        int r = jail_watch_start(&watch, session);

        if (r < 0)
                return r;
        if (ask) {
                r = ask_terminal_new(session, watch.event, false, &watch.ask);
                if (r < 0)
                        return report_error(session, SJ_ERROR_FAILED,
                                            _("--ask: there is no terminal to ask at: %s"),
                                            strerror(-r));
        } else {
                watch.userdata = printed;
                watch.on_call = on_call;
        }
        r = jail_watch_refresh(&watch);
        while (r >= 0 && !watch.finished && !watch.lost && !ferror(stdout) &&
               !(ask && ask_terminal_was_left(watch.ask)))
                r = jail_watch_turn(&watch);
        if (watch.lost)
                return report_error(session, SJ_ERROR_FAILED, _("jaild ended"));
        return r;
}

int command_pending(Session *session, int argc, char **argv)
{
        enum { OPTION_FOLLOW = 256, OPTION_ASK };
        static const struct option options[] = {{"follow", no_argument, NULL, OPTION_FOLLOW},
                                                {"ask", no_argument, NULL, OPTION_ASK},
                                                {0}};
        OptionReader reader = {
                .session = session, .argc = argc, .argv = argv, .options = options, .letters = "f"};
        bool follow = false, ask = false;
        uint64_t jail = 0;
        int option, status, r;

        while ((option = option_next(&reader)) >= 0) {
                follow = follow || option == OPTION_FOLLOW || option == 'f';
                ask = ask || option == OPTION_ASK;
        }
        if (option == OPTION_END)
                return reader.status;
        if (!option_count_operands(session, argc, 0, 1, &status))
                return status;
        if (argv[optind] && session_jail(session, argv[optind], &jail) < 0)
                return EXIT_FAILURE;
        r = follow || ask ? watch_pending(session, jail, ask) : list_once(session, jail);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
