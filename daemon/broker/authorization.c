/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/authorization.h"

#include <polkit/polkit.h>
#include <pwd.h>

#include "base/text.h"
#include "syscalls/decode.h"

#define DETAIL_BYTES 160 /* of one text; a dialog is no place for more */

struct Authorization {
        PolkitAuthority *authority; /* NULL until polkit was reached */
        GCancellable *cancellable;  /* ends what still waits */
};

/* One question on its way: first, once, to where polkit is, then to polkit. */
typedef struct Pending {
        Authorization *authorization;
        AuthorizationAnswer answer;
        void *userdata;
        PolkitSubject *subject;
        PolkitDetails *details;
        char *action;
        PolkitCheckAuthorizationFlags flags;
} Pending;

int authorization_new(Authorization **ret)
{
        Authorization *authorization = calloc(1, sizeof(*authorization));

        if (!authorization)
                return -ENOMEM;
        authorization->cancellable = g_cancellable_new();
        *ret = authorization;
        return 0;
}

void authorization_free(Authorization *authorization)
{
        if (!authorization)
                return;
        g_cancellable_cancel(authorization->cancellable);
        g_clear_object(&authorization->cancellable);
        g_clear_object(&authorization->authority);
        free(authorization);
}

static void give(Pending *pending, int verdict, const char *why)
{
        pending->answer(verdict, why, pending->userdata);
        g_clear_object(&pending->subject);
        g_clear_object(&pending->details);
        g_free(pending->action);
        free(pending);
}

/* ---- what the dialog can show ---- */

static void add_text(PolkitDetails *details, const char *name, const char *value)
{
        _cleanup_text_ Text text = TEXT_INIT;
        size_t length = strlen(value);
        bool cut = length > DETAIL_BYTES;

        text_append_escaped(&text, value, cut ? DETAIL_BYTES : length);
        if (cut)
                text_append(&text, "…");
        polkit_details_insert(details, name, text_get(&text));
}

static void add_number(PolkitDetails *details, const char *name, uint64_t number)
{
        char text[32];

        snprintf(text, sizeof(text), "%llu", (unsigned long long) number);
        polkit_details_insert(details, name, text);
}

static void add_owner(PolkitDetails *details, uid_t uid)
{
        const struct passwd *user = getpwuid(uid);

        if (user)
                add_text(details, "user", user->pw_name);
        else
                add_number(details, "user", uid);
}

/* $(method), and as far as they are known $(program), $(user), $(rules), $(jail), $(process). The
 * policy's messages name those that their actions always have. */
static PolkitDetails *make_details(const AuthorizationQuestion *question)
{
        PolkitDetails *details = polkit_details_new();

        polkit_details_insert(details, "method", question->member);
        if (question->jail)
                add_number(details, "jail", question->jail);
        if (question->owner != (uid_t) -1)
                add_owner(details, question->owner);
        if (question->process)
                add_number(details, "process", (uint64_t) question->process);
        if (question->program)
                add_text(details, "program", question->program);
        if (question->rules)
                add_text(details, "rules", question->rules);
        return details;
}

/* ---- asking ---- */

static void on_checked(GObject *source, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        g_autoptr(PolkitAuthorizationResult) checked = NULL;

        checked = polkit_authority_check_authorization_finish(POLKIT_AUTHORITY(source), result,
                                                              &error);
        if (!checked) {
                g_autofree char *why = g_strdup_printf("polkit did not answer: %s", error->message);

                give(userdata, -EPERM, why);
        } else if (polkit_authorization_result_get_is_authorized(checked))
                give(userdata, 0, NULL);
        else if (polkit_authorization_result_get_dismissed(checked))
                give(userdata, -EPERM, "the authentication was dismissed");
        else if (polkit_authorization_result_get_is_challenge(checked))
                give(userdata, -EPERM,
                     "this needs an authentication, and nobody is there to ask for it; run "
                     "jailctl at a terminal, or register a polkit agent, or be root");
        else
                give(userdata, -EPERM,
                     "polkit says no: the authentication failed, or the administrator's rules "
                     "refuse it");
}

static void check(Pending *pending)
{
        polkit_authority_check_authorization(pending->authorization->authority, pending->subject,
                                             pending->action, pending->details, pending->flags,
                                             pending->authorization->cancellable, on_checked,
                                             pending);
}

static void on_reached(GObject *source _unused_, GAsyncResult *result, gpointer userdata)
{
        g_autoptr(GError) error = NULL;
        PolkitAuthority *authority = polkit_authority_get_finish(result, &error);
        Pending *pending = userdata;

        if (!authority) {
                g_autofree char *why = g_strdup_printf("polkit cannot be asked, so nobody may: %s",
                                                       error->message);

                give(pending, -EPERM, why);
                return;
        }
        g_clear_object(&pending->authorization->authority);
        pending->authorization->authority = authority;
        check(pending);
}

int authorization_ask(Authorization *authorization, const AuthorizationQuestion *question,
                      AuthorizationAnswer answer, void *userdata)
{
        Pending *pending = malloc(sizeof(*pending));

        if (!pending)
                return -ENOMEM;
        *pending = (Pending){
                .authorization = authorization,
                .answer = answer,
                .userdata = userdata,
                .subject = polkit_system_bus_name_new(question->subject),
                .details = make_details(question),
                .action = g_strconcat(AUTHORIZATION_PREFIX, question->action, NULL),
                .flags = question->interactive
                                 ? POLKIT_CHECK_AUTHORIZATION_FLAGS_ALLOW_USER_INTERACTION
                                 : POLKIT_CHECK_AUTHORIZATION_FLAGS_NONE,
        };
        if (authorization->authority)
                check(pending);
        else
                polkit_authority_get_async(authorization->cancellable, on_reached, pending);
        return 0;
}

/* ---- our loop inside polkit's (sd_event_get_fd(3)) ---- */

typedef struct EventSource {
        GSource source;
        GPollFD descriptor;
        sd_event *event;
} EventSource;

static gboolean event_prepare(GSource *source, gint *timeout)
{
        *timeout = -1;
        return sd_event_prepare(((EventSource *) source)->event) > 0;
}

static gboolean event_check(GSource *source)
{
        return sd_event_wait(((EventSource *) source)->event, 0) > 0;
}

static gboolean event_dispatch(GSource *source, GSourceFunc callback, gpointer userdata)
{
        (void) callback;
        (void) userdata;
        return sd_event_dispatch(((EventSource *) source)->event) > 0 ? G_SOURCE_CONTINUE
                                                                      : G_SOURCE_REMOVE;
}

static GSourceFuncs event_functions = {
        .prepare = event_prepare,
        .check = event_check,
        .dispatch = event_dispatch,
};

int authorization_run_loop(Authorization *authorization, sd_event *event)
{
        EventSource *source;
        int code = 0;

        (void) authorization;
        source = (EventSource *) g_source_new(&event_functions, sizeof(*source));
        source->event = event;
        source->descriptor = (GPollFD){.fd = sd_event_get_fd(event), .events = G_IO_IN | G_IO_HUP};
        g_source_add_poll(&source->source, &source->descriptor);
        g_source_attach(&source->source, NULL);
        while (sd_event_get_state(event) != SD_EVENT_FINISHED)
                g_main_context_iteration(NULL, TRUE);
        g_source_destroy(&source->source);
        g_source_unref(&source->source);
        sd_event_get_exit_code(event, &code);
        return code;
}
