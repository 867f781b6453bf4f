/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue of questions, and the keys that answer them. */
#include "client-cli/ask-terminal.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include "base/text.h"
#include "client-cli/ask-dialogs.h"
#include "client-cli/ask-view.h"
#include "client-cli/print-text.h"
#include "client-cli/terminal.h"

struct AskTerminal {
        Session *session;       /* not owned */
        sd_event *event;        /* not owned */
        sd_event_source *input; /* keys; on only while one is waited for */
        Terminal terminal;
        bool runs_program;
        cJSON *queue;        /* calls in the order in which they came; the first is asked about */
        bool asking;         /* the first stands on the terminal */
        bool readable;       /* something was typed */
        bool gone;           /* the call that is asked about ended otherwise */
        bool again;          /* jailctl was stopped: put the question anew */
        bool leaving;        /* end the question without an answer */
        bool left;           /* the person left by ^C */
        bool escape;         /* the rest of an escape sequence is still to come */
        uint64_t newest_id;  /* of the calls that were added */
        uint64_t noticed_id; /* the last call that a notice stands for */
};

FILE *ask_stream(const AskTerminal *ask)
{
        return ask->terminal.out;
}

Session *ask_session(const AskTerminal *ask)
{
        return ask->session;
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        AskTerminal *ask = userdata;

        (void) fd;
        (void) events;
        ask->readable = true;
        return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

static int on_leave(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
        AskTerminal *ask = userdata;

        (void) source;
        (void) info;
        ask->left = ask->leaving = true;
        return 0;
}

/* Whoever only asks ends by a signal as ever, but gives the terminal back before. */
static int leave_by_signals(AskTerminal *ask)
{
        static const int signals[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
        sigset_t set;
        int r = 0;

        sigemptyset(&set);
        for (size_t i = 0; i < ELEMENTS_OF(signals); i++)
                sigaddset(&set, signals[i]);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        for (size_t i = 0; r >= 0 && i < ELEMENTS_OF(signals); i++)
                r = sd_event_add_signal(ask->event, NULL, signals[i], on_leave, ask);
        return r < 0 ? r : 0;
}

int ask_terminal_new(Session *session, sd_event *event, bool runs_program, AskTerminal **ret)
{
        _cleanup_ask_ AskTerminal *ask = calloc(1, sizeof(*ask));
        int r;

        if (!ask)
                return -ENOMEM;
        *ask = (AskTerminal){.session = session,
                             .event = event,
                             .runs_program = runs_program,
                             .terminal.fd = -1,
                             .queue = cJSON_CreateArray()};
        r = terminal_open(&ask->terminal);
        if (r < 0)
                return r;
        r = sd_event_add_io(event, &ask->input, ask->terminal.fd, EPOLLIN, on_input, ask);
        if (r >= 0)
                r = sd_event_source_set_enabled(ask->input, SD_EVENT_OFF);
        if (r >= 0 && !runs_program)
                r = leave_by_signals(ask);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(ask);
        return 0;
}

AskTerminal *ask_terminal_free(AskTerminal *ask)
{
        sd_event_source_disable_unref(ask->input);
        if (ask->terminal.out)
                terminal_close(&ask->terminal);
        cJSON_Delete(ask->queue);
        free(ask);
        return NULL;
}

/* ---- the queue ---- */

static int queue_find(const cJSON *queue, uint64_t id)
{
        const cJSON *call;
        int index = 0;

        cJSON_ArrayForEach(call, queue)
        {
                if (json_unsigned(call, "id") == id)
                        return index;
                index++;
        }
        return -1;
}

void ask_terminal_add(AskTerminal *ask, const cJSON *call)
{
        uint64_t id = json_unsigned(call, "id");
        /* ids grow: of a flood, none but the first has to be looked for */
        int index = id > ask->newest_id ? -1 : queue_find(ask->queue, id);
        cJSON *copy = cJSON_Duplicate(call, true);

        if (!copy)
                return;
        if (id > ask->newest_id)
                ask->newest_id = id;
        if (index < 0)
                cJSON_AddItemToArray(ask->queue, copy);
        else
                cJSON_ReplaceItemInArray(ask->queue, index, copy);
}

/* What became of the call that stands on the terminal. */
static void print_gone(AskTerminal *ask, const cJSON *info)
{
        const char *action = json_string(info, "action");
        FILE *out = ask_stream(ask);

        if (!*action || string_equal(action, "gone"))
                fputs(_("\n → the call ended while you were deciding: its thread is gone\n"), out);
        else if (string_equal(json_string(info, "by"), "timeout"))
                fprintf(out, _("\n → nobody answered in time: %s\n"), action);
        else
                fprintf(out, _("\n → answered elsewhere by %s %" PRIu64 ": %s\n"),
                        json_string(info, "by"), json_unsigned(info, "who"), action);
        fflush(out);
}

static void remove_call(AskTerminal *ask, cJSON *call, const cJSON *info)
{
        if (call == ask->queue->child && ask->asking) {
                ask->gone = true;
                print_gone(ask, info);
        }
        cJSON_Delete(cJSON_DetachItemViaPointer(ask->queue, call));
}

void ask_terminal_remove(AskTerminal *ask, uint64_t id, const cJSON *info)
{
        int index = queue_find(ask->queue, id);

        if (index >= 0)
                remove_call(ask, cJSON_GetArrayItem(ask->queue, index), info);
}

void ask_terminal_remove_jail(AskTerminal *ask, uint64_t jail)
{
        cJSON *call = ask->queue->child;

        while (call) {
                cJSON *next = call->next;

                if (SJ_PENDING_JAIL(json_unsigned(call, "id")) == jail)
                        remove_call(ask, call, NULL);
                call = next;
        }
}

void ask_terminal_keep_only(AskTerminal *ask, const cJSON *calls)
{
        for (int i = cJSON_GetArraySize(ask->queue) - 1; i >= 0; i--) {
                uint64_t id = json_unsigned(cJSON_GetArrayItem(ask->queue, i), "id");

                if (queue_find(calls, id) < 0)
                        ask_terminal_remove(ask, id, NULL);
        }
}

/* Says once that a call waits behind a terminal that is in use. */
static void notice(AskTerminal *ask, const cJSON *call)
{
        uint64_t id = json_unsigned(call, "id");
        _cleanup_free_ char *text = text_shown(json_string(call, "text"));

        if (ask->noticed_id == id)
                return;
        ask->noticed_id = id;
        report_note(ask->session,
                    _("call %" PRIu64 ".%u waits: %s; it is asked about when its job is in the "
                      "foreground, or answer with 'jailctl decide'"),
                    SJ_PENDING_JAIL(id), SJ_PENDING_SEQUENCE(id), text ? text : "");
}

bool ask_terminal_is_ready(AskTerminal *ask)
{
        const cJSON *call;
        int index = 0;

        if (ask->leaving)
                return false;
        cJSON_ArrayForEach(call, ask->queue)
        {
                if (terminal_is_free(&ask->terminal, (pid_t) json_signed(call, "pid"))) {
                        cJSON *first = cJSON_DetachItemFromArray(ask->queue, index);

                        cJSON_InsertItemInArray(ask->queue, 0, first);
                        return true;
                }
                index++;
        }
        if (ask->queue->child)
                notice(ask, ask->queue->child);
        return false;
}

bool ask_terminal_is_waiting(const AskTerminal *ask)
{
        return ask->queue->child && !ask->leaving;
}

void ask_terminal_leave(AskTerminal *ask)
{
        ask->leaving = true;
}

void ask_terminal_suspend(AskTerminal *ask)
{
        if (ask->asking) {
                fputc('\n', ask_stream(ask));
                ask->again = true;
        }
        terminal_give_back(&ask->terminal);
}

void ask_terminal_resume(AskTerminal *ask)
{
        ask->again = ask->asking;
}

bool ask_terminal_was_left(const AskTerminal *ask)
{
        return ask->left;
}

/* ---- keys ---- */

/* Runs the event loop until something was typed. */
static AskInput wait_input(AskTerminal *ask)
{
        ask->readable = false;
        if (sd_event_source_set_enabled(ask->input, SD_EVENT_ON) < 0)
                return ASK_OVER;
        while (!ask->readable && !ask->gone && !ask->again && !ask->leaving)
                if (sd_event_run(ask->event, UINT64_MAX) < 0)
                        ask->leaving = true;
        sd_event_source_set_enabled(ask->input, SD_EVENT_OFF);
        return ask->gone || ask->again || ask->leaving ? ASK_OVER : ASK_INPUT;
}

/* The one key in a read, or -1: pasted text and the sequences of cursor keys ("\033[A" is no 'A')
 * answer nothing. */
static int single_key(AskTerminal *ask, const char *bytes, ssize_t size)
{
        bool rest = ask->escape;

        ask->escape = bytes[0] == 0x1b && size < 3;
        if (rest || bytes[0] == 0x1b)
                return -1;
        if (size == 1 || (size == 2 && bytes[1] == '\n'))
                return (unsigned char) bytes[0];
        return -1;
}

AskInput ask_wait_key(AskTerminal *ask, int *ret_key)
{
        if (terminal_read_keys(&ask->terminal) < 0)
                ask->leaving = true;
        for (;;) {
                AskInput input = wait_input(ask);
                char bytes[64];
                ssize_t size;

                if (input != ASK_INPUT)
                        return input;
                size = read(ask->terminal.fd, bytes, sizeof(bytes));
                if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
                        ask->leaving = true; /* the terminal is gone */
                        return ASK_OVER;
                }
                *ret_key = size > 0 ? single_key(ask, bytes, size) : -1;
                if (*ret_key >= 0)
                        return ASK_INPUT;
        }
}

AskInput ask_wait_line(AskTerminal *ask, char **ret)
{
        char bytes[4096];
        AskInput input;
        ssize_t size;

        if (terminal_read_lines(&ask->terminal) < 0)
                ask->leaving = true;
        do {
                input = wait_input(ask);
                if (input != ASK_INPUT)
                        return input;
                size = read(ask->terminal.fd, bytes, sizeof(bytes));
        } while (size < 0 && (errno == EAGAIN || errno == EINTR));
        if (size <= 0 || bytes[size - 1] != '\n')
                return ASK_CANCEL; /* ^D, ^C, Escape */
        *ret = strndup(bytes, (size_t) size - 1);
        return *ret ? ASK_INPUT : ASK_CANCEL;
}

/* ---- answers ---- */

/* Sends the verdict; true when the question is over. */
static bool answer(AskTerminal *ask, uint64_t id, const Verdict *verdict)
{
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_json_ cJSON *result = NULL;
        _cleanup_free_ char *why = NULL;
        FILE *out = ask_stream(ask);
        int r = verdict_send(ask->session, verdict, id, &error, &result);

        if (r >= 0) {
                fprintf(out, "\r\033[K → %s", verdict->action);
                if (json_unsigned(result, "remembered") > 0)
                        fprintf(out, _(", from now on (rule %" PRIu64 ")"),
                                json_unsigned(result, "remembered"));
                fputc('\n', out);
                fflush(out);
                return true;
        }
        why = text_shown(error.message ? error.message : strerror(-r));
        fprintf(out, "\n → %s\n", why ? why : "");
        fflush(out);
        return sd_bus_error_has_name(&error, SJ_ERROR_NO_SUCH_CALL) ||
               sd_bus_error_has_name(&error, SJ_ERROR_NO_SUCH_JAIL) || r == -ECONNRESET ||
               r == -ENOTCONN;
}

static bool answer_plainly(AskTerminal *ask, uint64_t id, const char *action, bool always)
{
        Verdict verdict = {.action = action, .remember = always};

        return answer(ask, id, &verdict);
}

typedef enum KeyEnd {
        KEY_AGAIN,  /* put the question anew */
        KEY_IGNORE, /* the key means nothing */
        KEY_DONE,   /* answered: the call leaves the queue */
        KEY_OVER,   /* over without an answer of ours */
} KeyEnd;

static KeyEnd answered(bool over)
{
        return over ? KEY_DONE : KEY_AGAIN;
}

static KeyEnd run_dialog(AskTerminal *ask, const cJSON *call, int key)
{
        _cleanup_verdict_ Verdict verdict = {0};
        _cleanup_free_ char *text = NULL;
        DialogEnd end = key == 'r' ? ask_dialog_return(ask, &verdict, &text)
                                   : ask_dialog_edit(ask, call, &verdict, &text);

        if (end == DIALOG_ANSWER)
                return answered(answer(ask, json_unsigned(call, "id"), &verdict));
        return end == DIALOG_BACK ? KEY_AGAIN : KEY_OVER;
}

static KeyEnd stop_jail(AskTerminal *ask, uint64_t id)
{
        DialogEnd end = ask_dialog_stop(ask);

        if (end == DIALOG_ANSWER &&
            session_ask(ask->session, "stop", "Stop", NULL, "t", SJ_PENDING_JAIL(id)) >= 0)
                return KEY_DONE;
        return end == DIALOG_OVER ? KEY_OVER : KEY_AGAIN;
}

static KeyEnd skip(AskTerminal *ask, uint64_t id)
{
        fputs("\r\033[K", ask_stream(ask));
        fprintf(ask_stream(ask), _(" → left to others: jailctl decide %" PRIu64 ".%u\n"),
                SJ_PENDING_JAIL(id), SJ_PENDING_SEQUENCE(id));
        return KEY_DONE;
}

/* ^C and ^\: the signal goes where it would have gone, and the held call gives way to it. */
static KeyEnd pass_signal(AskTerminal *ask, uint64_t id, int signal_number)
{
        if (!ask->runs_program) {
                ask->left = ask->leaving = true;
                return KEY_OVER;
        }
        kill(ask->terminal.group_before > 0 ? -ask->terminal.group_before : 0, signal_number);
        return answered(answer_plainly(ask, id, "interrupt", false));
}

static KeyEnd suspend(AskTerminal *ask)
{
        struct sigaction plain = {.sa_handler = SIG_DFL}, before;
        sigset_t set, old;

        if (ask->terminal.group_before > 0) {
                fputs(_("\n the held call cannot be suspended; answer it first\n"),
                      ask_stream(ask));
                return KEY_AGAIN;
        }
        ask_terminal_suspend(ask);
        sigaction(SIGTSTP, &plain, &before);
        sigemptyset(&set);
        sigaddset(&set, SIGTSTP);
        kill(0, SIGTSTP);
        sigprocmask(SIG_UNBLOCK, &set, &old); /* stops here */
        sigprocmask(SIG_SETMASK, &old, NULL);
        sigaction(SIGTSTP, &before, NULL);
        ask_terminal_resume(ask);
        return KEY_OVER;
}

static KeyEnd press(AskTerminal *ask, const cJSON *call, int key)
{
        uint64_t id = json_unsigned(call, "id");

        switch (key) {
        case 'a':
                return answered(answer_plainly(ask, id, "allow", false));
        case 'b':
                return answered(answer_plainly(ask, id, "abort", false));
        case 'A':
                return answered(answer_plainly(ask, id, "allow", true));
        case 'B':
                return answered(answer_plainly(ask, id, "abort", true));
        case 'i':
                return answered(answer_plainly(ask, id, "interrupt", false));
        case 'r':
        case 'e':
                return run_dialog(ask, call, key);
        case 'm':
                ask_dialog_memory(ask, call);
                return KEY_AGAIN;
        case 'd':
                ask_view_details(ask_stream(ask), call);
                return KEY_AGAIN;
        case '?':
        case 'h':
                ask_view_help(ask_stream(ask));
                return KEY_AGAIN;
        case 's':
                return skip(ask, id);
        case 'q':
                return stop_jail(ask, id);
        case 0x03:
                return pass_signal(ask, id, SIGINT);
        case 0x1c:
                return pass_signal(ask, id, SIGQUIT);
        case 0x1a:
                return suspend(ask);
        default:
                return KEY_IGNORE;
        }
}

/* Keys until the question is over or has to be put again. */
static KeyEnd read_answer(AskTerminal *ask, const cJSON *call)
{
        for (;;) {
                KeyEnd end;
                int key;

                if (ask_wait_key(ask, &key) != ASK_INPUT)
                        return KEY_OVER;
                end = press(ask, call, key);
                if (end != KEY_IGNORE)
                        return end;
        }
}

int ask_terminal_ask(AskTerminal *ask)
{
        /* A copy: the queue may change while the person thinks. */
        _cleanup_json_ cJSON *call = cJSON_Duplicate(ask->queue->child, true);
        KeyEnd end = KEY_AGAIN;
        int r = call ? terminal_take(&ask->terminal) : -ENOMEM;

        if (r < 0)
                return r;
        ask->asking = true;
        ask->gone = ask->again = ask->escape = false;
        while (end == KEY_AGAIN) {
                unsigned others = (unsigned) cJSON_GetArraySize(ask->queue) - 1;

                if (terminal_read_keys(&ask->terminal) < 0)
                        break;
                ask_view_call(ask->session, ask_stream(ask), call, others);
                ask_view_keys(ask_stream(ask), ask->session->colour_errors);
                end = read_answer(ask, call);
        }
        ask->asking = false;
        if (end == KEY_DONE)
                ask_terminal_remove(ask, json_unsigned(call, "id"), NULL);
        if (end == KEY_OVER && !ask->gone && ask->terminal.taken)
                fputc('\n', ask_stream(ask));
        terminal_give_back(&ask->terminal);
        return 0;
}
