/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a jail is to be started: finds the rules, has them checked, fills the options of Trace. */
#include "client-cli/command.h"

#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/print-text.h"

/* The daemon's own limit is 1 MiB; a larger file is read so far that the daemon can say so. */
#define RULE_BYTES_MAX (64u * 1024 * 1024)

/* With --default and no --rules. The default itself is sent beside it. */
#define EMPTY_RULES "{\n  \"seccomp-jail\": 1,\n  \"default\": \"notify\",\n  \"rules\": []\n}\n"

void jail_options_release(JailOptions *options)
{
        free(options->rule_list);
        free(options->text);
        free(options->name);
        options->log_fd = close_fd(options->log_fd);
}

static int add_rule(JailOptions *options, Session *session, const char *rule)
{
        const char *equals = strchr(rule, '=');
        char **list;

        if (!equals || equals == rule || !equals[1])
                return report_usage(session,
                                    _("--rule %s: it takes CALL=ACTION, as in mkdir=notify"), rule);
        list = reallocarray(options->rule_list, options->rule_count + 2, sizeof(*list));
        if (!list)
                return report_usage(session, "%s", strerror(ENOMEM));
        options->rule_list = list;
        list[options->rule_count++] = (char *) rule;
        list[options->rule_count] = NULL;
        return 0;
}

int jail_options_take(JailOptions *options, Session *session, int option, const char *value)
{
        switch (option) {
        case OPTION_RULES:
                options->rules = value;
                return 0;
        case OPTION_DEFAULT:
                options->default_action = value;
                return 0;
        case OPTION_RULE:
                return add_rule(options, session, value);
        default: /* OPTION_LOG */
                options->log_path = value;
                return 0;
        }
}

/* ---- files and presets ---- */

static bool looks_like_file(const char *name)
{
        return strchr(name, '/') || strchr(name, '.') || string_equal(name, "-");
}

/* 1 and its text when `name` is a preset, 0 when it is none. */
static int find_preset(Session *session, const char *name, char **ret_text)
{
        _cleanup_json_ cJSON *presets = NULL;
        const cJSON *preset;
        int r = session_ask_value(session, name, "ListPresets", &presets, NULL);

        if (r < 0)
                return r;
        cJSON_ArrayForEach(preset, presets)
        {
                if (!string_equal(json_string(preset, "name"), name))
                        continue;
                *ret_text = strdup(json_string(preset, "text"));
                return *ret_text ? 1 : -ENOMEM;
        }
        return 0;
}

int rules_read(Session *session, const char *file, char **ret_text, size_t *ret_size,
               char **ret_name, bool *ret_preset)
{
        _cleanup_free_ char *path = NULL;
        int r = 0;

        *ret_preset = false;
        if (!looks_like_file(file) && access(file, F_OK) < 0)
                r = find_preset(session, file, ret_text);
        if (r < 0)
                return r;
        if (r == 0 && !looks_like_file(file) && access(file, F_OK) < 0) {
                report_error(session, SJ_ERROR_INVALID_ARGUMENT,
                             _("%s: there is no file and no preset of that name; 'jailctl rules "
                               "list' shows the presets"),
                             file);
                return -ENOENT;
        }
        *ret_preset = r > 0;
        if (r > 0)
                *ret_size = strlen(*ret_text);
        else
                r = session_read_file(session, file, RULE_BYTES_MAX, ret_text, ret_size);
        if (r < 0)
                return r;
        /* The whole path, so that an answer for always finds the file from anywhere. */
        path = *ret_preset || string_equal(file, "-") ? NULL : realpath(file, NULL);
        *ret_name = strdup(path ? path : file);
        return *ret_name ? 0 : -ENOMEM;
}

/* ---- the check ---- */

void rules_check_release(RulesCheck *check)
{
        cJSON_Delete(check->diagnostics);
        cJSON_Delete(check->rules);
        free(check->normal);
}

static void count_diagnostics(RulesCheck *check)
{
        const cJSON *diagnostic;

        cJSON_ArrayForEach(diagnostic, check->diagnostics)
        {
                if (string_equal(json_string(diagnostic, "severity"), "warning"))
                        check->warnings++;
                else
                        check->errors++;
        }
}

int rules_check(Session *session, const char *name, const char *text, RulesCheck *ret)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *normal = NULL;
        int r;

        if (!text_is_utf8(text, strlen(text))) {
                report_error(session, SJ_ERROR_INVALID_RULES,
                             _("%s: it is not UTF-8 text; a rule file is JSON in UTF-8"), name);
                return -EINVAL;
        }
        r = session_ask(session, name, "CheckRules", &reply, "s", text);
        if (r < 0)
                return r;
        r = json_from_bus(reply, &ret->diagnostics);
        if (r >= 0)
                r = sd_bus_message_read(reply, "s", &normal);
        if (r >= 0)
                r = json_from_bus(reply, &ret->rules);
        if (r < 0)
                return report_bus_error(session, name, r, NULL);
        ret->normal = strdup(normal);
        if (!ret->normal)
                return -ENOMEM;
        count_diagnostics(ret);
        return ret->errors ? -EINVAL : 0;
}

/* The line itself and a caret below the column. */
static void print_context(const char *text, uint64_t line, uint64_t column, FILE *stream)
{
        _cleanup_free_ char *copy = NULL, *shown = NULL, *before = NULL;
        size_t length, bytes = 0;

        for (; line > 1 && *text; line--) {
                text += strcspn(text, "\n");
                text += *text == '\n';
        }
        length = strcspn(text, "\r\n");
        if (length > 200 || column > length + 1)
                return;
        copy = strndup(text, length);
        shown = copy ? text_shown(copy) : NULL;
        /* columns are counted in characters */
        for (uint64_t i = 1; copy && i < column && bytes < length; i++) {
                uint32_t code;
                unsigned size = utf8_decode(copy + bytes, length - bytes, &code);

                bytes += size ? size : 1;
        }
        if (!shown)
                return;
        copy[bytes] = '\0';
        before = text_shown(copy);
        fprintf(stream, "  %s\n  %*s^\n", shown, before ? (int) text_columns(before) : 0, "");
}

static void print_diagnostic(const Session *session, const cJSON *diagnostic, const char *name,
                             const char *text, FILE *stream, bool context)
{
        _cleanup_free_ char *message = text_shown(json_string(diagnostic, "message"));
        uint64_t line = json_unsigned(diagnostic, "line");
        uint64_t column = json_unsigned(diagnostic, "column");
        bool warning = string_equal(json_string(diagnostic, "severity"), "warning");
        bool colours = stream == stdout ? session->colour : session->colour_errors;

        fprintf(stream, "%s:%" PRIu64 ":%" PRIu64 ": %s%s:%s %s\n", name, line, column,
                colour(colours, warning ? COLOUR_YELLOW : COLOUR_RED),
                warning ? _("warning") : _("error"), colour(colours, COLOUR_PLAIN),
                message ? message : "");
        if (context && line > 0)
                print_context(text, line, column, stream);
}

void rules_check_print(const Session *session, const RulesCheck *check, const char *name,
                       const char *text, FILE *stream, bool context)
{
        cJSON *diagnostic;

        cJSON_ArrayForEach(diagnostic, check->diagnostics)
        {
                if (!session->json) {
                        print_diagnostic(session, diagnostic, name, text, stream, context);
                        continue;
                }
                cJSON_AddStringToObject(diagnostic, "file", name);
                json_print_line(diagnostic, stream);
        }
}

/* ---- for Trace and Attach ---- */

static int open_log(JailOptions *options, Session *session)
{
        if (!options->log_path)
                return 0;
        options->log_fd =
                open(options->log_path,
                     O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
        if (options->log_fd >= 0)
                return 0;
        return report_error(session, SJ_ERROR_FAILED, _("%s: the log cannot be written: %s"),
                            options->log_path, strerror(errno));
}

static int load_rules(JailOptions *options, Session *session)
{
        _cleanup_rules_check_ RulesCheck check = {0};
        size_t size;
        bool preset;
        int r;

        if (!options->rules && options->default_action) {
                options->text = strdup(EMPTY_RULES);
                options->name = string_format("default=%s", options->default_action);
                return options->text && options->name ? 0 : -ENOMEM;
        }
        if (!options->rules)
                return 0;
        r = rules_read(session, options->rules, &options->text, &size, &options->name, &preset);
        if (r < 0 || preset)
                return r;
        if (strlen(options->text) != size) {
                report_error(session, SJ_ERROR_INVALID_RULES,
                             _("%s: it has a zero byte in it; a rule file is JSON in UTF-8"),
                             options->rules);
                return -EINVAL;
        }
        r = rules_check(session, options->rules, options->text, &check);
        rules_check_print(session, &check, options->rules, options->text, stderr, true);
        return r;
}

/* The rules were checked as their file has them; with this in it the daemon checks them again. */
static int set_timeout(JailOptions *options)
{
        _cleanup_json_ cJSON *file = NULL;
        cJSON *timeout;

        if (!options->timeout || !options->text)
                return 0;
        file = cJSON_Parse(options->text);
        timeout = cJSON_Parse(options->timeout);
        if (!file || !timeout) {
                cJSON_Delete(timeout);
                return -EINVAL;
        }
        cJSON_DeleteItemFromObjectCaseSensitive(file, "on-timeout");
        cJSON_AddItemToObject(file, "on-timeout", timeout);
        free(options->text);
        options->text = cJSON_Print(file);
        return options->text ? 0 : -ENOMEM;
}

int jail_options_load(JailOptions *options, Session *session)
{
        int r = load_rules(options, session);

        if (r >= 0)
                r = set_timeout(options);
        return r < 0 ? r : open_log(options, session);
}

int jail_options_append(const JailOptions *options, sd_bus_message *message)
{
        int r = 0;

        if (options->text)
                r = message_string(message, "rules", options->text);
        if (r >= 0 && options->name)
                r = message_string(message, "rules-name", options->name);
        if (r >= 0 && options->default_action)
                r = message_string(message, "default", options->default_action);
        if (r >= 0 && options->rule_count > 0)
                r = message_strings(message, "rule", options->rule_list);
        if (r >= 0 && options->log_fd >= 0)
                r = message_fd(message, "log", options->log_fd);
        return r;
}

static int append_stub(sd_bus_message *message, const ProgramStub *stub)
{
        int r = message_integer(message, "pid", stub->pid);

        if (r >= 0)
                r = message_fd(message, "stub-pidfd", stub->pidfd);
        return r < 0 ? r : message_fd(message, "stub-socket", stub->socket);
}

int jail_options_trace(const JailOptions *options, Session *session, char *const *argv,
                       const ProgramStub *stub, bool service, sd_bus_error *error,
                       uint64_t *ret_jail)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
        int32_t pid;
        int r = jail_client_method(session->client, "Trace", &message);

        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "{sv}");
        if (r >= 0)
                r = message_strings(message, "argv", argv);
        if (r >= 0 && stub)
                r = append_stub(message, stub);
        if (r >= 0 && service)
                r = message_boolean(message, "service", true);
        if (r >= 0)
                r = jail_options_append(options, message);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        if (r >= 0)
                r = jail_client_call(session->client, message, error, &reply);
        return r < 0 ? r : sd_bus_message_read(reply, "ti", ret_jail, &pid);
}
