/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/trace-options.h"

#include <string.h>

#include "base/text.h"
#include "broker/limits.h"
#include "rules/script-names.h"

typedef enum Passing {
        PASS_ON,     /* the supervisor gets it as it is */
        PASS_ANEW,   /* the broker checks it and says it itself */
        PASS_NOT,    /* the broker's own use */
        PASS_REFUSE, /* nobody but the broker may say it */
} Passing;

typedef struct OptionKey {
        const char *name, *signature;
        Passing passing;
        int (*read)(TraceOptions *options, sd_bus_message *message, Problem *problem);
} OptionKey;

static void strv_free(char **strings)
{
        for (char **string = strings; string && *string; string++)
                free(*string);
        free(strings);
}

void trace_options_release(TraceOptions *options)
{
        strv_free(options->arguments);
        strv_free(options->environment);
        close_fd(options->attach_pidfd);
        free(options->name);
        script_names_free(options->scripts);
        *options = TRACE_OPTIONS_INIT;
}

/* ---- one by one ---- */

static int read_strings(sd_bus_message *message, const char *what, size_t limit, char ***ret,
                        Problem *problem)
{
        size_t count = 0, bytes = 0;
        char **strings = NULL;
        int r = sd_bus_message_read_strv(message, &strings);

        if (r < 0)
                return r;
        for (char **string = strings; string && *string; string++, count++)
                bytes += strlen(*string) + 1;
        if (count > limit || bytes > LIMIT_ARGUMENT_BYTES) {
                strv_free(strings);
                return problem_set(problem, -E2BIG, "%s is too long: %zu strings of %zu bytes",
                                   what, count, bytes);
        }
        *ret = strings;
        return 0;
}

static int read_argv(TraceOptions *options, sd_bus_message *message, Problem *problem)
{
        return read_strings(message, "argv", LIMIT_ARGUMENTS, &options->arguments, problem);
}

static int read_environment(TraceOptions *options, sd_bus_message *message, Problem *problem)
{
        int r = read_strings(message, "environment", LIMIT_ARGUMENTS, &options->environment,
                             problem);

        for (char **variable = options->environment; r >= 0 && variable && *variable; variable++)
                if (**variable == '=' || !strchr(*variable, '='))
                        return problem_set(problem, -EINVAL,
                                           "environment: '%.64s' is not of the form NAME=VALUE",
                                           *variable);
        return r;
}

/* "mkdir=notify": what cannot be read the supervisor will complain of. */
static int read_rule_list(TraceOptions *options, sd_bus_message *message, Problem *problem)
{
        char **rules = NULL;
        int r = read_strings(message, "rule", LIMIT_RULES, &rules, problem);

        for (char **rule = rules; r >= 0 && rule && *rule; rule++)
                if (strchr(*rule, '='))
                        r = script_names_add_action(&options->scripts, strchr(*rule, '=') + 1);
        strv_free(rules);
        return r;
}

static int read_default(TraceOptions *options, sd_bus_message *message, Problem *problem _unused_)
{
        const char *action;
        int r = sd_bus_message_read(message, "s", &action);

        return r < 0 ? r : script_names_add_action(&options->scripts, action);
}

static int read_rules(TraceOptions *options, sd_bus_message *message, Problem *problem)
{
        const char *text;
        int r = sd_bus_message_read(message, "s", &text);

        if (r < 0)
                return r;
        options->has_rules = true;
        if (strlen(text) > LIMIT_RULE_BYTES)
                return problem_set(problem, -E2BIG,
                                   "the rule file is too long: %zu bytes, %u are the limit",
                                   strlen(text), LIMIT_RULE_BYTES);
        return script_names_add_file(&options->scripts, text);
}

static int read_rules_name(TraceOptions *options, sd_bus_message *message, Problem *problem)
{
        int r = sd_bus_message_read(message, "s", &options->rules_name);

        if (r >= 0 && strlen(options->rules_name) > LIMIT_RULES_NAME_BYTES)
                return problem_set(problem, -E2BIG, "rules-name is too long");
        return r;
}

static int read_cwd(TraceOptions *options, sd_bus_message *message, Problem *problem)
{
        int r = sd_bus_message_read(message, "s", &options->directory);

        if (r >= 0 && options->directory[0] != '/')
                return problem_set(problem, -EINVAL, "cwd must be an absolute path");
        return r;
}

static int read_service(TraceOptions *options, sd_bus_message *message, Problem *problem _unused_)
{
        int value, r = sd_bus_message_read(message, "b", &value);

        options->is_service = r >= 0 && value;
        return r;
}

static int read_pid(TraceOptions *options, sd_bus_message *message, Problem *problem)
{
        int32_t pid;
        int r = sd_bus_message_read(message, "i", &pid);

        if (r < 0)
                return r;
        if (pid <= 0)
                return problem_set(problem, -EINVAL, "pid must be positive");
        options->pid = pid;
        return 0;
}

static int read_stub_pidfd(TraceOptions *options, sd_bus_message *message,
                           Problem *problem _unused_)
{
        return sd_bus_message_read(message, "h", &options->stub_pidfd);
}

static int read_stub_socket(TraceOptions *options, sd_bus_message *message,
                            Problem *problem _unused_)
{
        return sd_bus_message_read(message, "h", &options->stub_socket);
}

static int read_log(TraceOptions *options, sd_bus_message *message, Problem *problem _unused_)
{
        return sd_bus_message_read(message, "h", &options->log);
}

static const OptionKey keys[] = {
        {"argv", "as", PASS_ON, read_argv},
        {"rules", "s", PASS_ON, read_rules},
        {"rules-name", "s", PASS_ON, read_rules_name},
        {"rule", "as", PASS_ON, read_rule_list},
        {"default", "s", PASS_ON, read_default},
        {"log", "h", PASS_ON, read_log},
        {"pid", "i", PASS_ANEW, read_pid},
        {"stub-pidfd", "h", PASS_ANEW, read_stub_pidfd},
        {"stub-socket", "h", PASS_ANEW, read_stub_socket},
        {"cwd", "s", PASS_NOT, read_cwd},
        {"service", "b", PASS_NOT, read_service},
        {"environment", "as", PASS_NOT, read_environment},
        {"jail", NULL, PASS_REFUSE, NULL},
        {"mode", NULL, PASS_REFUSE, NULL},
        {"log-ring", NULL, PASS_REFUSE, NULL},
        {"launcher", NULL, PASS_REFUSE, NULL},
        {"scripts", NULL, PASS_REFUSE, NULL},
        {"attach", NULL, PASS_REFUSE, NULL},
};

/* -1 for a key that only the supervisor may know. */
static int find_key(const char *name)
{
        for (size_t i = 0; i < ELEMENTS_OF(keys); i++)
                if (string_equal(keys[i].name, name))
                        return (int) i;
        return -1;
}

/* ---- all ---- */

static int read_value(TraceOptions *options, const OptionKey *key, sd_bus_message *message,
                      Problem *problem)
{
        const char *contents;
        char type;
        int r;

        r = sd_bus_message_peek_type(message, &type, &contents);
        if (r < 0)
                return r;
        if (!string_equal(contents, key->signature))
                return problem_set(problem, -EINVAL, "option %s must be of type %s, not %s",
                                   key->name, key->signature, contents);
        r = sd_bus_message_enter_container(message, 'v', contents);
        if (r >= 0)
                r = key->read ? key->read(options, message, problem)
                              : sd_bus_message_skip(message, contents);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

static int read_entry(TraceOptions *options, sd_bus_message *message, unsigned *seen,
                      Problem *problem)
{
        const char *name;
        int index, r;

        r = sd_bus_message_read(message, "s", &name);
        if (r < 0)
                return r;
        index = find_key(name);
        if (index < 0)
                return sd_bus_message_skip(message, "v");
        if (keys[index].passing == PASS_REFUSE)
                return problem_set(problem, -EINVAL, "there is no option %s", name);
        if (*seen & 1u << index)
                return problem_set(problem, -EINVAL, "option %s is given twice", name);
        *seen |= 1u << index;
        return read_value(options, &keys[index], message, problem);
}

static int judge(const TraceOptions *options, Problem *problem)
{
        bool has_stub = options->stub_pidfd >= 0 || options->stub_socket >= 0;

        if (options->is_attach)
                return has_stub || options->is_service
                               ? problem_set(problem, -EINVAL, "Attach takes no stub")
                               : 0;
        if (!options->arguments || !options->arguments[0] || !options->arguments[0][0])
                return problem_set(problem, -EINVAL, "argv is needed: a program and its arguments");
        if ((has_stub || options->pid > 0) &&
            (options->pid <= 0 || options->stub_pidfd < 0 || options->stub_socket < 0))
                return problem_set(problem, -EINVAL, "pid, stub-pidfd and stub-socket go together");
        if (options->is_service && !has_stub)
                return problem_set(problem, -EINVAL,
                                   "service needs the waiting stub: pid, stub-pidfd, stub-socket");
        return 0;
}

int trace_options_read(TraceOptions *options, sd_bus_message *message, Problem *problem)
{
        unsigned seen = 0;
        int r = 0;

        options->message = message;
        if (options->is_attach) {
                r = read_pid(options, message, problem);
                seen |= 1u << find_key("pid");
        }
        if (r >= 0)
                r = sd_bus_message_enter_container(message, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = read_entry(options, message, &seen, problem);
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
        }
        if (r < 0)
                return problem_set(problem, r, "the options cannot be read: %s", strerror(-r));
        return judge(options, problem);
}

static int copy_entry(sd_bus_message *start, sd_bus_message *message)
{
        const char *name;
        int index, r;

        r = sd_bus_message_read(message, "s", &name);
        if (r < 0)
                return r;
        index = find_key(name);
        if (index >= 0 && keys[index].passing != PASS_ON)
                return sd_bus_message_skip(message, "v");
        r = sd_bus_message_open_container(start, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(start, "s", name);
        if (r >= 0)
                r = sd_bus_message_copy(start, message, 0);
        return r < 0 ? r : sd_bus_message_close_container(start);
}

int trace_options_copy(const TraceOptions *options, sd_bus_message *start)
{
        sd_bus_message *message = options->message;
        int r = sd_bus_message_rewind(message, 1);

        if (r >= 0 && options->is_attach)
                r = sd_bus_message_skip(message, "i");
        if (r >= 0)
                r = sd_bus_message_enter_container(message, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
                r = copy_entry(start, message);
                if (r >= 0)
                        r = sd_bus_message_exit_container(message);
        }
        return r < 0 ? r : 0;
}
