/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lists over several jails. All supervisors are asked at the same time, and each has a bounded time
 * to answer: one that hangs delays nobody's list for longer, and is listed from what the broker
 * knows.
 */
#include <string.h>

#include "base/text.h"
#include "broker/bus-manager.h"
#include "broker/bus-signals.h"
#include "broker/limits.h"
#include "broker/supervisor-peer.h"
#include "dbus/bus-names.h"

typedef struct Gather Gather;

typedef struct GatherPart {
        Gather *gather;
        uint64_t number;        /* of the jail */
        sd_bus_message *answer; /* NULL when there is none worth showing */
} GatherPart;

typedef int (*GatherAppend)(sd_bus_message *reply, Broker *broker, GatherPart *part);

struct Gather {
        Broker *broker;
        UserAccount *account;    /* the call counts there */
        sd_bus_message *request; /* a reference */
        const char *member;      /* what the supervisors are asked */
        const char *signature;   /* what they must answer */
        GatherAppend append;     /* puts one part into the list */
        GatherPart *parts;       /* owned */
        size_t count, waiting;
};

static void gather_free(Gather *gather)
{
        gather->account->calls_in_flight--;
        for (size_t i = 0; i < gather->count; i++)
                sd_bus_message_unref(gather->parts[i].answer);
        sd_bus_message_unref(gather->request);
        free(gather->parts);
        free(gather);
}

static int reply_list(Gather *gather)
{
        sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_message_new_method_return(gather->request, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "a{sv}");
        for (size_t i = 0; r >= 0 && i < gather->count; i++)
                r = gather->append(reply, gather->broker, &gather->parts[i]);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r >= 0)
                r = sd_bus_send(sd_bus_message_get_bus(gather->request), reply, NULL);
        sd_bus_message_unref(reply);
        return r;
}

static void gather_check_done(Gather *gather)
{
        int r;

        if (gather->waiting > 0)
                return;
        r = reply_list(gather);
        if (r < 0)
                sd_bus_reply_method_errorf(gather->request, SJ_ERROR_FAILED,
                                           "the list could not be made: %s", strerror(-r));
        gather_free(gather);
}

/* The signature is checked, and every string in it: an answer that breaks off half way would spoil
 * the list for all. */
static bool is_sound(sd_bus_message *answer, const char *signature)
{
        return !sd_bus_message_is_method_error(answer, NULL) &&
               sd_bus_message_has_signature(answer, signature) &&
               sd_bus_message_skip(answer, signature) >= 0 && sd_bus_message_rewind(answer, 1) >= 0;
}

static int on_part(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error _unused_)
{
        GatherPart *part = userdata;
        Gather *gather = part->gather;

        if (is_sound(answer, gather->signature))
                part->answer = sd_bus_message_ref(answer);
        gather->waiting--;
        gather_check_done(gather);
        return 1;
}

static int ask_part(GatherPart *part, const Jail *jail, uid_t asker, bool with_number)
{
        sd_bus_message *message;
        int r;

        if (!jail->peer || jail->state != JAIL_RUNNING)
                return -ENOTCONN;
        r = supervisor_peer_method(jail->peer, part->gather->member, asker, &message);
        if (r < 0)
                return r;
        if (with_number)
                r = sd_bus_message_append(message, "t", jail->number);
        if (r >= 0)
                r = supervisor_peer_call(jail->peer, message, on_part, part, TIMEOUT_DESCRIBE);
        sd_bus_message_unref(message);
        return r;
}

static int gather_start(GateCall *call, const Gather *what, bool with_number)
{
        const JailTable *jails = &call->broker->jails;
        Gather *gather = malloc(sizeof(*gather));

        if (!gather)
                return -ENOMEM;
        *gather = *what;
        gather->broker = call->broker;
        gather->account = call->client->account;
        gather->account->calls_in_flight++;
        gather->request = sd_bus_message_ref(call->message);
        gather->parts = calloc(jails->count + 1, sizeof(GatherPart));
        if (!gather->parts) {
                gather_free(gather);
                return -ENOMEM;
        }
        for (size_t i = 0; i < jails->count; i++) {
                const Jail *jail = jails->jails[i];
                GatherPart *part = &gather->parts[gather->count];

                if (jail->uid != call->client->uid && !call->others)
                        continue;
                *part = (GatherPart){.gather = gather, .number = jail->number};
                gather->count++;
                if (ask_part(part, jail, call->client->uid, with_number) >= 0)
                        gather->waiting++;
        }
        gather_check_done(gather);
        return 0;
}

/* ---- ListJails ---- */

/* What the broker knows better than a process of the user's. */
static bool is_brokers_key(const char *key)
{
        return string_equal(key, "id") || string_equal(key, "uid") || string_equal(key, "mode");
}

static int copy_entry(sd_bus_message *reply, sd_bus_message *answer)
{
        const char *key;
        int r = sd_bus_message_read(answer, "s", &key);

        if (r < 0)
                return r;
        if (is_brokers_key(key))
                return sd_bus_message_skip(answer, "v");
        r = sd_bus_message_open_container(reply, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(reply, "s", key);
        if (r >= 0)
                r = sd_bus_message_copy(reply, answer, 0);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_described(sd_bus_message *reply, Broker *broker, const Jail *jail,
                            sd_bus_message *answer)
{
        int r;

        r = sd_bus_message_open_container(reply, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(reply, "{sv}{sv}{sv}", "id", "t", jail->number, "uid",
                                          "u", (uint32_t) jail->uid, "mode", "s",
                                          broker_mode(broker));
        if (r >= 0)
                r = sd_bus_message_enter_container(answer, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(answer, 'e', "sv")) > 0) {
                r = copy_entry(reply, answer);
                if (r >= 0)
                        r = sd_bus_message_exit_container(answer);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int append_jail(sd_bus_message *reply, Broker *broker, GatherPart *part)
{
        const Jail *jail = jail_table_get(&broker->jails, part->number);

        if (!jail)
                return 0;
        if (part->answer && jail->state != JAIL_ENDED)
                return append_described(reply, broker, jail, part->answer);
        return bus_append_jail(reply, broker, jail);
}

int bus_list_jails(GateCall *call, sd_bus_error *error _unused_)
{
        static const Gather what = {
                .member = "Describe", .signature = "a{sv}", .append = append_jail};

        return gather_start(call, &what, false);
}

/* ---- ListPending ---- */

static int append_calls(sd_bus_message *reply, Broker *broker _unused_, GatherPart *part)
{
        int r;

        if (!part->answer)
                return 0;
        r = sd_bus_message_enter_container(part->answer, 'a', "a{sv}");
        return r < 0 ? r : sd_bus_message_copy(reply, part->answer, 1);
}

int bus_list_pending(GateCall *call, sd_bus_error *error)
{
        static const Gather what = {
                .member = "ListPending", .signature = "aa{sv}", .append = append_calls};

        return call->jail ? bus_forward(call, error) : gather_start(call, &what, true);
}
