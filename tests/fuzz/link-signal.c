/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a hostile supervisor may say to the broker: any run of signals for jail 1, whose arguments,
 * keys and types are picked by the bytes. What the broker believes of the jail stays sensible.
 */
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>

#include "base/text.h"
#include "broker/broker.h"
#include "broker/bus-signals.h"
#include "broker/limits.h"
#include "link-input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* A value of one of the types that a dictionary is asked for, or of others. */
static int add_value(sd_bus_message *message, Input *input)
{
        _cleanup_free_ char *text = NULL;

        switch (take(input) % 7) {
        case 0:
                return sd_bus_message_append(message, "v", "i", (int32_t) take_number(input));
        case 1:
                return sd_bus_message_append(message, "v", "t", take_number(input));
        case 2:
                return sd_bus_message_append(message, "v", "b", take(input) & 1);
        case 3:
                return sd_bus_message_append(message, "v", "as", 2, "a", "b");
        case 4:
                return sd_bus_message_append(message, "v", "v", "u", (uint32_t) take_number(input));
        default:
                text = take_text(input);
                return text ? sd_bus_message_append(message, "v", "s", text) : -ENOMEM;
        }
}

static const char *const keys[] = {"status",  "exit-code", "signal", "calls",
                                   "dropped", "reason",    "exec",   "other"};

static const DictionaryKind dictionary = {keys, ELEMENTS_OF(keys), add_value};

/* The right arguments mostly, of the right jail often. */
static int add_arguments(sd_bus_message *message, Input *input)
{
        uint8_t shape = take(input);
        uint64_t number = take_number(input);
        int r;

        if (shape % 16 == 15)
                return sd_bus_message_append(message, "s", "no number");
        if (shape & 16)
                number = 1;
        else if (shape & 32)
                number = 1ull << 32 | (uint32_t) number;
        r = sd_bus_message_append(message, "t", number);
        if (r < 0 || shape % 16 == 14)
                return r;
        if (shape & 64)
                return sd_bus_message_append(message, "aa{sv}", 0);
        return add_dictionary(message, &dictionary, input);
}

static sd_bus_message *make_signal(sd_bus *bus, Input *input)
{
        static const char *const members[] = {"ProcessStarted", "ProcessExited", "SyscallPending",
                                              "SyscallDecided", "RuleChanged",   "JailFinished",
                                              "JailStarted",    "Unheard"};
        sd_bus_message *message = NULL;
        int r = sd_bus_message_new_signal(bus, &message, "/o", "o.i",
                                          members[take(input) % ELEMENTS_OF(members)]);

        if (r >= 0)
                r = add_arguments(message, input);
        if (r >= 0)
                r = sd_bus_message_seal(message, 1, 0);
        if (r >= 0)
                r = sd_bus_message_rewind(message, 1);
        return r < 0 ? sd_bus_message_unref(message) : message;
}

/* A bus only for messages to belong to; nobody reads what its other end would get. */
static sd_bus *open_bus(int ret_pair[static 2])
{
        sd_bus *bus = NULL;

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ret_pair) < 0 ||
            sd_bus_new(&bus) < 0 || sd_bus_set_fd(bus, ret_pair[0], ret_pair[0]) < 0 ||
            sd_bus_start(bus) < 0)
                __builtin_trap();
        return bus;
}

static void hear(Broker *broker, Jail *jail, sd_bus *bus, Input *input)
{
        bool ended = false;

        while (input->at < input->end) {
                sd_bus_message *message = make_signal(bus, input);

                if (!message)
                        continue;
                if (bus_signals_relay(broker, jail, message) && ended)
                        __builtin_trap();
                sd_bus_message_unref(message);
                ended = jail->state == JAIL_ENDED;
                if (jail->pending_count > LIMIT_PENDING || (ended && jail->pending_count > 0) ||
                    (jail->reason && strlen(jail->reason) > 64))
                        __builtin_trap();
                for (size_t i = 0; i < jail->pending_count; i++)
                        if (jail->pending[i] >> 32 != 1 ||
                            (i > 0 && jail->pending[i - 1] >= jail->pending[i]))
                                __builtin_trap();
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        static sd_bus *bus;
        static int pair[2];
        Input input = {bytes, bytes + size};
        Broker broker = {0};
        Jail *jail;

        if (!bus)
                bus = open_bus(pair);
        if (jail_table_add(&broker.jails, 1000, &jail) < 0)
                return 0;
        if (jail->number != 1)
                __builtin_trap();
        jail->state = JAIL_RUNNING;
        hear(&broker, jail, bus, &input);
        bus_signals_supervisor_gone(&broker, jail);
        jail_table_release(&broker.jails);
        return 0;
}
