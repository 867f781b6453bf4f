/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The question on the terminal. */
#include "client-cli/ask-view.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/text.h"
#include "client-cli/print-text.h"

#define INDENT "   "

/* Breaks `text` into pieces of at most `room` columns. */
static void print_wrapped(FILE *out, const char *text, unsigned room)
{
        while (text_columns(text) > room) {
                unsigned used = 0;
                size_t bytes = 0, space = 0;

                while (used < room) {
                        uint32_t code;
                        unsigned size = utf8_decode(text + bytes, strlen(text + bytes), &code);

                        if (text[bytes] == ' ')
                                space = bytes + 1;
                        bytes += size ? size : 1;
                        used++;
                }
                bytes = space > bytes / 2 ? space : bytes;
                fprintf(out, "%.*s\n%s", (int) bytes, text, INDENT);
                text += bytes;
        }
        fputs(text, out);
}

/* What else a person should know before answering. */
static void print_remarks(FILE *out, const cJSON *call, unsigned others)
{
        const cJSON *signals = cJSON_GetObjectItemCaseSensitive(call, "signals");
        const cJSON *signal;
        uint64_t count = json_unsigned(call, "count");
        _cleanup_text_ Text names = TEXT_INIT;

        cJSON_ArrayForEach(signal, signals)
        {
                text_append(&names, names.length ? ", " : "");
                text_append_shown(&names, cJSON_IsString(signal) ? signal->valuestring : "");
        }
        if (names.length > 0)
                fprintf(out, _(" %s waits behind this call; [i]nterrupt lets it through\n"),
                        names.data);
        if (count > 1)
                fprintf(out, _(" asked %" PRIu64 " times\n"), count);
        if (*json_string(call, "deadline"))
                fprintf(out, _(" answered by itself at %s\n"), json_string(call, "deadline"));
        if (others > 0)
                fprintf(out, _n(" %u more call waits\n", " %u more calls wait\n", others), others);
}

void ask_view_call(const Session *session, FILE *out, const cJSON *call, unsigned others)
{
        _cleanup_text_ Text head = TEXT_INIT, line = TEXT_INIT, rule = TEXT_INIT;
        unsigned columns = terminal_columns(out), used;
        bool colours = session->colour_errors;

        text_append_shown(&head, json_string(call, "syscall"));
        text_append_format(&line, "pid %" PRId64 " (", json_signed(call, "pid"));
        text_append_shown(&line, json_string(call, "comm"));
        text_append(&line, ")   ");
        text_append_shown(&line, json_string(call, "text"));
        text_append(&rule, _("rule: "));
        text_append_shown(&rule, *json_string(call, "rule_text") ? json_string(call, "rule_text")
                                                                 : _("default"));
        if (columns < 40)
                columns = 80;
        fprintf(out, "\n %s%s%s  ", colour(colours, COLOUR_BOLD), text_get(&head),
                colour(colours, COLOUR_PLAIN));
        used = 3 + text_columns(text_get(&head));
        if (used + text_columns(text_get(&line)) < columns) {
                fputs(text_get(&line), out);
                used += text_columns(text_get(&line));
        } else {
                print_wrapped(out, text_get(&line), columns - used - 1);
                used = columns;
        }
        if (used + 2 + text_columns(text_get(&rule)) >= columns) {
                fputs("\n", out);
                used = 0;
        }
        if (used + text_columns(text_get(&rule)) + 1 < columns)
                fprintf(out, "%*s", (int) (columns - used - text_columns(text_get(&rule)) - 1), "");
        fprintf(out, "%s%s%s\n", colour(colours, COLOUR_DIM), text_get(&rule),
                colour(colours, COLOUR_PLAIN));
        print_remarks(out, call, others);
}

/* The keys with `gap` between them; `middle` where a narrow terminal has to break the line. */
static void print_keys(FILE *out, const char *gap, const char *middle)
{
        const char *more = text_ellipsis();

        fprintf(out,
                _("[a]llow%sa[b]ort%s[r]eturn%s%s[e]dit%s%s[m]emory%s%s[A]llow always%s"
                  "a[B]ort always%s[?]"),
                gap, gap, more, gap, more, gap, more, middle, gap, gap);
}

void ask_view_keys(FILE *out, bool colours)
{
        struct winsize size = {0};

        fprintf(out, " %s", colour(colours, COLOUR_BOLD));
        if (ioctl(fileno(out), TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_col > 87)
                print_keys(out, "  ", "  ");
        else if (size.ws_col > 79)
                print_keys(out, " ", " ");
        else
                print_keys(out, " ", "\n ");
        fprintf(out, "%s ", colour(colours, COLOUR_PLAIN));
        fflush(out);
}

void ask_view_help(FILE *out)
{
        fputs(_("\n"
                "   a  allow: the call runs, this once\n"
                "   b  abort: the call fails with EPERM, this once\n"
                "   r  return: do not run it; the program sees a value or an errno of your choice\n"
                "   e  edit: change the call or its arguments, then let it run\n"
                "   m  memory: look at what its arguments point to\n"
                "   A  allow always: and every later call under the same name, in this jail\n"
                "   B  abort always: likewise\n"
                "   d  details: where paths lead, registers, the program's file\n"
                "   i  interrupt: the call fails with EINTR, waiting signals are delivered\n"
                "   s  skip: leave it to another client ('jailctl decide')\n"
                "   q  stop the jail: every process of it is killed\n"
                "   ^C passes SIGINT on and interrupts the call; ^Z suspends\n"),
              out);
}

static void print_field(FILE *out, const char *name, const char *value)
{
        _cleanup_free_ char *shown = text_shown(value);

        if (shown && *shown)
                fprintf(out, "   %-10s %s\n", name, shown);
}

static void print_arguments(FILE *out, const cJSON *call)
{
        const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(call, "arguments");
        const cJSON *registers = cJSON_GetObjectItemCaseSensitive(call, "args");
        const cJSON *argument;
        int index = 0;

        cJSON_ArrayForEach(argument, arguments)
        {
                _cleanup_free_ char *text = text_shown(json_string(argument, "text"));
                _cleanup_free_ char *resolved = text_shown(json_string(argument, "resolved"));
                const char *value = cJSON_GetStringValue(cJSON_GetArrayItem(registers, index));

                fprintf(out, "   %d %-10s %-18s %s\n", index++, json_string(argument, "name"),
                        value ? value : "", text ? text : "");
                if (resolved && *resolved)
                        fprintf(out, _("     leads to   %s\n"), resolved);
        }
}

void ask_view_details(FILE *out, const cJSON *call)
{
        _cleanup_free_ char *sentence = text_shown(json_string(call, "sentence"));
        char number[48];

        fprintf(out, "\n   %s\n", sentence ? sentence : "");
        snprintf(number, sizeof(number), "%" PRIu64 ".%u",
                 SJ_PENDING_JAIL(json_unsigned(call, "id")),
                 SJ_PENDING_SEQUENCE(json_unsigned(call, "id")));
        print_field(out, "id", number);
        snprintf(number, sizeof(number), "%" PRId64 " / %" PRId64, json_signed(call, "pid"),
                 json_signed(call, "tid"));
        print_field(out, _("pid / tid"), number);
        print_field(out, _("program"), json_string(call, "exe"));
        print_field(out, _("since"), json_string(call, "since"));
        snprintf(number, sizeof(number), "%" PRId64, json_signed(call, "number"));
        print_field(out, _("number"), number);
        print_arguments(out, call);
}
