/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jailctl rules: rule files. The daemon judges and converts them; nothing here knows their form. */
#include "client-cli/command.h"

#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/print-table.h"

typedef struct RulesRequest {
        Session *session;
        char **words; /* operands, NULL-ended */
        const char *form;
} RulesRequest;

/* A new file, or standard output for NULL. An existing file is left alone. */
static int write_new(Session *session, const char *path, const char *text)
{
        _cleanup_close_ int fd = -1;
        size_t size = strlen(text);

        if (!path || string_equal(path, "-"))
                return fputs(text, stdout) < 0 ? -EIO : 0;
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno == EEXIST)
                return report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                                    _("%s: it is there already; remove it first, or choose another "
                                      "name"),
                                    path);
        if (fd < 0 || write(fd, text, size) != (ssize_t) size)
                return report_error(session, SJ_ERROR_FAILED, _("%s: it cannot be written: %s"),
                                    path, strerror(errno));
        return 0;
}

/* Reads and checks; on errors they are printed and the answer is negative. */
static int load(Session *session, const char *file, RulesCheck *check)
{
        _cleanup_free_ char *text = NULL, *name = NULL;
        size_t size;
        bool preset;
        int r = rules_read(session, file, &text, &size, &name, &preset);

        if (r < 0)
                return r;
        r = rules_check(session, file, text, check);
        rules_check_print(session, check, file, text, stderr, true);
        return r;
}

static int rules_list(const RulesRequest *request)
{
        _cleanup_table_ Table *table = table_new(_("PRESET|DESCRIPTION"));
        _cleanup_json_ cJSON *presets = NULL;
        const cJSON *preset;
        int r = session_ask_value(request->session, "presets", "ListPresets", &presets, NULL);

        if (r < 0)
                return r;
        cJSON_ArrayForEach(preset, presets)
        {
                if (request->session->json) {
                        json_print_line(preset, stdout);
                        continue;
                }
                table_add(table, json_string(preset, "name"));
                table_add(table, _(json_string(preset, "description")));
        }
        return request->session->json ? 0 : table_print(table, stdout, request->session->colour);
}

static int rules_check_file(const RulesRequest *request)
{
        _cleanup_rules_check_ RulesCheck check = {0};
        _cleanup_free_ char *text = NULL, *name = NULL;
        const char *file = request->words[0];
        size_t size;
        bool preset;
        int r = rules_read(request->session, file, &text, &size, &name, &preset);

        if (r < 0)
                return r;
        r = rules_check(request->session, file, text, &check);
        rules_check_print(request->session, &check, file, text, stdout, true);
        if (r >= 0 && !request->session->json)
                printf(_n("%s: good, with %u warning\n", "%s: good, with %u warnings\n",
                          check.warnings),
                       file, check.warnings);
        return r;
}

static int rules_new(const RulesRequest *request)
{
        _cleanup_json_ cJSON *presets = NULL;
        const cJSON *preset;
        int r = session_ask_value(request->session, "presets", "ListPresets", &presets, NULL);

        if (r < 0)
                return r;
        cJSON_ArrayForEach(
                preset,
                presets) if (string_equal(json_string(preset, "name"),
                                          request->words[0])) return write_new(request->session,
                                                                               request->words[1],
                                                                               json_string(preset,
                                                                                           "text"));
        return report_error(request->session, SJ_ERROR_INVALID_ARGUMENT,
                            _("%s: there is no such preset; 'jailctl rules list' shows them"),
                            request->words[0]);
}

/* ---- in words ---- */

static void print_action_words(const char *action)
{
        static const struct {
                const char *action, *words;
        } table[] = {
                {"allow", N_("is allowed")},
                {"allow-forever", N_("is allowed, by the kernel, for as long as the jail lives")},
                {"abort-forever", N_("is refused, by the kernel, for as long as the jail lives")},
                {"abort", N_("is refused")},
                {"notify", N_("is asked about")},
                {"return", N_("is not run; it returns")},
                {"script", N_("is decided by a script")},
        };
        size_t length = strcspn(action, "=");

        for (size_t i = 0; i < ELEMENTS_OF(table); i++) {
                if (strlen(table[i].action) != length || strncmp(table[i].action, action, length))
                        continue;
                fputs(_(table[i].words), stdout);
                if (action[length])
                        printf(length == strlen("return") ? " %s" : _(" with %s"),
                               action + length + 1);
                return;
        }
        fputs(action, stdout);
}

/* What a rule selects, a lone number by its name. */
static const char *rule_calls(const cJSON *rule)
{
        const char *selector = json_string(rule, "syscall");
        const cJSON *calls = cJSON_GetObjectItemCaseSensitive(rule, "calls");
        const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(calls, 0));

        if (*selector && strspn(selector, "0123456789") == strlen(selector) && name)
                return name;
        return selector;
}

static void print_rule_words(const Session *session, const cJSON *rule)
{
        static const struct {
                const char *key, *words;
        } narrowings[] = {
                {"where", N_(", where ")},
                {"exe", N_(", when the program is ")},
                {"started_by", N_(", when it was started by ")},
                {"nth", N_(", for call number ")},
        };
        _cleanup_free_ char *calls = text_shown(rule_calls(rule));
        uint64_t number = json_unsigned(rule, "number");

        if (number == 0)
                printf("   %s ", _("everything else"));
        else
                printf("%2" PRIu64 " %s%s%s ", number, colour(session->colour, COLOUR_BOLD),
                       calls ? calls : "", colour(session->colour, COLOUR_PLAIN));
        print_action_words(json_string(rule, "action"));
        for (size_t i = 0; i < ELEMENTS_OF(narrowings); i++) {
                _cleanup_free_ char *value = text_shown(json_string(rule, narrowings[i].key));

                if (value && *value)
                        printf("%s%s", _(narrowings[i].words), value);
        }
        if (json_has(rule, "enabled") && !json_boolean(rule, "enabled"))
                fputs(_(" (switched off)"), stdout);
        putchar('\n');
}

static int rules_show(const RulesRequest *request)
{
        _cleanup_rules_check_ RulesCheck check = {0};
        const cJSON *rule, *last = NULL;
        int r = load(request->session, request->words[0], &check);

        if (r < 0)
                return r;
        if (request->session->json)
                return rules_print_table(request->session, check.rules, false);
        cJSON_ArrayForEach(rule, check.rules)
        {
                if (json_unsigned(rule, "number") == 0)
                        last = rule;
                else
                        print_rule_words(request->session, rule);
        }
        if (last)
                print_rule_words(request->session, last);
        return 0;
}

/* ---- conversions ---- */

static int rules_import(const RulesRequest *request)
{
        _cleanup_rules_check_ RulesCheck check = {0};
        int r = load(request->session, request->words[0], &check);

        return r < 0 ? r : write_new(request->session, request->words[1], check.normal);
}

static int rules_export(const RulesRequest *request)
{
        _cleanup_rules_check_ RulesCheck check = {0};
        _cleanup_json_ cJSON *normal = NULL;
        _cleanup_free_ char *text = NULL;
        bool oci = string_equal(request->form, "oci");
        int r;

        if (!oci && !string_equal(request->form, "systemd")) {
                report_usage(request->session, _("--to: it takes oci or systemd"));
                return -EINVAL;
        }
        r = load(request->session, request->words[0], &check);
        if (r < 0)
                return r;
        normal = cJSON_Parse(check.normal);
        r = oci ? rules_export_oci(request->session, normal, check.rules, &text)
                : rules_export_systemd(request->session, normal, check.rules, &text);
        return r < 0 ? r : write_new(request->session, request->words[1], text);
}

/* The file's mutable rules for a running jail. */
static int rules_apply(const RulesRequest *request)
{
        _cleanup_free_ char *text = NULL, *name = NULL;
        _cleanup_json_ cJSON *diagnostics = NULL;
        uint64_t jail;
        size_t size;
        bool preset;
        int r = session_jail(request->session, request->words[0], &jail);

        if (r >= 0)
                r = rules_read(request->session, request->words[1], &text, &size, &name, &preset);
        if (r >= 0) {
                RulesCheck check = {0};

                r = rules_check(request->session, name, text, &check);
                rules_check_print(request->session, &check, name, text, stderr, true);
                rules_check_release(&check);
        }
        if (r < 0)
                return r;
        return session_ask_value(request->session, name, "SetRules", &diagnostics, "ts", jail,
                                 text);
}

static const struct RulesWord {
        const char *word;
        int least, most;
        const char *operands;
        int (*run)(const RulesRequest *request);
} rules_words[] = {
        {"list", 0, 0, "", rules_list},
        {"check", 1, 1, "FILE", rules_check_file},
        {"new", 1, 2, "PRESET [FILE]", rules_new},
        {"show", 1, 1, "FILE|PRESET", rules_show},
        {"import", 1, 2, "FILE [NEW-FILE]", rules_import},
        {"export", 1, 2, "FILE [NEW-FILE] --to oci|systemd", rules_export},
        {"apply", 2, 2, "JAIL FILE|PRESET", rules_apply},
};

static int run_word(RulesRequest *request, const char *name, int count)
{
        for (size_t i = 0; i < ELEMENTS_OF(rules_words); i++) {
                const struct RulesWord *word = &rules_words[i];

                if (!string_equal(word->word, name))
                        continue;
                if (count < word->least || count > word->most)
                        return report_usage(request->session, _("it is: jailctl rules %s %s"),
                                            word->word, word->operands);
                return word->run(request) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        }
        return report_usage(
                request->session,
                _("rules %s: there is list, check, new, show, import, export and apply"), name);
}

int command_rules(Session *session, int argc, char **argv)
{
        enum { OPTION_TO = 256 };
        static const struct option options[] = {{"to", required_argument, NULL, OPTION_TO}, {0}};
        OptionReader reader = {.session = session, .argc = argc, .argv = argv, .options = options};
        RulesRequest request = {.session = session};
        int option, status;

        while ((option = option_next(&reader)) >= 0)
                request.form = optarg;
        if (option == OPTION_END)
                return reader.status;
        if (!option_count_operands(session, argc, 1, 3, &status))
                return status;
        request.words = argv + optind + 1;
        if (string_equal(argv[optind], "export") && !request.form)
                return report_usage(session, _("rules export: it needs --to oci or --to systemd"));
        return run_word(&request, argv[optind], argc - optind - 1);
}
