/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The polkit agent at the terminal, a module of its own: what it needs of GLib and polkit would
 * cost every jailctl some milliseconds. It lives in a thread of its own, since jailctl waits in a
 * bus call while the person types; it blocks nowhere itself, so that a question that polkit takes
 * back goes away.
 *
 * polkit's own text agent is not used: it aborts the process on ^D, leaves the terminal without
 * echo on ^C, and allows one try.
 */
#define POLKIT_AGENT_I_KNOW_API_IS_SUBJECT_TO_CHANGE
#include "client-cli/polkit-agent.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <polkitagent/polkitagent.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "client-cli/print-text.h"
#include "client-cli/terminal.h"
#include "dbus/translate.h"

#define TRIES_MAX  3
#define LINE_BYTES 512

enum {
        KEY_INTERRUPT = 0x03,
        KEY_END = 0x04,
        KEY_BACKSPACE = 0x08,
        KEY_KILL = 0x15,
        KEY_DELETE = 0x7f,
};

/* One authentication: first, where there is a choice, who; then what his PAM stack asks. */
typedef struct Asking {
        GTask *task;                 /* its return ends the authentication; owned */
        char *cookie;                /* polkit's name for it; owned */
        GList *users;                /* PolkitIdentity; owned */
        GCancellable *at;            /* polkit takes the question back by it; owned */
        PolkitIdentity *user;        /* one of `users`; NULL until chosen */
        PolkitAgentSession *session; /* the helper that talks to PAM; owned, NULL between tries */
        GSource *keys;               /* owned; NULL while nothing is asked */
        GSource *end;                /* `at` as a source; owned */
        Terminal terminal;
        bool echo;             /* what is typed now may be seen */
        unsigned tries;        /* that failed */
        char line[LINE_BYTES]; /* what was typed so far, wiped when it is answered */
        size_t length;
} Asking;

typedef struct Agent {
        PolkitAgentListener parent;
        Asking *asking; /* NULL while nobody is asked */
} Agent;

typedef struct AgentClass {
        PolkitAgentListenerClass parent;
} AgentClass;

GType agent_get_type(void);
G_DEFINE_TYPE(Agent, agent, POLKIT_AGENT_TYPE_LISTENER)

static void *registration; /* this process has one agent */

/* ---- the terminal ---- */

static void say(Asking *asking, const char *text)
{
        _cleanup_free_ char *shown = text_shown(text);

        fputs(shown ? shown : "", asking->terminal.out);
        fflush(asking->terminal.out);
}

static void say_line(Asking *asking, const char *text)
{
        say(asking, text);
        fputc('\n', asking->terminal.out);
        fflush(asking->terminal.out);
}

static void forget_line(Asking *asking)
{
        explicit_bzero(asking->line, sizeof(asking->line));
        asking->length = 0;
}

static void drop_source(GSource **source)
{
        if (*source) {
                g_source_destroy(*source);
                g_source_unref(*source);
        }
        *source = NULL;
}

static void asking_free(Asking *asking)
{
        drop_source(&asking->keys);
        drop_source(&asking->end);
        g_clear_object(&asking->session);
        if (asking->terminal.out)
                terminal_close(&asking->terminal);
        forget_line(asking);
        g_list_free_full(asking->users, g_object_unref);
        g_clear_object(&asking->at);
        g_clear_object(&asking->task);
        g_free(asking->cookie);
        free(asking);
}

/* ---- its end ---- */

/* The authentication is over; `gone` when nobody could or would authenticate. */
static void finish(Asking *asking, bool gone)
{
        Agent *agent = g_task_get_source_object(asking->task);
        GTask *task = g_object_ref(asking->task);
        PolkitAgentSession *session = g_steal_pointer(&asking->session);

        agent->asking = NULL;
        if (session)
                g_signal_handlers_disconnect_by_data(session, asking);
        asking_free(asking);
        if (session) {
                polkit_agent_session_cancel(session);
                g_object_unref(session);
        }
        if (gone)
                g_task_return_new_error(task, POLKIT_ERROR, POLKIT_ERROR_CANCELLED, "dismissed");
        else
                g_task_return_boolean(task, TRUE);
        g_object_unref(task);
}

static gboolean on_taken_back(GCancellable *at, gpointer userdata)
{
        Asking *asking = userdata;

        (void) at;
        fputc('\n', asking->terminal.out);
        say_line(asking, _("The question was taken back."));
        finish(asking, true);
        return G_SOURCE_REMOVE;
}

/* ---- what is typed ---- */

static void begin_session(Asking *asking);
static void ask_line(Asking *asking, const char *prompt, bool echo);

static const char *user_name(PolkitIdentity *user, char buffer[static 32])
{
        int uid = POLKIT_IS_UNIX_USER(user) ? polkit_unix_user_get_uid(POLKIT_UNIX_USER(user)) : -1;
        const struct passwd *entry = uid >= 0 ? getpwuid((uid_t) uid) : NULL;

        snprintf(buffer, 32, "%d", uid);
        return entry ? entry->pw_name : buffer;
}

static void ask_user(Asking *asking)
{
        char buffer[32];
        int number = 1;

        for (GList *at = asking->users; at; at = at->next) {
                fprintf(asking->terminal.out, "  %d  ", number++);
                say_line(asking, user_name(at->data, buffer));
        }
        ask_line(asking, _("Who authenticates? Number, or ^D for nobody: "), true);
}

static void choose_user(Asking *asking, const char *word)
{
        char *rest;
        unsigned long number = strtoul(word, &rest, 10);

        if (*word && !*rest && number > 0 && number <= g_list_length(asking->users)) {
                asking->user = g_list_nth_data(asking->users, (guint) number - 1);
                begin_session(asking);
        } else {
                ask_user(asking);
        }
}

static void end_line(Asking *asking)
{
        fputc('\n', asking->terminal.out);
        drop_source(&asking->keys);
        asking->line[asking->length] = '\0';
        if (asking->session)
                polkit_agent_session_response(asking->session, asking->line);
        else
                choose_user(asking, asking->line);
        forget_line(asking);
}

static void take_back(Asking *asking, size_t bytes)
{
        for (; bytes > 0 && asking->length > 0; bytes--) {
                asking->line[--asking->length] = '\0';
                if (asking->echo)
                        fputs("\b \b", asking->terminal.out);
        }
        fflush(asking->terminal.out);
}

static void add_byte(Asking *asking, char byte)
{
        if ((unsigned char) byte < ' ' || asking->length >= LINE_BYTES - 1)
                return;
        asking->line[asking->length++] = byte;
        if (asking->echo) {
                fputc(byte, asking->terminal.out);
                fflush(asking->terminal.out);
        }
}

/* false when the asking is over, or the line. */
static bool take_key(Asking *asking, char key)
{
        switch (key) {
        case '\n':
        case '\r':
                end_line(asking);
                return false;
        case KEY_INTERRUPT:
        case KEY_END:
                fputc('\n', asking->terminal.out);
                finish(asking, true);
                return false;
        case KEY_BACKSPACE:
        case KEY_DELETE:
                take_back(asking, 1);
                return true;
        case KEY_KILL:
                take_back(asking, asking->length);
                return true;
        default:
                add_byte(asking, key);
                return true;
        }
}

static gboolean on_keys(gint fd, GIOCondition condition, gpointer userdata)
{
        Asking *asking = userdata;
        char key;
        ssize_t n = read(fd, &key, 1);

        /* A terminal that hung up dismisses. */
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || condition & G_IO_NVAL) {
                finish(asking, true);
                return G_SOURCE_REMOVE;
        }
        if (n < 0)
                return G_SOURCE_CONTINUE;
        return take_key(asking, key) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* The echo is off before the prompt stands there: who types when he sees it is not seen. */
static void ask_line(Asking *asking, const char *prompt, bool echo)
{
        asking->echo = echo;
        forget_line(asking);
        if (!asking->terminal.taken &&
            (terminal_take(&asking->terminal) < 0 || terminal_read_keys(&asking->terminal) < 0)) {
                finish(asking, true);
                return;
        }
        say(asking, prompt);
        drop_source(&asking->keys);
        asking->keys = g_unix_fd_source_new(asking->terminal.fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
        g_source_set_callback(asking->keys, G_SOURCE_FUNC(on_keys), asking, NULL);
        g_source_attach(asking->keys, g_main_context_get_thread_default());
}

/* ---- PAM's side ---- */

static void on_request(PolkitAgentSession *session, const char *request, gboolean echo,
                       Asking *asking)
{
        char buffer[32];
        _cleanup_free_ char *prompt = NULL;

        (void) session;
        if (string_starts_with(request, "Password") &&
            asprintf(&prompt, _("Password for %s (^D: dismiss): "),
                     user_name(asking->user, buffer)) < 0)
                prompt = NULL;
        ask_line(asking, prompt ? prompt : request, echo);
}

static void on_remark(PolkitAgentSession *session, const char *text, Asking *asking)
{
        (void) session;
        say_line(asking, text);
}

static void on_completed(PolkitAgentSession *session, gboolean gained, Asking *asking)
{
        (void) session;
        drop_source(&asking->keys);
        g_signal_handlers_disconnect_by_data(asking->session, asking);
        g_clear_object(&asking->session);
        if (!gained && ++asking->tries < TRIES_MAX) {
                say_line(asking, _("That was not right. Try again."));
                begin_session(asking);
                return;
        }
        if (!gained)
                say_line(asking, _("The authentication failed."));
        finish(asking, false);
}

/* The helper inherits this thread's mask, and SIGTERM is how the library ends it, waiting for its
 * end. One that comes to jailctl at this moment ends jailctl, which it mostly does anyway. */
static void start_helper(Asking *asking)
{
        sigset_t ending, before;

        sigemptyset(&ending);
        sigaddset(&ending, SIGTERM);
        pthread_sigmask(SIG_UNBLOCK, &ending, &before);
        polkit_agent_session_initiate(asking->session);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void begin_session(Asking *asking)
{
        asking->session = polkit_agent_session_new(asking->user, asking->cookie);
        g_signal_connect(asking->session, "request", G_CALLBACK(on_request), asking);
        g_signal_connect(asking->session, "show-error", G_CALLBACK(on_remark), asking);
        g_signal_connect(asking->session, "show-info", G_CALLBACK(on_remark), asking);
        g_signal_connect(asking->session, "completed", G_CALLBACK(on_completed), asking);
        start_helper(asking);
}

/* ---- polkit's side ---- */

/* Whoever may authenticate as himself does; where only one may, it is he. */
static PolkitIdentity *obvious_user(GList *users)
{
        for (GList *at = users; at; at = at->next)
                if (POLKIT_IS_UNIX_USER(at->data) &&
                    polkit_unix_user_get_uid(POLKIT_UNIX_USER(at->data)) == (int) getuid())
                        return at->data;
        return users && !users->next ? users->data : NULL;
}

static Asking *asking_new(Agent *agent, const char *cookie, GList *users, GCancellable *at,
                          GTask *task)
{
        Asking *asking = g_new0(Asking, 1);

        asking->task = task;
        asking->terminal.fd = -1;
        asking->cookie = g_strdup(cookie);
        asking->users = g_list_copy_deep(users, (GCopyFunc) (void *) g_object_ref, NULL);
        asking->user = obvious_user(users);
        asking->at = g_object_ref(at);
        asking->end = g_cancellable_source_new(at);
        g_source_set_callback(asking->end, G_SOURCE_FUNC(on_taken_back), asking, NULL);
        g_source_attach(asking->end, g_main_context_get_thread_default());
        agent->asking = asking;
        return asking;
}

static void agent_initiate(PolkitAgentListener *listener, const char *action, const char *message,
                           const char *icon, PolkitDetails *details, const char *cookie,
                           GList *users, GCancellable *at, GAsyncReadyCallback callback,
                           gpointer userdata)
{
        Agent *agent = (Agent *) listener;
        GTask *task = g_task_new(listener, NULL, callback, userdata);
        Asking *asking;

        (void) action;
        (void) icon;
        (void) details;
        if (agent->asking) {
                g_task_return_new_error(task, POLKIT_ERROR, POLKIT_ERROR_FAILED, "one at a time");
                g_object_unref(task);
                return;
        }
        asking = asking_new(agent, cookie, users, at, task);
        if (!users || terminal_open(&asking->terminal) < 0 ||
            !terminal_is_free(&asking->terminal, 0)) {
                finish(asking, true);
                return;
        }
        say_line(asking, message);
        if (asking->user)
                begin_session(asking);
        else
                ask_user(asking);
}

static gboolean agent_initiate_finish(PolkitAgentListener *listener, GAsyncResult *result,
                                      GError **error)
{
        (void) listener;
        return g_task_propagate_boolean(G_TASK(result), error);
}

static void agent_init(Agent *agent)
{
        (void) agent;
}

static void agent_class_init(AgentClass *class)
{
        class->parent.initiate_authentication = agent_initiate;
        class->parent.initiate_authentication_finish = agent_initiate_finish;
}

/* ---- the thread ---- */

static void register_agent(PolkitAgentListener *listener, PolkitSubject *subject)
{
        _cleanup_free_ char *session = NULL;
        GVariantDict options;

        /* The desktop's own agent goes first where there can be one. Outside of a session polkitd
         * (122) never comes to a fallback. */
        g_variant_dict_init(&options, NULL);
        if (sd_pid_get_session(0, &session) >= 0)
                g_variant_dict_insert(&options, "fallback", "b", TRUE);
        registration = polkit_agent_listener_register_with_options(
                listener, POLKIT_AGENT_REGISTER_FLAGS_RUN_IN_THREAD, subject, NULL,
                g_variant_dict_end(&options), NULL, NULL);
}

void polkit_agent_register(void)
{
        _cleanup_close_ int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
        PolkitAgentListener *listener;
        PolkitSubject *subject;
        struct sigaction pipe;
        sigset_t all, before;

        if (registration || terminal < 0)
                return;
        listener = g_object_new(agent_get_type(), NULL);
        subject = polkit_unix_process_new_for_owner(getpid(), 0, (gint) getuid());
        /* The agent's thread takes no signal that is meant for jailctl. That GLib ignores SIGPIPE
         * from its first socket on would be inherited by what jailctl runs. */
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before);
        sigaction(SIGPIPE, NULL, &pipe);
        register_agent(listener, subject);
        sigaction(SIGPIPE, &pipe, NULL);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        g_object_unref(subject);
        g_object_unref(listener);
}

void polkit_agent_unregister(void)
{
        if (registration)
                polkit_agent_listener_unregister(registration);
        registration = NULL;
}
