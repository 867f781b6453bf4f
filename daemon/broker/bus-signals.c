/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/bus-signals.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "broker/broker.h"
#include "broker/bus-dictionary.h"
#include "broker/limits.h"
#include "dbus/bus-names.h"

/* Tells everybody who may know and wants to. */
static void tell(Broker *broker, const Jail *jail, const char *member, BusFill fill, void *userdata)
{
        BusSignal signal = {.member = member, .fill = fill, .userdata = userdata};
        BusClient *next;

        for (BusClient *client = broker->clients; client; client = next) {
                next = client->next;
                if (subscriptions_want(&client->subscriptions, jail->number,
                                       client->uid == jail->uid))
                        bus_client_signal(client, &signal);
        }
        sd_bus_message_unref(signal.made);
}

/* ---- from a supervisor ---- */

/* Its last word: how the program ended. */
static int read_end(sd_bus_message *message, Jail *jail)
{
        const char *reason = NULL;
        const BusEntry wanted[] = {
                {"status", "i", &jail->status},   {"exit-code", "i", &jail->exit_code},
                {"signal", "i", &jail->signal},   {"calls", "t", &jail->calls},
                {"dropped", "t", &jail->dropped}, {"reason", "s", &reason},
        };
        int r = bus_dictionary_read(message, wanted, ELEMENTS_OF(wanted));

        if (r < 0 || !reason)
                return r;
        free(jail->reason);
        jail->reason = strndup(reason, 64);
        return jail->reason ? 0 : -ENOMEM;
}

static void end_jail(Broker *broker, Jail *jail)
{
        int r;

        jail->state = JAIL_ENDED;
        jail->ended_usec = time_now_usec();
        jail->pending_count = 0;
        jail->processes = 0;
        r = jail_store_update(broker->jails.store, jail);
        if (r < 0)
                log_warning("that jail %llu has ended is not kept for the next jaild: %s",
                            (unsigned long long) jail->number, strerror(-r));
}

static int note_finished(Broker *broker, Jail *jail, uint64_t id _unused_, sd_bus_message *message)
{
        int r = read_end(message, jail);

        if (r < 0)
                return r;
        end_jail(broker, jail);
        return 0;
}

static int note_pending(Broker *broker _unused_, Jail *jail, uint64_t id,
                        sd_bus_message *message _unused_)
{
        jail_add_pending(jail, id);
        return 0;
}

static int note_decided(Broker *broker _unused_, Jail *jail, uint64_t id,
                        sd_bus_message *message _unused_)
{
        jail_remove_pending(jail, id);
        return 0;
}

static int note_process(Broker *broker _unused_, Jail *jail, uint64_t id _unused_,
                        sd_bus_message *message _unused_)
{
        jail->processes++;
        return 0;
}

/* Another image of the same process has begun when `exec` is true. */
static int note_process_end(Broker *broker _unused_, Jail *jail, uint64_t id _unused_,
                            sd_bus_message *message)
{
        int is_exec = 0;
        const BusEntry wanted = {"exec", "b", &is_exec};
        int r = bus_dictionary_read(message, &wanted, 1);

        if (r >= 0 && !is_exec && jail->processes > 0)
                jail->processes--;
        return r;
}

/* The public signals that a supervisor may send; JailStarted is the broker's own. */
static const struct {
        const char *member, *signature;
        bool is_about_call; /* the first argument is a pending id, not a jail */
        int (*note)(Broker *broker, Jail *jail, uint64_t id, sd_bus_message *message);
} relayed[] = {
        {"ProcessStarted", "ta{sv}", false, note_process},
        {"ProcessExited", "ta{sv}", false, note_process_end},
        {"SyscallPending", "ta{sv}", true, note_pending},
        {"SyscallDecided", "ta{sv}", true, note_decided},
        {"RuleChanged", "taa{sv}", false, NULL},
        {"JailFinished", "ta{sv}", false, note_finished},
};

static int fill_copy(sd_bus_message *signal, void *userdata)
{
        sd_bus_message *source = userdata;
        int r = sd_bus_message_rewind(source, 1);

        return r < 0 ? r : sd_bus_message_copy(signal, source, 1);
}

bool bus_signals_relay(Broker *broker, Jail *jail, sd_bus_message *message)
{
        uint64_t id, number;
        size_t i = 0;

        while (i < ELEMENTS_OF(relayed) &&
               !string_equal(relayed[i].member, sd_bus_message_get_member(message)))
                i++;
        if (i == ELEMENTS_OF(relayed) || jail->state == JAIL_ENDED)
                return false;
        if (!sd_bus_message_has_signature(message, relayed[i].signature) ||
            sd_bus_message_read(message, "t", &id) < 0)
                return false;
        number = relayed[i].is_about_call ? SJ_PENDING_JAIL(id) : id;
        if (number != jail->number)
                return false;
        if (relayed[i].note && relayed[i].note(broker, jail, id, message) < 0)
                return false;
        tell(broker, jail, relayed[i].member, fill_copy, message);
        if (jail->state == JAIL_ENDED) {
                log_info("jail %llu ended with status %d", (unsigned long long) jail->number,
                         jail->status);
                jail_table_trim(&broker->jails, jail->uid, LIMIT_ENDED_JAILS,
                                LIMIT_ENDED_LOG_BYTES);
                broker_check_idle(broker);
        }
        return true;
}

/* ---- from the broker ---- */

typedef struct About {
        const Broker *broker;
        const Jail *jail;
        uint64_t id; /* of a pending call */
} About;

static int append_optional(sd_bus_message *message, const char *key, const char *type,
                           uint64_t value)
{
        switch (*type) {
        case 'i':
                return sd_bus_message_append(message, "{sv}", key, "i", (int32_t) value);
        case 'u':
                return sd_bus_message_append(message, "{sv}", key, "u", (uint32_t) value);
        default:
                return sd_bus_message_append(message, "{sv}", key, "t", value);
        }
}

static int append_text(sd_bus_message *message, const char *key, const char *value)
{
        return value ? sd_bus_message_append(message, "{sv}", key, "s", value) : 0;
}

static int append_arguments(sd_bus_message *message, char **arguments)
{
        int r;

        r = sd_bus_message_open_container(message, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(message, "s", "args");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_append_strv(message, arguments);
        if (r >= 0)
                r = sd_bus_message_close_container(message);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_end(sd_bus_message *message, const Jail *jail)
{
        char time[32];
        int r;

        if (jail->state != JAIL_ENDED)
                return 0;
        r = append_text(message, "ended", time_format(jail->ended_usec, time));
        if (r >= 0)
                r = append_optional(message, "status", "i", (uint64_t) jail->status);
        if (r >= 0)
                r = append_optional(message, "exit-code", "i", (uint64_t) jail->exit_code);
        if (r >= 0)
                r = append_optional(message, "signal", "i", (uint64_t) jail->signal);
        return r < 0 ? r : append_text(message, "reason", jail->reason);
}

static int append_entries(sd_bus_message *message, const Broker *broker, const Jail *jail)
{
        char time[32];
        int r;

        r = append_optional(message, "id", "t", jail->number);
        if (r >= 0)
                r = append_text(message, "program", jail->program);
        if (r >= 0)
                r = append_arguments(message, jail->arguments);
        if (r >= 0)
                r = append_optional(message, "uid", "u", jail->uid);
        if (r >= 0)
                r = append_text(message, "state", jail_state_name(jail->state));
        if (r >= 0)
                r = append_optional(message, "pid", "i", (uint64_t) jail->pid);
        if (r >= 0)
                r = append_text(message, "rules", jail->rules_name);
        if (r >= 0)
                r = append_text(message, "started", time_format(jail->started_usec, time));
        if (r >= 0)
                r = append_optional(message, "pending", "u", jail->pending_count);
        if (r >= 0)
                r = append_optional(message, "calls", "t", jail->calls);
        if (r >= 0)
                r = append_optional(message, "dropped", "t", jail->dropped);
        if (r >= 0)
                r = append_text(message, "mode", broker_mode(broker));
        return r < 0 ? r : append_end(message, jail);
}

int bus_append_jail(sd_bus_message *message, const Broker *broker, const Jail *jail)
{
        int r = sd_bus_message_open_container(message, 'a', "{sv}");

        if (r >= 0)
                r = append_entries(message, broker, jail);
        return r < 0 ? r : sd_bus_message_close_container(message);
}

static int fill_jail(sd_bus_message *signal, void *userdata)
{
        const About *about = userdata;
        int r = sd_bus_message_append(signal, "t", about->jail->number);

        return r < 0 ? r : bus_append_jail(signal, about->broker, about->jail);
}

static int fill_gone(sd_bus_message *signal, void *userdata)
{
        const About *about = userdata;

        return sd_bus_message_append(signal, "ta{sv}", about->id, 3, "action", "s", "gone", "by",
                                     "s", "supervisor", "jail", "t", about->jail->number);
}

void bus_signals_started(Broker *broker, Jail *jail)
{
        About about = {.broker = broker, .jail = jail};

        tell(broker, jail, "JailStarted", fill_jail, &about);
}

static void tell_died(Broker *broker, Jail *jail)
{
        About about = {.broker = broker, .jail = jail};

        log_warning("the supervisor of jail %llu died; its programs were killed",
                    (unsigned long long) jail->number);
        for (size_t i = 0; i < jail->pending_count; i++) {
                about.id = jail->pending[i];
                tell(broker, jail, "SyscallDecided", fill_gone, &about);
        }
        jail->status = 128 + 9; /* PTRACE_O_EXITKILL */
        jail->signal = 9;
        free(jail->reason);
        jail->reason = strdup("supervisor-died");
        end_jail(broker, jail);
        tell(broker, jail, "JailFinished", fill_jail, &about);
}

static void finish_log_file(Broker *broker, Jail *jail)
{
        LogRing *ring;
        int r;

        jail_store_release_log(broker->jails.store, jail);
        if (jail->log < 0 || jail->ring < 0)
                return;
        r = log_ring_open(jail->ring, &ring);
        if (r >= 0) {
                r = log_ring_flush(ring, jail->log);
                log_ring_close(ring);
        }
        if (r < 0)
                log_warning("the log file of jail %llu is not whole: %s",
                            (unsigned long long) jail->number, strerror(-r));
        jail->log = close_fd(jail->log);
}

void bus_signals_supervisor_gone(Broker *broker, Jail *jail)
{
        uid_t uid = jail->uid;

        finish_log_file(broker, jail);
        /* A start that failed never was a jail: its caller has the error. */
        if (jail->state == JAIL_STARTING)
                jail_table_remove(&broker->jails, jail);
        else if (jail->state == JAIL_RUNNING)
                tell_died(broker, jail);
        jail_table_trim(&broker->jails, uid, LIMIT_ENDED_JAILS, LIMIT_ENDED_LOG_BYTES);
}
