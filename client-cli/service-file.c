/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client-cli/service-file.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "base/json-read.h"
#include "base/number.h"
#include "base/text.h"

#define SERVICE_BYTES_MAX    (1024u * 1024u)
#define WATCHDOG_SECONDS_MAX 86400

typedef struct Reading {
        ServiceFile *file;
        const char *path; /* of the file */
        Diagnostics *diagnostics;
} Reading;

typedef struct ServiceKey {
        const char *name;
        int (*read)(Reading *reading, JsonValue value);
} ServiceKey;

void service_file_release(ServiceFile *file)
{
        for (char **variable = file->environment; variable && *variable; variable++)
                free(*variable);
        free(file->environment);
        free(file->argv);
        free(file->rules_path);
        free(file->timeout);
        json_document_free(file->document);
        *file = (ServiceFile){0};
}

/* ---- key by key ---- */

/* A string that must be a path from the root, so that nobody's directory or PATH matters. */
static int read_path(Reading *reading, JsonValue value, const char **ret)
{
        _cleanup_free_ char *what = string_format("\"%s\"", json_value_key(value));
        int r = what ? file_read_string(reading->diagnostics, value, what, ret) : -ENOMEM;

        if (r < 0 || !*ret || **ret == '/')
                return r;
        return file_error(reading->diagnostics, value, "%s is a path that begins with /", what);
}

static int read_program(Reading *reading, JsonValue value)
{
        const char *program = NULL;
        int r = read_path(reading, value, &program);

        reading->file->argv[0] = (char *) program;
        return r;
}

/* Behind the program, whose place is kept. */
static int read_arguments(Reading *reading, JsonValue list)
{
        size_t count = 1;
        JsonValue value;
        int r = 0;

        if (json_value_type(list) != JSON_LIST)
                return file_error(reading->diagnostics, list, "\"args\" is a list of strings");
        for (bool more = json_value_first(list, &value); more && r >= 0;
             more = json_value_next(&value)) {
                char **argv = reallocarray(reading->file->argv, count + 2, sizeof(*argv));
                const char *argument = NULL;

                if (!argv)
                        return -ENOMEM;
                reading->file->argv = argv;
                r = file_read_string(reading->diagnostics, value, "an argument", &argument);
                argv[count++] = (char *) argument;
                argv[count] = NULL;
        }
        return r;
}

static int read_user(Reading *reading, JsonValue value)
{
        const char *name;
        uint64_t number;
        int r = file_read_string(reading->diagnostics, value, "\"user\"", &name);

        if (r < 0 || !name)
                return r;
        reading->file->user = name;
        if (getpwnam(name) ||
            (number_parse_unsigned(name, &number) == 0 && getpwuid((uid_t) number)))
                return 0;
        return file_error(reading->diagnostics, value, "there is no user '%.64s'", name);
}

static int read_group(Reading *reading, JsonValue value)
{
        const char *name;
        uint64_t number;
        int r = file_read_string(reading->diagnostics, value, "\"group\"", &name);

        if (r < 0 || !name)
                return r;
        reading->file->group = name;
        if (getgrnam(name) ||
            (number_parse_unsigned(name, &number) == 0 && getgrgid((gid_t) number)))
                return 0;
        return file_error(reading->diagnostics, value, "there is no group '%.64s'", name);
}

static int read_variable(Reading *reading, JsonValue value, char **ret)
{
        const char *key = json_value_key(value), *text;
        int r = file_read_string(reading->diagnostics, value, "a variable", &text);

        if (r < 0 || !text)
                return r;
        if (!*key || strchr(key, '='))
                return file_key_error(reading->diagnostics, value,
                                      "'%.64s' is no name of a variable", key);
        *ret = string_format("%s=%s", key, text);
        return *ret ? 0 : -ENOMEM;
}

static int read_environment(Reading *reading, JsonValue object)
{
        size_t count = 0;
        JsonValue value;
        int r = 0;

        if (json_value_type(object) != JSON_OBJECT)
                return file_error(reading->diagnostics, object,
                                  "\"environment\" is an object: {\"NAME\": \"value\"}");
        for (bool more = json_value_first(object, &value); more && r >= 0;
             more = json_value_next(&value)) {
                char **list = reallocarray(reading->file->environment, count + 2, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                reading->file->environment = list;
                list[count] = list[count + 1] = NULL;
                r = read_variable(reading, value, &list[count]);
                count += list[count] != NULL;
        }
        return r;
}

static int read_directory(Reading *reading, JsonValue value)
{
        return read_path(reading, value, &reading->file->directory);
}

static int read_log(Reading *reading, JsonValue value)
{
        return read_path(reading, value, &reading->file->log);
}

/* A file's name is meant beside this file. */
static int read_rules(Reading *reading, JsonValue value)
{
        ServiceFile *file = reading->file;
        const char *slash = strrchr(reading->path, '/');
        int r = file_read_string(reading->diagnostics, value, "\"rules\"", &file->rules);

        if (r < 0 || !file->rules || file->rules[0] == '/' || !strchr(file->rules, '.'))
                return r;
        file->rules_path = string_format("%.*s%s", (int) (slash - reading->path + 1), reading->path,
                                         file->rules);
        file->rules = file->rules_path;
        return file->rules_path ? 0 : -ENOMEM;
}

static int read_default(Reading *reading, JsonValue value)
{
        return file_read_string(reading->diagnostics, value, "\"default\"",
                                &reading->file->default_action);
}

static int read_timeout(Reading *reading, JsonValue value)
{
        if (json_value_type(value) != JSON_OBJECT)
                return file_error(reading->diagnostics, value,
                                  "\"on-timeout\" is an object: {\"seconds\": 60, \"action\": "
                                  "\"abort\"}, not %s",
                                  json_value_type_name(value));
        reading->file->timeout = json_value_text(value);
        return reading->file->timeout ? 0 : -ENOMEM;
}

static int read_notify(Reading *reading, JsonValue value)
{
        return file_read_bool(reading->diagnostics, value, &reading->file->notify);
}

static int read_watchdog(Reading *reading, JsonValue value)
{
        uint64_t seconds = 0;
        int r = file_read_number(reading->diagnostics, value, "\"watchdog\" (seconds)", 1,
                                 WATCHDOG_SECONDS_MAX, &seconds);

        reading->file->watchdog_usec = seconds * 1000000;
        return r;
}

static int read_description(Reading *reading, JsonValue value)
{
        const char *text;

        return file_read_string(reading->diagnostics, value, "\"description\"", &text);
}

static const ServiceKey keys[] = {
        {"description", read_description},
        {"program", read_program},
        {"args", read_arguments},
        {"user", read_user},
        {"group", read_group},
        {"environment", read_environment},
        {"directory", read_directory},
        {"rules", read_rules},
        {"default", read_default},
        {"on-timeout", read_timeout},
        {"log", read_log},
        {"notify", read_notify},
        {"watchdog", read_watchdog},
};

/* ---- the file ---- */

static int read_member(Reading *reading, JsonValue member)
{
        const char *names[ELEMENTS_OF(keys) + 1] = {0};

        for (size_t i = 0; i < ELEMENTS_OF(keys); i++) {
                if (string_equal(keys[i].name, json_value_key(member)))
                        return keys[i].read(reading, member);
                names[i] = keys[i].name;
        }
        return file_unknown_key(reading->diagnostics, member, names, "the file");
}

static int check_whole(Reading *reading, JsonValue root)
{
        const ServiceFile *file = reading->file;
        JsonValue value;
        int r = 0;

        if (!json_value_member(root, "program", &value))
                r = file_error(reading->diagnostics, root,
                               "\"program\" is missing; it is the path of what to run");
        if (r >= 0 && !json_value_member(root, "rules", &value) &&
            !json_value_member(root, "default", &value))
                r = file_error(reading->diagnostics, root,
                               "\"rules\" is missing: a rule file or a preset; or \"default\"");
        if (r >= 0 && file->group && !file->user)
                r = file_error(reading->diagnostics, root, "\"group\" needs a \"user\"");
        return r;
}

static int read_root(Reading *reading, JsonValue root)
{
        JsonValue member;
        int r = 0;

        if (json_value_type(root) != JSON_OBJECT)
                return file_error(reading->diagnostics, root,
                                  "a service is one object: {\"program\": \"/usr/sbin/…\", "
                                  "\"rules\": \"…\"}, not %s",
                                  json_value_type_name(root));
        for (bool more = json_value_first(root, &member); more && r >= 0;
             more = json_value_next(&member))
                r = read_member(reading, member);
        return r < 0 ? r : check_whole(reading, root);
}

/* Prints what was found as the check of a rule file is printed. */
static int judge(Session *session, const char *path, const char *text, Diagnostics *diagnostics)
{
        _cleanup_rules_check_ RulesCheck check = {.diagnostics = cJSON_CreateArray()};

        diagnostics_sort(diagnostics);
        for (size_t i = 0; i < diagnostics->count; i++) {
                const Diagnostic *found = &diagnostics->list[i];
                cJSON *object = cJSON_CreateObject();

                cJSON_AddStringToObject(object, "severity",
                                        found->severity == SEVERITY_ERROR ? "error" : "warning");
                cJSON_AddNumberToObject(object, "line", found->line);
                cJSON_AddNumberToObject(object, "column", found->column);
                cJSON_AddStringToObject(object, "message", found->message);
                cJSON_AddItemToArray(check.diagnostics, object);
        }
        rules_check_print(session, &check, path, text, stderr, true);
        return diagnostics_have_error(diagnostics) ? -EINVAL : 0;
}

static int parse(Session *session, const char *path, const char *text, size_t size,
                 ServiceFile *file)
{
        _cleanup_diagnostics_ Diagnostics diagnostics = {0};
        Reading reading = {.file = file, .path = path, .diagnostics = &diagnostics};
        int r = json_document_parse(text, size, &file->document, &diagnostics), judged;

        if (r >= 0)
                r = read_root(&reading, json_document_root(file->document));
        judged = judge(session, path, text, &diagnostics);
        return judged < 0 ? judged : r;
}

int service_file_read(Session *session, const char *name, ServiceFile *ret)
{
        _cleanup_service_file_ ServiceFile file = {.argv = calloc(2, sizeof(char *))};
        _cleanup_free_ char *path = NULL, *text = NULL;
        size_t size;
        int r;

        path = strchr(name, '/') ? strdup(name) : string_format(SERVICE_DIRECTORY "/%s.json", name);
        if (!path || !file.argv)
                return -ENOMEM;
        r = session_read_file(session, path, SERVICE_BYTES_MAX, &text, &size);
        if (r >= 0)
                r = parse(session, path, text, size, &file);
        if (r < 0)
                return r;
        *ret = file;
        file = (ServiceFile){0};
        return 0;
}
