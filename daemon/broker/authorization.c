/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/authorization.h"

#include <polkit/polkit.h>
#include <pwd.h>

#include "base/text.h"
#include "broker/limits.h"
#include "syscalls/decode.h"

#define DETAIL_BYTES 160 /* of one text; a dialog is no place for more */

/* As many floods of answers at once as are spared the question. */
#define KNOWN_MAX 16

/* What was let pass. */
typedef struct Known {
        char *key;      /* owned; NULL for none */
        uint64_t until; /* microseconds of GLib's monotonic clock */
} Known;

struct Authorization {
        PolkitAuthority *authority; /* NULL until polkit was reached */
        Known known[KNOWN_MAX];
        unsigned next;             /* place in it */
        GCancellable *cancellable; /* ends what still waits */
};

/* One question on its way: first, once, to where polkit is, then to polkit. */
typedef struct Pending {
        Authorization *authorization;
        AuthorizationAnswer answer;
        void *userdata;
        PolkitSubject *subject;
        PolkitDetails *details;
        char *action;
        char *key;        /* to be known by; NULL */
        bool interactive; /* a person may be asked, if that is what it takes */
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

static void forget(Authorization *authorization)
{
        for (unsigned i = 0; i < KNOWN_MAX; i++)
                g_clear_pointer(&authorization->known[i].key, g_free);
}

void authorization_free(Authorization *authorization)
{
        if (!authorization)
                return;
        g_cancellable_cancel(authorization->cancellable);
        g_clear_object(&authorization->cancellable);
        if (authorization->authority)
                g_signal_handlers_disconnect_by_data(authorization->authority, authorization);
        forget(authorization);
        g_clear_object(&authorization->authority);
        free(authorization);
}

static void give(Pending *pending, int verdict, const char *why)
{
        pending->answer(verdict, why, pending->userdata);
        g_clear_object(&pending->subject);
        g_clear_object(&pending->details);
        g_free(pending->action);
        g_free(pending->key);
        free(pending);
}

/* ---- what is known ---- */

/* Owner, program and rules follow from the jail. NULL for what is about none, or makes one. */
static char *make_key(const AuthorizationQuestion *question)
{
        if (!question->jail || question->process)
                return NULL;
        return g_strdup_printf("%s %s %s %llu", question->subject, question->action,
                               question->member, (unsigned long long) question->jail);
}

bool authorization_is_known(const Authorization *authorization,
                            const AuthorizationQuestion *question)
{
        g_autofree char *key = make_key(question);
        uint64_t now = (uint64_t) g_get_monotonic_time();

        for (unsigned i = 0; key && i < KNOWN_MAX; i++)
                if (string_equal(authorization->known[i].key, key))
                        return now < authorization->known[i].until;
        return false;
}

static Known *place_of(Authorization *authorization, const char *key)
{
        for (unsigned i = 0; i < KNOWN_MAX; i++)
                if (string_equal(authorization->known[i].key, key))
                        return &authorization->known[i];
        return &authorization->known[authorization->next++ % KNOWN_MAX];
}

/* A yes that somebody had to authenticate for is polkit's to remember, or not. */
static void remember(Pending *pending, PolkitAuthorizationResult *checked)
{
        Known *known;

        if (!pending->key || pending->flags != POLKIT_CHECK_AUTHORIZATION_FLAGS_NONE ||
            polkit_authorization_result_get_temporary_authorization_id(checked))
                return;
        known = place_of(pending->authorization, pending->key);
        g_free(known->key);
        *known = (Known){.key = g_steal_pointer(&pending->key),
                         .until = (uint64_t) g_get_monotonic_time() + TIMEOUT_AUTHORIZED};
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

static void check(Pending *pending);

/* Nobody is bothered before it is known that somebody must be. */
static bool asks_the_person(Pending *pending, PolkitAuthorizationResult *checked)
{
        if (!pending->interactive || !polkit_authorization_result_get_is_challenge(checked) ||
            pending->flags != POLKIT_CHECK_AUTHORIZATION_FLAGS_NONE)
                return false;
        pending->flags = POLKIT_CHECK_AUTHORIZATION_FLAGS_ALLOW_USER_INTERACTION;
        check(pending);
        return true;
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
        } else if (polkit_authorization_result_get_is_authorized(checked)) {
                remember(userdata, checked);
                give(userdata, 0, NULL);
        } else if (asks_the_person(userdata, checked))
                return;
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

/* It tells when its rules, sessions or temporary authorizations have changed. */
static void take_authority(Authorization *authorization, PolkitAuthority *authority)
{
        if (authorization->authority)
                g_signal_handlers_disconnect_by_data(authorization->authority, authorization);
        g_clear_object(&authorization->authority);
        authorization->authority = authority;
        g_signal_connect_swapped(authority, "changed", G_CALLBACK(forget), authorization);
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
        take_authority(pending->authorization, authority);
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
                .key = make_key(question),
                .interactive = question->interactive,
                .flags = POLKIT_CHECK_AUTHORIZATION_FLAGS_NONE,
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
