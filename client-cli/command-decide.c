/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl decide: answers a held call. */
#include "client-cli/command.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "client-cli/verdict.h"

enum {
        OPTION_NUMBER = 256,
        OPTION_ARG,
        OPTION_FIELD,
        OPTION_WRITE,
        OPTION_AFTER,
        OPTION_REMEMBER,
        OPTION_VALUES,
        OPTION_FOR,
        OPTION_USES,
        OPTION_ALWAYS,
        OPTION_PREVIEW,
};

static const struct option options[] = {
        {"number", required_argument, NULL, OPTION_NUMBER},
        {"arg", required_argument, NULL, OPTION_ARG},
        {"field", required_argument, NULL, OPTION_FIELD},
        {"write", required_argument, NULL, OPTION_WRITE},
        {"after", required_argument, NULL, OPTION_AFTER},
        {"remember", optional_argument, NULL, OPTION_REMEMBER},
        {"values", no_argument, NULL, OPTION_VALUES},
        {"for", required_argument, NULL, OPTION_FOR},
        {"uses", required_argument, NULL, OPTION_USES},
        {"always", no_argument, NULL, OPTION_ALWAYS},
        {"preview", no_argument, NULL, OPTION_PREVIEW},
        {0},
};

static int take_scope(Session *session, Verdict *verdict, const char *word)
{
        static const char *const scopes[] = {"call", "image", "process", "children", "jail"};

        verdict->remember = true;
        if (!word)
                return 0;
        for (size_t i = 0; i < ELEMENTS_OF(scopes); i++)
                if (string_equal(word, scopes[i])) {
                        verdict->scope = scopes[i];
                        return 0;
                }
        report_usage(session,
                     _("--remember=%s: the scopes are call, image, process, children and "
                       "jail"),
                     word);
        return -EINVAL;
}

/* --after return=VALUE, write=N=BYTES, field=N.NAME=VALUE */
static int take_after(Session *session, Verdict *verdict, const char *word)
{
        if (string_starts_with(word, "return=") && word[strlen("return=")]) {
                verdict->after_return = word + strlen("return=");
                return 0;
        }
        if (string_starts_with(word, "write="))
                return verdict_add_write(session, &verdict->after_writes, "--after write",
                                         word + strlen("write="));
        if (string_starts_with(word, "field="))
                return verdict_add_text(session, &verdict->after_fields, "--after field",
                                        word + strlen("field="));
        report_usage(session,
                     _("--after %s: it takes return=VALUE, write=N=BYTES or "
                       "field=N.NAME=VALUE"),
                     word);
        return -EINVAL;
}

static int take_life(Session *session, Verdict *verdict, int option, const char *word)
{
        verdict->remember = true;
        if (option == OPTION_FOR && option_duration(word, &verdict->seconds) == 0)
                return 0;
        if (option == OPTION_USES && word[0] != '-' &&
            number_parse_unsigned(word, &verdict->uses) == 0 && verdict->uses > 0)
                return 0;
        report_usage(session,
                     option == OPTION_FOR ? _("--for %s: a time looks like 90s, 15m, 2h or 1d")
                                          : _("--uses %s: it takes a number from 1 on"),
                     word);
        return -EINVAL;
}

static int take_option(Session *session, Verdict *verdict, int option)
{
        switch (option) {
        case OPTION_NUMBER:
                verdict->number = optarg;
                return 0;
        case OPTION_ARG:
                return verdict_add_text(session, &verdict->arguments, "--arg", optarg);
        case OPTION_FIELD:
                return verdict_add_text(session, &verdict->fields, "--field", optarg);
        case OPTION_WRITE:
                return verdict_add_write(session, &verdict->writes, "--write", optarg);
        case OPTION_AFTER:
                return take_after(session, verdict, optarg);
        case OPTION_REMEMBER:
                return take_scope(session, verdict, optarg);
        case OPTION_VALUES:
                verdict->remember = verdict->values = true;
                return 0;
        case OPTION_FOR:
        case OPTION_USES:
                return take_life(session, verdict, option, optarg);
        default: /* OPTION_ALWAYS */
                verdict->remember = verdict->always = true;
                return 0;
        }
}

static void print_result(const Session *session, uint64_t id, cJSON *result)
{
        if (session->json) {
                if (!json_has(result, "id"))
                        cJSON_AddNumberToObject(result, "id", (double) id);
                json_print_line(result, stdout);
                return;
        }
        printf("%" PRIu64 ".%" PRIu32 " %s", SJ_PENDING_JAIL(id), SJ_PENDING_SEQUENCE(id),
               json_string(result, "action"));
        if (json_boolean(result, "edited"))
                printf(_(": %s runs instead"), json_string(result, "to"));
        if (json_unsigned(result, "remembered") > 0)
                printf(_("; remembered as rule %" PRIu64), json_unsigned(result, "remembered"));
        putchar('\n');
}

static int print_preview(const Session *session, const cJSON *preview)
{
        if (session->json)
                return json_print_line(preview, stdout);
        printf(_("would have matched %" PRIu64 " of %" PRIu64 " logged calls: %" PRIu64
                 " succeeded, %" PRIu64 " failed, %" PRIu64 " were refused\n"),
               json_unsigned(preview, "matched"), json_unsigned(preview, "of"),
               json_unsigned(preview, "succeeded"), json_unsigned(preview, "failed"),
               json_unsigned(preview, "refused"));
        return 0;
}

static int decide(Session *session, const Verdict *verdict, uint64_t id)
{
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_free_ char *what = string_format(_("call %" PRIu64 ".%" PRIu32),
                                                  SJ_PENDING_JAIL(id), SJ_PENDING_SEQUENCE(id));
        _cleanup_json_ cJSON *result = NULL;
        _cleanup_keep_ RulesKeep keep = {0};
        int r;

        if (verdict->always && rules_keep_begin(&keep, session, SJ_PENDING_JAIL(id)) < 0)
                return EXIT_FAILURE;
        r = verdict_send(session, verdict, id, &error, &result);
        if (r < 0) {
                report_bus_error(session, what ? what : "call", r, &error);
                return EXIT_FAILURE;
        }
        print_result(session, id, result);
        if (verdict->always && json_unsigned(result, "remembered") > 0 &&
            rules_keep(&keep, json_unsigned(result, "remembered")) < 0)
                return EXIT_FAILURE;
        return EXIT_SUCCESS;
}

int command_decide(Session *session, int argc, char **argv)
{
        OptionReader reader = {.session = session, .argc = argc, .argv = argv, .options = options};
        _cleanup_verdict_ Verdict verdict = {0};
        _cleanup_json_ cJSON *result = NULL;
        bool preview = false;
        int option, status;
        uint64_t id;

        while ((option = option_next(&reader)) >= 0) {
                if (option == OPTION_PREVIEW)
                        preview = true;
                else if (take_option(session, &verdict, option) < 0)
                        return EXIT_USAGE;
        }
        if (option == OPTION_END)
                return reader.status;
        if (!option_count_operands(session, argc, preview ? 1 : 2, 2, &status))
                return status;
        verdict.action = argv[optind + 1] ? argv[optind + 1] : "allow";
        if (session_open(session) < 0 || session_call_id(session, argv[optind], &id) < 0)
                return EXIT_FAILURE;
        if (!preview)
                return decide(session, &verdict, id);
        if (verdict_preview(session, &verdict, id, &result) < 0)
                return EXIT_FAILURE;
        return print_preview(session, result) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
