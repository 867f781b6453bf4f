/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong, for a person or, with --json, for a program; always on standard error. */
#include "client-cli/command.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "client-cli/print-text.h"

static void report_print(const Session *session, const char *error, const char *message)
{
        _cleanup_json_ cJSON *object = NULL;

        fflush(stdout);
        if (!session->json) {
                fprintf(stderr, "%sjailctl:%s %s\n", colour(session->colour_errors, COLOUR_RED),
                        colour(session->colour_errors, COLOUR_PLAIN), message);
                return;
        }
        object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "error", error);
        cJSON_AddStringToObject(object, "message", message);
        json_print_line(object, stderr);
}

/* Line ends of the daemon's sentences (diagnostics) are kept; all else that acts is escaped. */
static void text_append_lines_shown(Text *text, const char *string)
{
        while (*string) {
                size_t length = strcspn(string, "\n");
                _cleanup_free_ char *line = strndup(string, length);

                text_append_shown(text, line ? line : "");
                if (string[length])
                        text_append_char(text, '\n');
                string += length + (string[length] != '\0');
        }
}

int report_error(const Session *session, const char *error, const char *format, ...)
{
        _cleanup_text_ Text raw = TEXT_INIT, shown = TEXT_INIT;
        va_list arguments;

        va_start(arguments, format);
        text_append_format_v(&raw, format, arguments);
        va_end(arguments);
        text_append_lines_shown(&shown, text_get(&raw));
        report_print(session, error, text_get(&shown));
        return -1;
}

int report_usage(const Session *session, const char *format, ...)
{
        _cleanup_text_ Text raw = TEXT_INIT, shown = TEXT_INIT;
        va_list arguments;

        va_start(arguments, format);
        text_append_format_v(&raw, format, arguments);
        va_end(arguments);
        text_append_shown(&shown, text_get(&raw));
        text_append_format(&shown, _("; see 'jailctl %s%s--help'"),
                           session->command ? session->command->verb : "",
                           session->command ? " " : "");
        report_print(session, SJ_ERROR_INVALID_ARGUMENT, text_get(&shown));
        return EXIT_USAGE;
}

void report_note(const Session *session, const char *format, ...)
{
        _cleanup_text_ Text raw = TEXT_INIT, shown = TEXT_INIT;
        va_list arguments;

        va_start(arguments, format);
        text_append_format_v(&raw, format, arguments);
        va_end(arguments);
        text_append_shown(&shown, text_get(&raw));
        fflush(stdout);
        fprintf(stderr, "%sjailctl:%s %s\n", colour(session->colour_errors, COLOUR_DIM),
                colour(session->colour_errors, COLOUR_PLAIN), text_get(&shown));
}

/* What to do about an error of the daemon's, when its own sentence does not say. */
static const char *error_remedy(const char *name)
{
        static const struct {
                const char *name, *remedy;
        } remedies[] = {
                {SJ_ERROR_NO_SUCH_JAIL, N_("'jailctl list' shows the jails there are")},
                {SJ_ERROR_NO_SUCH_CALL, N_("'jailctl pending' shows what waits")},
                {SJ_ERROR_NO_SUCH_PROCESS, N_("'jailctl ps JAIL' shows the processes")},
                {SJ_ERROR_NO_SUCH_RULE, N_("'jailctl rule list JAIL' shows the rules")},
                {SJ_ERROR_NOT_SUPPORTED, N_("'jailctl doctor' shows what this machine can do")},
                {SJ_ERROR_BUSY, N_("try again when the thread runs")},
        };

        for (size_t i = 0; i < ELEMENTS_OF(remedies); i++)
                if (string_equal(name, remedies[i].name))
                        return _(remedies[i].remedy);
        return NULL;
}

static bool error_is_lost_daemon(int error, const char *name)
{
        return error == -ECONNRESET || error == -ENOTCONN || error == -EPIPE ||
               string_equal(name, SD_BUS_ERROR_NO_REPLY) ||
               string_equal(name, SD_BUS_ERROR_DISCONNECTED);
}

int report_bus_error(const Session *session, const char *what, int error,
                     const sd_bus_error *bus_error)
{
        const char *name = bus_error && bus_error->name ? bus_error->name : SJ_ERROR_FAILED;
        const char *message = bus_error && bus_error->message ? bus_error->message : NULL;
        const char *remedy = error_remedy(name);

        if (error_is_lost_daemon(error, name)) {
                report_error(session, SJ_ERROR_FAILED,
                             _("%s: the connection to jaild was lost before it answered; run the "
                               "command again"),
                             what);
                return error < 0 ? error : -ECONNRESET;
        }
        if (!message)
                message = strerror(error < 0 ? -error : EIO);
        if (remedy && !strchr(message, ';') && !strstr(message, "jailctl "))
                report_error(session, name, "%s: %s; %s", what, message, remedy);
        else
                report_error(session, name, "%s: %s", what, message);
        return error < 0 ? error : -EIO;
}
