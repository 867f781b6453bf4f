/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/peer-statistics.h"

#include "supervisor/broker-peer.h"
#include "supervisor/peer-messages.h"

static int add_counts(sd_bus_message *reply, const StatisticsCounts *counts)
{
        int r = message_add_long(reply, "calls", counts->calls);

        if (r >= 0)
                r = message_add_long(reply, "errors", counts->errors);
        if (r >= 0)
                r = message_add_long(reply, "refused", counts->refused);
        if (r >= 0)
                r = message_add_long(reply, "held-ns", counts->held_ns);
        return r < 0 ? r : message_add_long(reply, "ran-ns", counts->ran_ns);
}

static int add_call_name(sd_bus_message *reply, const StatisticsRow *row)
{
        const SyscallEntry *entry = syscall_by_number(row->key);
        char name[24];

        snprintf(name, sizeof(name), "syscall_%d", row->key);
        if (row->key == STATISTICS_OTHERS)
                return message_add_string(reply, "syscall", "others");
        return message_add_string(reply, "syscall", entry ? entry->name : name);
}

static int add_process_name(sd_bus_message *reply, const StatisticsRow *row)
{
        int r = message_add_signed(reply, "pid", row->key);

        return r < 0 || !*row->comm ? r : message_add_string(reply, "comm", row->comm);
}

typedef int (*AddKey)(sd_bus_message *reply, const StatisticsRow *row);

static int add_rows(sd_bus_message *reply, const char *key, AddKey add_key,
                    const StatisticsRow *rows, size_t count)
{
        int r = sd_bus_message_open_container(reply, 'e', "sv");

        if (r >= 0)
                r = sd_bus_message_append(reply, "s", key);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'v', "aa{sv}");
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "a{sv}");
        for (size_t i = 0; r >= 0 && i < count; i++) {
                r = sd_bus_message_open_container(reply, 'a', "{sv}");
                if (r >= 0)
                        r = add_key(reply, &rows[i]);
                if (r >= 0)
                        r = add_counts(reply, &rows[i].counts);
                if (r >= 0)
                        r = sd_bus_message_close_container(reply);
        }
        for (unsigned i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(reply);
        return r;
}

int peer_get_statistics(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        BrokerPeer *peer = userdata;
        const Supervisor *supervisor = peer->supervisor;
        StatisticsCounts total = statistics_total(supervisor->statistics);
        _cleanup_free_ StatisticsRow *by_call = NULL, *by_process = NULL;
        size_t call_count, process_count;
        sd_bus_message *reply = NULL;
        int r = statistics_by_call(supervisor->statistics, &by_call, &call_count);

        (void) error;
        if (r >= 0)
                r = statistics_by_process(supervisor->statistics, &by_process, &process_count);
        if (r >= 0)
                r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "{sv}");
        if (r >= 0)
                r = add_counts(reply, &total);
        if (r >= 0)
                r = add_rows(reply, "by-call", add_call_name, by_call, call_count);
        if (r >= 0)
                r = add_rows(reply, "by-process", add_process_name, by_process, process_count);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r >= 0)
                r = sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        return r < 0 ? r : 1;
}
