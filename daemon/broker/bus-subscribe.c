/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who hears of what. The gate has seen to it that a jail by number is one that he may hear of. */
#include "broker/bus-manager.h"
#include "dbus/bus-names.h"

int bus_subscribe(GateCall *call, sd_bus_error *error)
{
        uint64_t jail;
        int r;

        r = sd_bus_message_read(call->message, "t", &jail);
        if (r < 0)
                return r;
        r = subscriptions_add(&call->client->subscriptions, jail);
        if (r == -E2BIG)
                return sd_bus_error_set(error, SJ_ERROR_LIMIT,
                                        "too many subscriptions; subscribe to jail 0 for all of "
                                        "yours");
        return r < 0 ? r : sd_bus_reply_method_return(call->message, NULL);
}

int bus_unsubscribe(GateCall *call, sd_bus_error *error)
{
        uint64_t jail;
        int r;

        r = sd_bus_message_read(call->message, "t", &jail);
        if (r < 0)
                return r;
        if (subscriptions_remove(&call->client->subscriptions, jail) < 0)
                return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_JAIL,
                                         "this connection is not subscribed to jail %llu",
                                         (unsigned long long) jail);
        return sd_bus_reply_method_return(call->message, NULL);
}
