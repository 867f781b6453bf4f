/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How values of the daemon read to a person, in the person's language. */
#include "wording.h"

#include <glib/gi18n.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "dbus/bus-names.h"
#include "dictionary.h"

typedef struct Word {
        const char *key;
        const char *text; /* msgid */
} Word;

static const char *word_of(const Word *words, const char *key, const char *fallback)
{
        for (; words->key; words++)
                if (g_strcmp0(words->key, key) == 0)
                        return _(words->text);
        return fallback;
}

static gboolean deceives(gunichar c)
{
        if (g_unichar_iscntrl(c))
                return TRUE;
        return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
               (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0x061c;
}

char *wording_escape(const char *text)
{
        g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
        GString *result = g_string_sized_new(strlen(valid));

        for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
                gunichar c = g_utf8_get_char(at);

                if (c == '\n')
                        g_string_append(result, "\\n");
                else if (c == '\t')
                        g_string_append(result, "\\t");
                else if (c < 0x100 && deceives(c))
                        g_string_append_printf(result, "\\x%02x", c);
                else if (deceives(c))
                        g_string_append_printf(result, "\\u%04x", c);
                else
                        g_string_append_unichar(result, c);
        }
        return g_string_free(result, FALSE);
}

char *wording_wait(gint64 seconds)
{
        seconds = MAX(seconds, 0);
        if (seconds < 3600)
                return g_strdup_printf("%02d:%02d", (int) (seconds / 60), (int) (seconds % 60));
        return g_strdup_printf("%" G_GINT64_FORMAT ":%02d:%02d", seconds / 3600,
                               (int) (seconds / 60 % 60), (int) (seconds % 60));
}

char *wording_nanoseconds(guint64 nanoseconds)
{
        if (!nanoseconds)
                return g_strdup("");
        if (nanoseconds < 1000000)
                return g_strdup_printf("%" G_GUINT64_FORMAT " µs", (nanoseconds + 999) / 1000);
        if (nanoseconds < 1000000000)
                return g_strdup_printf("%.1f ms", (double) nanoseconds / 1e6);
        return g_strdup_printf("%.1f s", (double) nanoseconds / 1e9);
}

char *wording_time(const char *rfc3339)
{
        g_autoptr(GDateTime) utc = rfc3339 ? g_date_time_new_from_iso8601(rfc3339, NULL) : NULL;
        g_autoptr(GDateTime) local = utc ? g_date_time_to_local(utc) : NULL;
        g_autofree char *clock = local ? g_date_time_format(local, "%H:%M:%S") : NULL;

        if (!clock)
                return g_strdup("");
        return g_strdup_printf("%s.%03d", clock, g_date_time_get_microsecond(local) / 1000);
}

double wording_seconds(const char *rfc3339, double fallback)
{
        g_autoptr(GDateTime) time = rfc3339 ? g_date_time_new_from_iso8601(rfc3339, NULL) : NULL;

        if (!time)
                return fallback;
        return (double) g_date_time_to_unix(time) + g_date_time_get_microsecond(time) / 1e6;
}

static char *action_words(const char *action, const Word *words)
{
        g_auto(GStrv) halves = g_strsplit(action ? action : "", "=", 2);
        const char *word;

        if (!halves[0])
                return g_strdup("");
        word = word_of(words, halves[0], halves[0]);
        if (!halves[1])
                return g_strdup(word);
        /* Translators: an action and its value, as in "Refuse: EACCES". */
        return g_strdup_printf(_("%s: %s"), word, halves[1]);
}

char *wording_action(const char *action)
{
        static const Word words[] = {
                {"allow", N_("Allow")},
                {"abort", N_("Refuse")},
                {"notify", N_("Ask me")},
                {"return", N_("Answer")},
                {"script", N_("Ask a script")},
                {"allow-forever", N_("Always allow")},
                {"abort-forever", N_("Always refuse")},
                {NULL, NULL},
        };

        return action_words(action, words);
}

char *wording_answer(const char *action)
{
        static const Word words[] = {
                {"allow", N_("allowed")},
                {"abort", N_("refused")},
                {"return", N_("made-up result")},
                {"interrupt", N_("interrupted")},
                {"gone", N_("ended")},
                {NULL, NULL},
        };

        return action_words(action, words);
}

const char *wording_by(const char *by)
{
        static const Word words[] = {
                {"rule", N_("a rule")},
                {"user", N_("a person")},
                {"timeout", N_("the time limit")},
                {"script", N_("a script")},
                {"injection", N_("put in by a person")},
                {"supervisor", N_("the guard")},
                {NULL, NULL},
        };

        return word_of(words, by, by ? by : "");
}

const char *wording_process_state(const char *state)
{
        static const Word words[] = {
                {"running", N_("running")},    {"stopped", N_("stopped")},
                {"held", N_("waits for you")}, {"blocked", N_("waits in the kernel")},
                {"zombie", N_("ended")},       {NULL, NULL},
        };

        return word_of(words, state, state ? state : "");
}

char *wording_jail_state(GVariant *jail)
{
        const char *state = dictionary_string(jail, "state", "running");
        gint64 status = dictionary_number(jail, "status", 0);
        gint64 number = dictionary_number(jail, "signal", 0);

        if (g_strcmp0(state, "starting") == 0)
                return g_strdup(_("starting"));
        if (g_strcmp0(state, "ended") != 0)
                return g_strdup(_("running"));
        if (!number && status > 128)
                number = status - 128;
        if (number)
                return g_strdup_printf(_("ended by signal %d"), (int) number);
        if (status)
                return g_strdup_printf(_("ended with status %d"), (int) status);
        return g_strdup(_("ended"));
}

const char *wording_group(const char *group)
{
        static const Word words[] = {
                {"@file-system", N_("files")},
                {"@file-open", N_("opening files")},
                {"@network", N_("network")},
                {"@network-io", N_("network")},
                {"@process", N_("processes")},
                {"@io-event", N_("waiting")},
                {"@basic-io", N_("reading and writing")},
                {"@memlock", N_("memory")},
                {"@memory", N_("memory")},
                {"@signal", N_("signals")},
                {"@sync", N_("saving to disk")},
                {"@timer", N_("timers")},
                {"@ipc", N_("between programs")},
                {"@default", N_("everyday calls")},
                {"@system-service", N_("services")},
                {"@resources", N_("limits")},
                {"@privileged", N_("privileges")},
                {"@clock", N_("clock")},
                {"@mount", N_("mounts")},
                {"@debug", N_("debugging")},
                {"@aio", N_("queued input and output")},
                {"@keyring", N_("keys")},
                {"@chown", N_("owners of files")},
                {"@setuid", N_("identity")},
                {"@module", N_("kernel modules")},
                {"@sandbox", N_("sandboxes")},
                {"@obsolete", N_("outdated calls")},
                {NULL, NULL},
        };

        if (!group || !*group)
                return _("other");
        return word_of(words, group, group);
}

char *wording_farewell(GVariant *decided)
{
        const char *action = dictionary_string(decided, "action", "gone");
        const char *by = dictionary_string(decided, "by", "");
        gint64 who = dictionary_number(decided, "who", -1);
        g_autofree char *answer = wording_answer(action);
        struct passwd *user;

        if (g_strcmp0(action, "gone") == 0)
                return g_strdup(_("Ended while you were deciding"));
        if (g_strcmp0(by, "timeout") == 0)
                return g_strdup_printf(_("Nobody answered in time: %s"), answer);
        user = who >= 0 && (uid_t) who != getuid() ? getpwuid((uid_t) who) : NULL;
        if (user)
                return g_strdup_printf(_("Answered by %s: %s"), user->pw_name, answer);
        if (g_strcmp0(by, "user") == 0)
                return g_strdup_printf(_("Answered in another window or terminal: %s"), answer);
        return g_strdup_printf(_("Answered by %s: %s"), wording_by(by), answer);
}

char *wording_error(const GError *error)
{
        g_autoptr(GError) copy = error ? g_error_copy(error) : NULL;

        if (!copy)
                return g_strdup(_("Something went wrong"));
        if (wording_error_is(copy, "NotAuthorized") ||
            g_error_matches(copy, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED))
                return g_strdup(_("You may not do this: the permission was refused"));
        if (g_error_matches(copy, G_IO_ERROR, G_IO_ERROR_CLOSED) ||
            g_error_matches(copy, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
                return g_strdup(_("The jail service is gone"));
        g_dbus_error_strip_remote_error(copy);
        return wording_escape(copy->message);
}

gboolean wording_error_is(const GError *error, const char *name)
{
        g_autofree char *remote = NULL;

        if (!error || !g_dbus_error_is_remote_error(error))
                return FALSE;
        remote = g_dbus_error_get_remote_error(error);
        return g_str_has_prefix(remote, SJ_ERROR_PREFIX) &&
               strcmp(remote + strlen(SJ_ERROR_PREFIX), name) == 0;
}
