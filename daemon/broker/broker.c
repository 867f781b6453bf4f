/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/broker.h"

#include "broker/authorization.h"
#include "broker/supervisor-peer.h"
#include "broker/user-listener.h"

const char *broker_mode(const Broker *broker)
{
        return broker->is_system ? "system" : "user";
}

void broker_check_idle(Broker *broker)
{
        if (broker->listener)
                user_listener_check_idle(broker->listener);
}

uint64_t broker_now(Broker *broker)
{
        uint64_t now = 0;

        sd_event_now(broker->event, CLOCK_MONOTONIC, &now);
        return now;
}

void broker_release(Broker *broker)
{
        user_listener_free(broker->listener);
        broker->listener = NULL;
        while (broker->clients)
                bus_client_free(broker->clients);
        for (size_t i = 0; i < broker->jails.count; i++)
                supervisor_peer_free(broker->jails.jails[i]->peer);
        jail_table_release(&broker->jails);
        user_accounts_release(&broker->accounts);
        authorization_free(broker->authorization);
        sd_bus_flush_close_unref(broker->system_bus);
        sd_event_unref(broker->event);
        free(broker->supervisor_program);
}
