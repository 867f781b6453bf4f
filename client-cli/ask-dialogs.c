/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The longer answers, line by line with the kernel's own line editing. */
#include "client-cli/ask-dialogs.h"

#include <inttypes.h>
#include <string.h>

#include "base/nearest-name.h"
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

/* A call on its way to be another one. */
typedef struct Edit {
        const cJSON *call;  /* that is held */
        cJSON *calls;       /* all that there are, owned; NULL: they could not be asked for */
        const cJSON *other; /* of them, that shall run instead; NULL for the same */
        Verdict *verdict;
} Edit;

static void edit_release(Edit *edit)
{
        cJSON_Delete(edit->calls);
}

/* The arguments of what will run. */
static const cJSON *edit_arguments(const Edit *edit)
{
        return cJSON_GetObjectItemCaseSensitive(edit->other ? edit->other : edit->call,
                                                "arguments");
}

/* What argument `index` is as things stand: in words where the held call has one there. */
static const char *edit_text(const Edit *edit, int index)
{
        const cJSON *list = cJSON_GetObjectItemCaseSensitive(edit->call, "arguments");
        const cJSON *argument = cJSON_GetArrayItem(list, index), *raw;

        for (size_t i = 0; i < edit->verdict->arguments.count; i++)
                if (atoi(edit->verdict->arguments.list[i].key) == index)
                        return edit->verdict->arguments.list[i].value;
        if (argument)
                return json_string(argument, "text");
        list = cJSON_GetObjectItemCaseSensitive(edit->call, "args");
        raw = cJSON_GetArrayItem(list, index);
        return cJSON_IsString(raw) ? raw->valuestring : "";
}

/* One argument of the call; an empty line keeps it. */
static DialogEnd edit_argument(AskTerminal *ask, const Edit *edit, const char *name, int index)
{
        _cleanup_free_ char *text = text_shown(edit_text(edit, index)), *line = NULL;
        char key[16];
        DialogEnd end;

        fprintf(ask_stream(ask), "   %d %s [%s]: ", index, name, text ? text : "");
        end = ask_line(ask, &line);
        if (end != DIALOG_ANSWER || !*line)
                return end;
        snprintf(key, sizeof(key), "%d", index);
        return verdict_set_text(&edit->verdict->arguments, key, line) < 0 ? DIALOG_BACK
                                                                          : DIALOG_ANSWER;
}

/* What will run instead, as far as it is known here. */
static void print_edited(AskTerminal *ask, const Edit *edit)
{
        const cJSON *argument;
        FILE *out = ask_stream(ask);
        int index = 0;

        fprintf(out, _(" runs instead: %s("),
                edit->verdict->number ? edit->verdict->number : json_string(edit->call, "syscall"));
        cJSON_ArrayForEach(argument, edit_arguments(edit))
        {
                _cleanup_free_ char *shown = text_shown(edit_text(edit, index));

                fprintf(out, "%s%s", index++ ? ", " : "", shown ? shown : "");
        }
        fputs(_(")\n [a]llow it so, any other key: back "), out);
        fflush(out);
}

/* By name or number. NULL, and the nearest name in *ret_nearest, when there is none. */
static const cJSON *find_call(const cJSON *calls, const char *word, const char **ret_nearest)
{
        NearestName nearest = nearest_name_begin(word);
        const cJSON *call;
        uint64_t number;
        bool is_number = number_parse_unsigned(word, &number) == 0;

        cJSON_ArrayForEach(call, calls)
        {
                if (is_number ? json_unsigned(call, "number") == number
                              : string_equal(json_string(call, "name"), word))
                        return call;
                nearest_name_offer(&nearest, json_string(call, "name"));
        }
        *ret_nearest = nearest.best;
        return NULL;
}

/* Asks until it is a call that there is; an empty line keeps the held one. */
static DialogEnd edit_call(AskTerminal *ask, Edit *edit, char **ret_number)
{
        if (!edit->calls)
                (void) session_ask_value(ask_session(ask), "run", "ListSyscalls", &edit->calls,
                                         NULL);
        for (;;) {
                _cleanup_free_ char *line = NULL;
                const char *nearest = NULL;
                DialogEnd end;

                fprintf(ask_stream(ask), _("   call [%s]: "), json_string(edit->call, "syscall"));
                end = ask_line(ask, &line);
                if (end != DIALOG_ANSWER || !*line)
                        return end;
                edit->other = find_call(edit->calls, line, &nearest);
                if (edit->other || !edit->calls) {
                        *ret_number = TAKE_PTR(line);
                        edit->verdict->number = *ret_number;
                        return DIALOG_ANSWER;
                }
                if (nearest)
                        fprintf(ask_stream(ask),
                                _("   there is no system call %s; did you mean %s?\n"), line,
                                nearest);
                else
                        fprintf(ask_stream(ask), _("   there is no system call %s\n"), line);
        }
}

static DialogEnd edit_lines(AskTerminal *ask, Edit *edit, char **ret_number)
{
        const cJSON *argument;
        DialogEnd end;
        int index = 0;

        fputs(_("\n Return keeps what stands in brackets, Escape goes back.\n"), ask_stream(ask));
        end = edit_call(ask, edit, ret_number);
        if (end != DIALOG_ANSWER)
                return end;
        cJSON_ArrayForEach(argument, edit_arguments(edit))
        {
                end = edit_argument(ask, edit, json_string(argument, "name"), index++);
                if (end != DIALOG_ANSWER)
                        return end;
        }
        return DIALOG_ANSWER;
}

DialogEnd ask_dialog_edit(AskTerminal *ask, const cJSON *call, Verdict *verdict, char **ret_number)
{
        _cleanup_(edit_release) Edit edit = {.call = call, .verdict = verdict};
        DialogEnd end = edit_lines(ask, &edit, ret_number);
        int key;

        if (end != DIALOG_ANSWER)
                return end;
        if (!verdict->number && verdict->arguments.count == 0)
                return DIALOG_BACK;
        print_edited(ask, &edit);
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
