/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The longer answers, line by line with the kernel's own line editing. */
#include "client-cli/ask-dialogs.h"

#include <inttypes.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"
#include "client-cli/print-bytes.h"
#include "client-cli/print-text.h"

/* How much of what an argument points to is shown. */
#define MEMORY_BYTES 128

/* Asks for one line. DIALOG_ANSWER with *ret "" when only Return was pressed. */
static DialogEnd ask_line(AskTerminal *ask, char **ret)
{
        fflush(ask_stream(ask));
        switch (ask_wait_line(ask, ret)) {
        case ASK_INPUT:
                return DIALOG_ANSWER;
        case ASK_CANCEL:
                fputc('\n', ask_stream(ask));
                return DIALOG_BACK;
        case ASK_OVER:
                break;
        }
        return DIALOG_OVER;
}

DialogEnd ask_dialog_return(AskTerminal *ask, Verdict *verdict, char **ret_action)
{
        _cleanup_free_ char *line = NULL;
        DialogEnd end;

        fputs(_("\n value or errno to return (0, -1, ENOENT; nothing: back): "), ask_stream(ask));
        end = ask_line(ask, &line);
        if (end != DIALOG_ANSWER)
                return end;
        if (!*line)
                return DIALOG_BACK;
        *ret_action = string_format("return=%s", line);
        if (!*ret_action)
                return DIALOG_BACK;
        verdict->action = *ret_action;
        return DIALOG_ANSWER;
}

/* One argument of the call; an empty line keeps it. */
static DialogEnd edit_argument(AskTerminal *ask, const cJSON *argument, int index, Verdict *verdict)
{
        _cleanup_free_ char *text = text_shown(json_string(argument, "text")), *line = NULL;
        char key[16];
        DialogEnd end;

        fprintf(ask_stream(ask), "   %d %s [%s]: ", index, json_string(argument, "name"),
                text ? text : "");
        end = ask_line(ask, &line);
        if (end != DIALOG_ANSWER || !*line)
                return end;
        snprintf(key, sizeof(key), "%d", index);
        return verdict_set_text(&verdict->arguments, key, line) < 0 ? DIALOG_BACK : DIALOG_ANSWER;
}

/* What will run instead, as far as it is known here. */
static void print_edited(AskTerminal *ask, const cJSON *call, const Verdict *verdict)
{
        const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(call, "arguments");
        const cJSON *argument;
        FILE *out = ask_stream(ask);
        int index = 0;

        fprintf(out, _(" runs instead: %s("),
                verdict->number ? verdict->number : json_string(call, "syscall"));
        cJSON_ArrayForEach(argument, arguments)
        {
                _cleanup_free_ char *shown = NULL;
                const char *text = json_string(argument, "text");

                for (size_t i = 0; i < verdict->arguments.count; i++)
                        if (atoi(verdict->arguments.list[i].key) == index)
                                text = verdict->arguments.list[i].value;
                shown = text_shown(text);
                fprintf(out, "%s%s", index++ ? ", " : "", shown ? shown : "");
        }
        fputs(_(")\n [a]llow it so, any other key: back "), out);
        fflush(out);
}

static DialogEnd edit_lines(AskTerminal *ask, const cJSON *call, Verdict *verdict,
                            char **ret_number)
{
        const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(call, "arguments");
        const cJSON *argument;
        _cleanup_free_ char *line = NULL;
        DialogEnd end;
        int index = 0;

        fprintf(ask_stream(ask),
                _("\n Return keeps what stands in brackets, Escape goes back.\n"
                  "   call [%s]: "),
                json_string(call, "syscall"));
        end = ask_line(ask, &line);
        if (end != DIALOG_ANSWER)
                return end;
        if (*line) {
                *ret_number = TAKE_PTR(line);
                verdict->number = *ret_number;
        }
        cJSON_ArrayForEach(argument, arguments)
        {
                end = edit_argument(ask, argument, index++, verdict);
                if (end != DIALOG_ANSWER)
                        return end;
        }
        return DIALOG_ANSWER;
}

DialogEnd ask_dialog_edit(AskTerminal *ask, const cJSON *call, Verdict *verdict, char **ret_number)
{
        DialogEnd end = edit_lines(ask, call, verdict, ret_number);
        int key;

        if (end != DIALOG_ANSWER)
                return end;
        if (!verdict->number && verdict->arguments.count == 0)
                return DIALOG_BACK;
        print_edited(ask, call, verdict);
        if (ask_wait_key(ask, &key) != ASK_INPUT)
                return DIALOG_OVER;
        fputc('\n', ask_stream(ask));
        verdict->action = "allow";
        return key == 'a' ? DIALOG_ANSWER : DIALOG_BACK;
}

/* ---- memory ---- */

static bool points_somewhere(const cJSON *argument)
{
        static const char *const kinds[] = {
                "path",          "string",         "buffer-in",  "buffer-out",
                "string-vector", "socket-address", "iovec",      "socket-address-out",
                "iovec-out",     "msghdr",         "msghdr-out", "struct-in",
                "struct-out",    "struct-inout",   "untyped",    "address",
                "pointer",       "sigset"};

        for (size_t i = 0; i < ELEMENTS_OF(kinds); i++)
                if (string_equal(json_string(argument, "kind"), kinds[i]))
                        return true;
        return false;
}

static void show_memory(AskTerminal *ask, uint64_t id, uint32_t index, bool string)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *message = NULL, *reply = NULL;
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_json_ cJSON *info = NULL;
        JailClient *client = ask_session(ask)->client;
        const uint8_t *bytes;
        size_t size;
        int r = jail_client_method(client, "ReadMemory", &message);

        if (r >= 0)
                r = sd_bus_message_append(message, "a{sv}", 4, "id", "t", id, "argument", "u",
                                          index, "length", "t", (uint64_t) MEMORY_BYTES, "string",
                                          "b", (int) string);
        if (r >= 0)
                r = jail_client_call(client, message, &error, &reply);
        if (r >= 0)
                r = sd_bus_message_read_array(reply, 'y', (const void **) &bytes, &size);
        if (r >= 0)
                r = json_from_bus(reply, &info);
        if (r < 0) {
                _cleanup_free_ char *why = text_shown(error.message ? error.message : strerror(-r));

                fprintf(ask_stream(ask), "     %s\n", why ? why : "");
                return;
        }
        bytes_print(ask_stream(ask), "     ", json_unsigned(info, "address"), bytes, size);
}

void ask_dialog_memory(AskTerminal *ask, const cJSON *call)
{
        const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(call, "arguments");
        const cJSON *argument;
        uint32_t index = 0;
        bool any = false;

        fputc('\n', ask_stream(ask));
        cJSON_ArrayForEach(argument, arguments)
        {
                _cleanup_free_ char *text = text_shown(json_string(argument, "text"));

                if (points_somewhere(argument)) {
                        fprintf(ask_stream(ask), "   %u %s  %s\n", index,
                                json_string(argument, "name"), text ? text : "");
                        show_memory(ask, json_unsigned(call, "id"), index,
                                    string_equal(json_string(argument, "kind"), "path") ||
                                            string_equal(json_string(argument, "kind"), "string"));
                        any = true;
                }
                index++;
        }
        if (!any)
                fputs(_("   none of its arguments is an address\n"), ask_stream(ask));
}

DialogEnd ask_dialog_stop(AskTerminal *ask)
{
        int key;

        fputs(_("\n kill every process of the jail? [y]es, any other key: back "), ask_stream(ask));
        fflush(ask_stream(ask));
        if (ask_wait_key(ask, &key) != ASK_INPUT)
                return DIALOG_OVER;
        fputc('\n', ask_stream(ask));
        return key == 'y' ? DIALOG_ANSWER : DIALOG_BACK;
}
