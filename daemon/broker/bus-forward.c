/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A method that is the supervisor's to answer: over the link and back, not looked into. */
#include <string.h>

#include "broker/bus-errors.h"
#include "broker/bus-manager.h"
#include "broker/launcher-process.h"
#include "broker/limits.h"
#include "broker/supervisor-peer.h"
#include "dbus/bus-names.h"
#include "rules/script-names.h"

typedef struct Forward {
        Broker *broker;
        uint64_t number; /* of the jail */
        uid_t asker;
        UserAccount *account;    /* the call counts there */
        sd_bus_message *request; /* a reference */
        const GateEntry *entry;
        char **scripts; /* that it names, for which a launcher comes first; owned */
} Forward;

static void forward_free(Forward *forward)
{
        forward->account->calls_in_flight--;
        sd_bus_message_unref(forward->request);
        script_names_free(forward->scripts);
        free(forward);
}

static int reply_copy(Forward *forward, sd_bus_message *answer)
{
        sd_bus_message *reply = NULL;
        int r;

        if (!sd_bus_message_has_signature(answer, forward->entry->out))
                return -EBADMSG;
        r = sd_bus_message_new_method_return(forward->request, &reply);
        if (r >= 0)
                r = sd_bus_message_copy(reply, answer, 1);
        if (r >= 0)
                r = sd_bus_send(sd_bus_message_get_bus(forward->request), reply, NULL);
        sd_bus_message_unref(reply);
        return r;
}

static int on_answer(sd_bus_message *answer, void *userdata, sd_bus_error *ret_error _unused_)
{
        Forward *forward = userdata;

        if (sd_bus_message_is_method_error(answer, NULL))
                bus_reply_with_error_of(forward->request, sd_bus_message_get_error(answer));
        else if (reply_copy(forward, answer) < 0)
                sd_bus_reply_method_errorf(forward->request, SJ_ERROR_FAILED,
                                           "the jail's supervisor gave an answer that cannot be "
                                           "passed on");
        forward_free(forward);
        return 1;
}

/* Counts, and keeps what it needs. */
static Forward *forward_new(const GateCall *call)
{
        Forward *forward = malloc(sizeof(*forward));

        if (!forward)
                return NULL;
        *forward = (Forward){.broker = call->broker,
                             .number = call->number,
                             .asker = call->client->uid,
                             .account = call->client->account,
                             .request = sd_bus_message_ref(call->message),
                             .entry = call->entry};
        forward->account->calls_in_flight++;
        return forward;
}

static int forward_send(Forward *forward, SupervisorPeer *peer)
{
        sd_bus_message *message = NULL;
        int r = supervisor_peer_method(peer, forward->entry->member, forward->asker, &message);

        if (r >= 0)
                r = sd_bus_message_rewind(forward->request, 1);
        if (r >= 0)
                r = sd_bus_message_copy(message, forward->request, 1);
        if (r >= 0)
                r = supervisor_peer_call(peer, message, on_answer, forward, TIMEOUT_FORWARDED);
        sd_bus_message_unref(message);
        return r;
}

static int refuse_ending(sd_bus_error *error)
{
        return sd_bus_error_set(error, SJ_ERROR_NO_SUCH_JAIL, "the jail is just ending");
}

int bus_forward(GateCall *call, sd_bus_error *error)
{
        SupervisorPeer *peer = call->jail->peer;
        Forward *forward;
        int r;

        if (!peer)
                return refuse_ending(error);
        forward = forward_new(call);
        if (!forward)
                return -ENOMEM;
        r = forward_send(forward, peer);
        if (r < 0)
                forward_free(forward);
        return r;
}

/* ---- with a launcher first ---- */

static SupervisorPeer *forward_peer(const Forward *forward)
{
        const Jail *jail = jail_table_get(&forward->broker->jails, forward->number);

        return jail ? jail->peer : NULL;
}

/* The caller is told, later than his call returned. */
static void forward_fail(Forward *forward, int r, const Problem *problem)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;

        if (problem && problem->error)
                bus_error_of_problem(&error, problem);
        else if (r == -ENOTCONN)
                refuse_ending(&error);
        else
                sd_bus_error_set_errno(&error, r);
        bus_reply_with_error_of(forward->request, &error);
        sd_bus_error_free(&error);
        forward_free(forward);
}

static int on_launcher_added(sd_bus_message *answer, void *userdata,
                             sd_bus_error *ret_error _unused_)
{
        Forward *forward = userdata;
        SupervisorPeer *peer = forward_peer(forward);
        int r;

        if (sd_bus_message_is_method_error(answer, NULL)) {
                bus_reply_with_error_of(forward->request, sd_bus_message_get_error(answer));
                forward_free(forward);
                return 1;
        }
        r = peer ? forward_send(forward, peer) : -ENOTCONN;
        if (r < 0)
                forward_fail(forward, r, NULL);
        return 1;
}

static int add_launcher(Forward *forward, SupervisorPeer *peer, int launcher)
{
        sd_bus_message *message = NULL;
        int r = supervisor_peer_method(peer, "AddLauncher", forward->asker, &message);

        if (r >= 0)
                r = sd_bus_message_append_strv(message, forward->scripts);
        if (r >= 0)
                r = sd_bus_message_append(message, "h", launcher);
        if (r >= 0)
                r = supervisor_peer_call(peer, message, on_launcher_added, forward,
                                         TIMEOUT_FORWARDED);
        sd_bus_message_unref(message);
        return r;
}

static void on_launcher(int launcher, const Problem *failure, void *userdata)
{
        _cleanup_close_ int owned = launcher;
        Forward *forward = userdata;
        SupervisorPeer *peer = forward_peer(forward);
        int r = failure ? failure->error : -ENOTCONN;

        if (!failure && peer)
                r = add_launcher(forward, peer, owned);
        if (r < 0)
                forward_fail(forward, r, failure);
}

static int start_launcher(Forward *forward, uid_t owner, Problem *problem)
{
        _cleanup_(identity_release) Identity identity = {0};
        Broker *broker = forward->broker;
        int r = broker->is_system ? identity_of_user(owner, &identity) : 0;

        if (r < 0)
                return r;
        return launcher_start(broker, broker->is_system ? &identity : NULL, forward->scripts,
                              on_launcher, forward, problem);
}

int bus_forward_with_scripts(GateCall *call, char **scripts, sd_bus_error *error)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        Forward *forward = call->jail->peer ? forward_new(call) : NULL;
        int r;

        if (!forward) {
                script_names_free(scripts);
                return call->jail->peer ? -ENOMEM : refuse_ending(error);
        }
        forward->scripts = scripts;
        r = start_launcher(forward, call->jail->uid, &problem);
        if (r >= 0)
                return r;
        forward_free(forward);
        return problem.error ? bus_error_of_problem(error, &problem) : r;
}
