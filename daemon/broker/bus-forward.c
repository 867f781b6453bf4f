/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A method that is the supervisor's to answer: over the link and back, not looked into. */
#include <string.h>

#include "broker/bus-errors.h"
#include "broker/bus-manager.h"
#include "broker/limits.h"
#include "broker/supervisor-peer.h"
#include "dbus/bus-names.h"

typedef struct Forward {
        UserAccount *account;    /* the call counts there */
        sd_bus_message *request; /* a reference */
        const GateEntry *entry;
} Forward;

static void forward_free(Forward *forward)
{
        forward->account->calls_in_flight--;
        sd_bus_message_unref(forward->request);
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

int bus_forward(GateCall *call, sd_bus_error *error)
{
        SupervisorPeer *peer = call->jail->peer;
        sd_bus_message *message = NULL;
        Forward *forward;
        int r;

        if (!peer)
                return sd_bus_error_set(error, SJ_ERROR_NO_SUCH_JAIL, "the jail is just ending");
        forward = malloc(sizeof(*forward));
        if (!forward)
                return -ENOMEM;
        *forward = (Forward){.account = call->client->account,
                             .request = sd_bus_message_ref(call->message),
                             .entry = call->entry};
        forward->account->calls_in_flight++;
        r = supervisor_peer_method(peer, call->entry->member, call->client->uid, &message);
        if (r >= 0)
                r = sd_bus_message_copy(message, call->message, 1);
        if (r >= 0)
                r = supervisor_peer_call(peer, message, on_answer, forward, TIMEOUT_FORWARDED);
        sd_bus_message_unref(message);
        if (r < 0)
                forward_free(forward);
        return r;
}
