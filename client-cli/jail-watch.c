/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client that stays: signals of the daemon, and the loop around the prompt. */
#include "client-cli/jail-watch.h"

#include <string.h>

#include "base/text.h"

/* How often a terminal that somebody else uses is looked at again. */
#define LOOK_AGAIN_USEC (500u * 1000)

/* A system service that is away for so long was not restarted but stopped. */
#define ABSENCE_USEC (5u * 1000 * 1000)

static bool concerns(const JailWatch *watch, uint64_t jail)
{
        return watch->all || watch->jail == 0 || watch->jail == jail;
}

static void take_call(JailWatch *watch, const cJSON *call)
{
        watch->held++;
        if (watch->ask)
                ask_terminal_add(watch->ask, call);
        if (watch->on_call)
                watch->on_call(watch, call);
}

static int on_pending(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        JailWatch *watch = userdata;
        _cleanup_json_ cJSON *call = NULL;
        uint64_t id;

        (void) error;
        if (sd_bus_message_read(message, "t", &id) < 0 || json_from_bus(message, &call) < 0)
                return 0;
        if (!concerns(watch, SJ_PENDING_JAIL(id)))
                return 0;
        if (!json_has(call, "id"))
                cJSON_AddNumberToObject(call, "id", (double) id);
        take_call(watch, call);
        return 0;
}

static int on_decided(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        JailWatch *watch = userdata;
        _cleanup_json_ cJSON *info = NULL;
        uint64_t id;

        (void) error;
        if (sd_bus_message_read(message, "t", &id) < 0 || json_from_bus(message, &info) < 0)
                return 0;
        if (!concerns(watch, SJ_PENDING_JAIL(id)))
                return 0;
        watch->held -= watch->held > 0;
        if (watch->ask)
                ask_terminal_remove(watch->ask, id, info);
        return 0;
}

static void finish(JailWatch *watch, uint64_t jail, const char *reason)
{
        if (watch->ask)
                ask_terminal_remove_jail(watch->ask, jail);
        if (watch->all || watch->jail != jail)
                return;
        watch->finished = true;
        snprintf(watch->reason, sizeof(watch->reason), "%s", reason);
}

static int on_finished(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        JailWatch *watch = userdata;
        _cleanup_json_ cJSON *info = NULL;
        uint64_t jail;

        (void) error;
        if (sd_bus_message_read(message, "t", &jail) < 0 || json_from_bus(message, &info) < 0)
                return 0;
        finish(watch, jail, json_string(info, "reason"));
        return 0;
}

static int on_disconnect(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        JailWatch *watch = userdata;

        (void) message;
        (void) error;
        watch->lost = true;
        if (watch->ask)
                ask_terminal_leave(watch->ask);
        return 0;
}

static int subscribe(JailWatch *watch)
{
        return session_ask(watch->session, "subscribe", "Subscribe", NULL, "t", UINT64_C(0));
}

static int on_absence(sd_event_source *source, uint64_t usec, void *userdata)
{
        JailWatch *watch = userdata;

        (void) source;
        (void) usec;
        watch->lost = true;
        return 0;
}

/* The system service is restarted: the jails live on. The new one does not know us yet, and what
 * happened before it came it has told nobody. */
static int on_owner(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        JailWatch *watch = userdata;
        const char *name, *before, *after;

        (void) error;
        if (sd_bus_message_read(message, "sss", &name, &before, &after) < 0)
                return 0;
        watch->absence = sd_event_source_disable_unref(watch->absence);
        watch->lost = false;
        if (!*after)
                return sd_event_add_time_relative(watch->event, &watch->absence, CLOCK_MONOTONIC,
                                                  ABSENCE_USEC, 0, on_absence, watch);
        if (subscribe(watch) >= 0)
                jail_watch_refresh(watch);
        return 0;
}

static int add_matches(JailWatch *watch)
{
        JailClient *client = watch->session->client;
        sd_bus *bus = jail_client_bus(client);
        int r = jail_client_match(client, "SyscallPending", on_pending, watch);

        if (r >= 0)
                r = jail_client_match(client, "SyscallDecided", on_decided, watch);
        if (r >= 0)
                r = jail_client_match(client, "JailFinished", on_finished, watch);
        if (r >= 0)
                r = sd_bus_match_signal_async(bus, NULL, "org.freedesktop.DBus.Local", NULL,
                                              "org.freedesktop.DBus.Local", "Disconnected",
                                              on_disconnect, NULL, watch);
        if (r >= 0 && string_equal(jail_client_mode(client), "system"))
                r = sd_bus_add_match(bus, NULL,
                                     "type='signal',sender='org.freedesktop.DBus',"
                                     "member='NameOwnerChanged',arg0='" SJ_BUS_NAME "'",
                                     on_owner, watch);
        return r;
}

int jail_watch_start(JailWatch *watch, Session *session)
{
        int r;

        watch->session = session;
        r = session_open(session);
        if (r < 0)
                return r;
        r = sd_event_new(&watch->event);
        if (r >= 0)
                r = sd_bus_attach_event(jail_client_bus(session->client), watch->event,
                                        SD_EVENT_PRIORITY_NORMAL);
        if (r >= 0)
                r = add_matches(watch);
        if (r < 0)
                return report_bus_error(session, "subscribe", r, NULL);
        return subscribe(watch);
}

void jail_watch_release(JailWatch *watch)
{
        if (watch->ask)
                watch->ask = ask_terminal_free(watch->ask);
        watch->absence = sd_event_source_disable_unref(watch->absence);
        if (watch->event && watch->session->client)
                sd_bus_detach_event(jail_client_bus(watch->session->client));
        watch->event = sd_event_unref(watch->event);
}

static const cJSON *find_jail(const cJSON *jails, uint64_t number)
{
        const cJSON *jail;

        cJSON_ArrayForEach(jail, jails) if (json_unsigned(jail, "id") == number) return jail;
        return NULL;
}

/* A jail that its daemon does not know has ended, and was forgotten for newer ones. */
static int look_for_end(JailWatch *watch)
{
        _cleanup_json_ cJSON *jails = NULL;
        const cJSON *jail;
        int r = session_ask_value(watch->session, "jails", "ListJails", &jails, "a{sv}", 0);

        if (r < 0)
                return r;
        jail = find_jail(jails, watch->jail);
        if (!jail || string_equal(json_string(jail, "state"), "ended"))
                finish(watch, watch->jail, json_string(jail, "reason"));
        return 0;
}

int jail_watch_refresh(JailWatch *watch)
{
        _cleanup_json_ cJSON *calls = NULL;
        const cJSON *one;
        int r = watch->jail && !watch->all ? look_for_end(watch) : 0;

        if (r < 0 || watch->finished)
                return r;
        r = session_ask_value(watch->session, "pending", "ListPending", &calls, "t", watch->jail);
        if (r < 0)
                return r;
        watch->held = 0;
        cJSON_ArrayForEach(one, calls) take_call(watch, one);
        if (watch->ask)
                ask_terminal_keep_only(watch->ask, calls);
        return 0;
}

int jail_watch_turn(JailWatch *watch)
{
        bool waiting;

        if (watch->ask && ask_terminal_is_ready(watch->ask))
                return ask_terminal_ask(watch->ask);
        waiting = watch->ask && ask_terminal_is_waiting(watch->ask);
        return sd_event_run(watch->event, waiting ? LOOK_AGAIN_USEC : UINT64_MAX);
}
