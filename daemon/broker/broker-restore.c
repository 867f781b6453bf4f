/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/broker-restore.h"

#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>

#include "base/log.h"
#include "base/text.h"
#include "broker/broker.h"
#include "broker/bus-dictionary.h"
#include "broker/bus-signals.h"
#include "broker/jail-record.h"
#include "broker/limits.h"
#include "broker/supervisor-peer.h"
#include "dbus/bus-names.h"

/* ---- what its supervisor knows better ----
 *
 * A jail keeps the peer whose link an answer came over, so it is there. */

static int on_pending(sd_bus_message *answer, void *userdata, sd_bus_error *error _unused_)
{
        Jail *jail = userdata;
        int r = 0;

        if (!sd_bus_message_has_signature(answer, "aa{sv}"))
                return 0;
        r = sd_bus_message_enter_container(answer, 'a', "a{sv}");
        while (r >= 0 && sd_bus_message_at_end(answer, 0) == 0) {
                uint64_t id = 0;
                const BusEntry wanted = {"id", "t", &id};

                r = bus_dictionary_read(answer, &wanted, 1);
                if (r >= 0 && SJ_PENDING_JAIL(id) == jail->number)
                        jail_add_pending(jail, id);
        }
        return 0;
}

static int on_described(sd_bus_message *answer, void *userdata, sd_bus_error *error _unused_)
{
        Jail *jail = userdata;
        uint32_t processes = 0;
        const BusEntry wanted = {"processes", "u", &processes};

        if (sd_bus_message_has_signature(answer, "a{sv}") &&
            bus_dictionary_read(answer, &wanted, 1) >= 0)
                jail->processes = processes;
        return 0;
}

static int ask(Jail *jail, const char *member, bool with_number, sd_bus_message_handler_t handler)
{
        sd_bus_message *message = NULL;
        int r;

        r = supervisor_peer_method(jail->peer, member, jail->uid, &message);
        if (r >= 0 && with_number)
                r = sd_bus_message_append(message, "t", jail->number);
        if (r >= 0)
                r = supervisor_peer_call(jail->peer, message, handler, jail, TIMEOUT_START);
        sd_bus_message_unref(message);
        return r;
}

/* ---- one jail ---- */

static void kill_supervisor(const KeptJail *kept)
{
        if (kept->process >= 0)
                pidfd_send_signal(kept->process, SIGKILL, NULL, 0);
}

static void rejoin(Broker *broker, Jail *jail, KeptJail *kept)
{
        SupervisorProcess process = {.pid = jail->supervisor,
                                     .pidfd = TAKE_FD(kept->process),
                                     .control = TAKE_FD(kept->control)};
        int r = supervisor_peer_new(broker, jail, &process);

        if (r >= 0)
                r = ask(jail, "ListPending", true, on_pending);
        if (r >= 0)
                r = ask(jail, "Describe", false, on_described);
        if (r >= 0) {
                log_info("jail %llu of uid %u goes on", (unsigned long long) jail->number,
                         jail->uid);
                return;
        }
        log_warning("jail %llu has no supervisor any more: %s", (unsigned long long) jail->number,
                    strerror(-r));
        jail_store_release_supervisor(broker->jails.store, jail);
        if (jail->peer) {
                supervisor_peer_kill(jail->peer);
                supervisor_peer_free(jail->peer);
        }
        jail->supervisor = 0;
        bus_signals_supervisor_gone(broker, jail);
}

static int read_jail(Broker *broker, KeptJail *kept, Jail **ret)
{
        uint64_t number;
        uid_t uid;
        int r = jail_record_read_owner(kept->record, &number, &uid);

        if (r >= 0 && number != kept->number)
                r = -EBADMSG;
        if (r >= 0)
                r = jail_table_restore(&broker->jails, number, uid, ret);
        return r < 0 ? r : jail_record_read(kept->record, *ret);
}

static void take_over(Broker *broker, Jail *jail, KeptJail *kept)
{
        jail->record = TAKE_FD(kept->record);
        jail->ring = TAKE_FD(kept->ring);
        jail->log = TAKE_FD(kept->log);
        switch (jail->state) {
        case JAIL_STARTING:
                kill_supervisor(kept);
                jail_table_remove(&broker->jails, jail);
                break;
        case JAIL_RUNNING:
                rejoin(broker, jail, kept);
                break;
        case JAIL_ENDED:
                jail->supervisor = 0;
                jail_store_release_supervisor(broker->jails.store, jail);
                bus_signals_supervisor_gone(broker, jail);
                break;
        }
}

static void restore(Broker *broker, KeptJail *kept)
{
        Jail *jail = NULL;
        int r = read_jail(broker, kept, &jail);

        if (r >= 0) {
                take_over(broker, jail, kept);
                return;
        }
        log_error("jail %llu is not known any more and ends: %s", (unsigned long long) kept->number,
                  strerror(-r));
        kill_supervisor(kept);
        if (jail)
                jail_table_remove(&broker->jails, jail);
        else
                jail_store_remove(broker->jails.store, kept->number);
}

int broker_restore(Broker *broker)
{
        KeptJail *kept = NULL;
        size_t count = 0;
        uint64_t next = 1;
        int r = jail_store_open(&broker->jails.store, &kept, &count, &next);

        if (r < 0)
                return r;
        for (size_t i = 0; i < count; i++) {
                restore(broker, &kept[i]);
                kept_jail_release(&kept[i]);
        }
        free(kept);
        if (broker->jails.next < next)
                broker->jails.next = next;
        return 0;
}
