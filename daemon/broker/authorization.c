/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/authorization.h"

#include <polkit/polkit.h>

struct Authorization {
        PolkitAuthority *authority; /* NULL until polkit was reached */
        GCancellable *cancellable;  /* ends what still waits */
};

typedef struct Pending {
        AuthorizationAnswer answer;
        void *userdata;
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
        free(pending);
}

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
        else if (polkit_authorization_result_get_is_challenge(checked))
                give(userdata, -EPERM,
                     "this needs an authentication, and nobody is there to ask for it "
                     "(register a polkit agent, or be root)");
        else
                give(userdata, -EPERM, "polkit says no");
}

/* What the dialog can show: $(method), $(jail), $(program), $(owner), $(rules). */
static PolkitDetails *make_details(const AuthorizationQuestion *question)
{
        PolkitDetails *details = polkit_details_new();
        char number[32];

        polkit_details_insert(details, "method", question->member);
        if (!question->jail)
                return details;
        snprintf(number, sizeof(number), "%llu", (unsigned long long) question->jail->number);
        polkit_details_insert(details, "jail", number);
        snprintf(number, sizeof(number), "%u", question->jail->uid);
        polkit_details_insert(details, "owner", number);
        if (question->jail->program)
                polkit_details_insert(details, "program", question->jail->program);
        if (question->jail->rules_name)
                polkit_details_insert(details, "rules", question->jail->rules_name);
        return details;
}

/* The bus name of an authority is watched by the library; to get it is one call, done once. */
static int reach(Authorization *authorization)
{
        g_autoptr(GError) error = NULL;

        if (authorization->authority)
                return 0;
        authorization->authority = polkit_authority_get_sync(NULL, &error);
        return authorization->authority ? 0 : -ENOTCONN;
}

int authorization_ask(Authorization *authorization, const AuthorizationQuestion *question,
                      AuthorizationAnswer answer, void *userdata)
{
        g_autoptr(PolkitSubject) subject = NULL;
        g_autoptr(PolkitDetails) details = NULL;
        g_autofree char *action = NULL;
        Pending *pending;
        int r = reach(authorization);

        if (r < 0)
                return r;
        pending = malloc(sizeof(*pending));
        if (!pending)
                return -ENOMEM;
        *pending = (Pending){.answer = answer, .userdata = userdata};
        subject = polkit_system_bus_name_new(question->subject);
        details = make_details(question);
        action = g_strconcat(AUTHORIZATION_PREFIX, question->action, NULL);
        polkit_authority_check_authorization(
                authorization->authority, subject, action, details,
                question->interactive ? POLKIT_CHECK_AUTHORIZATION_FLAGS_ALLOW_USER_INTERACTION
                                      : POLKIT_CHECK_AUTHORIZATION_FLAGS_NONE,
                authorization->cancellable, on_checked, pending);
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
