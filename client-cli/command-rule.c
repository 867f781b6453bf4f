/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl rule: the rules of a running jail. */
#include "client-cli/command.h"

#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "client-cli/print-table.h"

static Colour action_colour(const char *action)
{
        if (string_starts_with(action, "allow"))
                return COLOUR_GREEN;
        if (string_starts_with(action, "abort"))
                return COLOUR_RED;
        return string_starts_with(action, "notify") ? COLOUR_YELLOW : COLOUR_BLUE;
}

/* What narrows a rule, in one cell: its conditions, program, process, counts. */
static char *rule_narrowing(const cJSON *rule)
{
        static const char *const keys[][2] = {
                {"exe", "exe"}, {"started_by", "started-by"}, {"nth", "nth"}};
        _cleanup_text_ Text text = TEXT_INIT;

        text_append(&text, json_string(rule, "where"));
        for (size_t i = 0; i < ELEMENTS_OF(keys); i++)
                if (*json_string(rule, keys[i][0]))
                        text_append_format(&text, "%s%s %s", text.length ? ", " : "", keys[i][1],
                                           json_string(rule, keys[i][0]));
        if (json_signed(rule, "pid") > 0)
                text_append_format(&text, "%spid %" PRId64, text.length ? ", " : "",
                                   json_signed(rule, "pid"));
        if (json_has(rule, "enabled") && !json_boolean(rule, "enabled"))
                text_append_format(&text, "%s%s", text.length ? ", " : "", _("disabled"));
        if (*json_string(rule, "comment"))
                text_append_format(&text, "%s# %s", text.length ? "  " : "",
                                   json_string(rule, "comment"));
        return text_take(&text);
}

static void add_rule(Table *table, const cJSON *rule, bool running)
{
        _cleanup_free_ char *narrowing = rule_narrowing(rule);
        const char *selector = json_string(rule, "syscall");
        uint64_t number = json_unsigned(rule, "number");

        if (number == 0)
                table_add(table, "-");
        else
                table_add_format(table, "%" PRIu64, number);
        table_add(table, *selector ? selector : number ? "" : _("default"));
        table_add(table, json_string(rule, "action"));
        table_colour(table, action_colour(json_string(rule, "action")));
        if (running) {
                table_add_format(table, "%" PRIu64, json_unsigned(rule, "hits"));
                table_add(table, json_string(rule, "last"));
        }
        table_add(table, narrowing ? narrowing : "");
}

int rules_print_table(const Session *session, const cJSON *rules, bool running)
{
        _cleanup_table_ Table *table = table_new(running ? _(">RULE|CALLS|ACTION|>HITS|LAST|WHERE")
                                                         : _(">RULE|CALLS|ACTION|WHERE"));
        const cJSON *rule;

        cJSON_ArrayForEach(rule, rules)
        {
                if (session->json)
                        json_print_line(rule, stdout);
                else
                        add_rule(table, rule, running);
        }
        return session->json ? 0 : table_print(table, stdout, session->colour);
}

static int get_rules(Session *session, uint64_t jail, char **ret_text, cJSON **ret_rules)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *text;
        int r = session_ask(session, "rules", "GetRules", &reply, "t", jail);

        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "s", &text);
        if (r >= 0)
                r = json_from_bus(reply, ret_rules);
        if (r < 0)
                return report_bus_error(session, "rules", r, NULL);
        *ret_text = strdup(text);
        return *ret_text ? 0 : -ENOMEM;
}

/* ---- the words behind `rule`; words[0] is the jail ---- */

typedef struct RuleRequest {
        Session *session;
        uint64_t jail;
        char **words; /* behind JAIL */
        uint32_t position;
        bool has_position;
} RuleRequest;

static int rule_list(const RuleRequest *request)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_json_ cJSON *rules = NULL;
        int r = get_rules(request->session, request->jail, &text, &rules);

        return r < 0 ? r : rules_print_table(request->session, rules, true);
}

static int rule_save(const RuleRequest *request)
{
        const char *path = request->words[0];
        _cleanup_free_ char *text = NULL;
        _cleanup_json_ cJSON *rules = NULL;
        _cleanup_(fclosep) FILE *file = NULL;
        int r = get_rules(request->session, request->jail, &text, &rules);

        if (r < 0)
                return r;
        if (string_equal(path, "-"))
                return fputs(text, stdout) < 0 ? -EIO : 0;
        file = fopen(path, "we");
        if (!file || fputs(text, file) < 0 || fflush(file) != 0)
                return report_error(request->session, SJ_ERROR_FAILED,
                                    _("%s: it cannot be written: %s"), path, strerror(errno));
        return 0;
}

static void print_number(const Session *session, uint32_t number)
{
        if (session->json)
                printf("{\"number\":%" PRIu32 "}\n", number);
        else if (number == 0)
                puts(_("the default is changed"));
        else
                printf(_("rule %" PRIu32 "\n"), number);
}

/* SetRule with a call and an action, or with a whole rule as JSON. */
static int set_rule(const RuleRequest *request, const char *call, const char *action,
                    const char *json)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
        uint32_t number;
        int r = session_method(request->session, "SetRule", &message);

        if (r < 0)
                return r;
        r = sd_bus_message_append(message, "tss", request->jail, call, action);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "{sv}");
        if (r >= 0 && json)
                r = message_string(message, "json", json);
        if (r >= 0 && request->has_position)
                r = message_unsigned32(message, "position", request->position);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        if (r < 0)
                return report_bus_error(request->session, call, r, NULL);
        r = session_call(request->session, *call ? call : _("rule"), message, &reply);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "u", &number);
        if (r < 0)
                return report_bus_error(request->session, call, r, NULL);
        print_number(request->session, number);
        return 0;
}

static int rule_set(const RuleRequest *request)
{
        return set_rule(request, request->words[0], request->words[1], NULL);
}

static int rule_add(const RuleRequest *request)
{
        return set_rule(request, "", "", request->words[0]);
}

static int rule_remove(const RuleRequest *request)
{
        _cleanup_free_ char *what = string_format(_("rule %s"), request->words[0]);

        return session_ask(request->session, what ? what : "rule", "RemoveRule", NULL, "ts",
                           request->jail, request->words[0]);
}

static int rule_number(const RuleRequest *request, const char *word, uint32_t *ret)
{
        uint64_t number;

        if (word[0] != '-' && number_parse_unsigned(word, &number) == 0 && number > 0 &&
            number <= UINT32_MAX) {
                *ret = (uint32_t) number;
                return 0;
        }
        return report_error(request->session, SJ_ERROR_INVALID_ARGUMENT,
                            _("'%s' is not a rule's number; 'jailctl rule list JAIL' shows them"),
                            word);
}

static int rule_move(const RuleRequest *request)
{
        _cleanup_free_ char *what = string_format(_("rule %s"), request->words[0]);
        uint32_t number, to;

        if (rule_number(request, request->words[0], &number) < 0 ||
            rule_number(request, request->words[1], &to) < 0)
                return -EINVAL;
        return session_ask(request->session, what ? what : "rule", "ChangeRule", NULL, "tua{sv}",
                           request->jail, number, 1, "move-to", "u", to);
}

static int rule_enable(const RuleRequest *request, bool enable)
{
        _cleanup_free_ char *what = string_format(_("rule %s"), request->words[0]);
        uint32_t number;

        if (rule_number(request, request->words[0], &number) < 0)
                return -EINVAL;
        return session_ask(request->session, what ? what : "rule", "ChangeRule", NULL, "tua{sv}",
                           request->jail, number, 1, "enabled", "b", (int) enable);
}

static int rule_switch_on(const RuleRequest *request)
{
        return rule_enable(request, true);
}

static int rule_switch_off(const RuleRequest *request)
{
        return rule_enable(request, false);
}

static const struct RuleWord {
        const char *word;
        int least, most; /* operands, JAIL included */
        const char *operands;
        int (*run)(const RuleRequest *request);
} rule_words[] = {
        {"list", 0, 1, "[JAIL]", rule_list},
        {"set", 3, 3, "JAIL CALL ACTION", rule_set},
        {"add", 2, 2, "JAIL JSON", rule_add},
        {"remove", 2, 2, "JAIL RULE", rule_remove},
        {"move", 3, 3, "JAIL RULE TO", rule_move},
        {"enable", 2, 2, "JAIL RULE", rule_switch_on},
        {"disable", 2, 2, "JAIL RULE", rule_switch_off},
        {"save", 2, 2, "JAIL FILE", rule_save},
};

static const struct RuleWord *find_word(const char *word)
{
        for (size_t i = 0; i < ELEMENTS_OF(rule_words); i++)
                if (string_equal(rule_words[i].word, word))
                        return &rule_words[i];
        return NULL;
}

static int run_word(RuleRequest *request, const char *name, int count, char **operands)
{
        const struct RuleWord *word = find_word(name);

        if (!word)
                return report_usage(request->session,
                                    _("rule %s: there is list, set, add, remove, move, enable, "
                                      "disable and save"),
                                    name);
        if (count < word->least || count > word->most)
                return report_usage(request->session, _("it is: jailctl rule %s %s"), word->word,
                                    word->operands);
        if (session_jail(request->session, operands[0], &request->jail) < 0)
                return EXIT_FAILURE;
        request->words = operands + (count > 0);
        return word->run(request) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int command_rule(Session *session, int argc, char **argv)
{
        enum { OPTION_POSITION = 256 };
        static const struct option options[] = {
                {"position", required_argument, NULL, OPTION_POSITION}, {0}};
        OptionReader reader = {.session = session, .argc = argc, .argv = argv, .options = options};
        RuleRequest request = {.session = session};
        int option, status;

        while ((option = option_next(&reader)) >= 0) {
                if (rule_number(&request, optarg, &request.position) < 0)
                        return EXIT_USAGE;
                request.has_position = true;
        }
        if (option == OPTION_END)
                return reader.status;
        if (!option_count_operands(session, argc, 1, 4, &status))
                return status;
        return run_word(&request, argv[optind], argc - optind - 1, argv + optind + 1);
}
