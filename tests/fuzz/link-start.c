/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a supervisor is told before it has a jail, over a real link: Start with any options and
 * descriptors, never the right ones of a process (no pidfd is among them), AddLauncher, Stop, and
 * questions that come too early. Whatever comes, it answers or waits; it does not begin a jail.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/socket.h>

#include "link-peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define ROUNDS_OF_THE_LOOP 64

/* Borrowed: a ring, a file, a socket, or none that is open. */
static int pick_descriptor(Input *input)
{
        static int fds[3];

        if (fds[0] == 0) {
                int pair[2];

                if (log_ring_create(4096, &fds[0]) < 0 ||
                    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
                        __builtin_trap();
                fds[1] = open("/dev/null", O_RDWR | O_CLOEXEC);
                fds[2] = pair[0];
        }
        return fds[take(input) % ELEMENTS_OF(fds)];
}

static int add_option(sd_bus_message *message, Input *input)
{
        _cleanup_free_ char *first = link_take_word(input), *second = link_take_word(input);

        if (!first || !second)
                return -ENOMEM;
        switch (take(input) % 8) {
        case 0:
                return sd_bus_message_append(message, "v", "t", take_number(input));
        case 1:
                return sd_bus_message_append(message, "v", "i", (int32_t) take_number(input));
        case 2:
                return sd_bus_message_append(message, "v", "b", take(input) & 1);
        case 3:
        case 4:
                return sd_bus_message_append(message, "v", "h", pick_descriptor(input));
        case 5:
                return sd_bus_message_append(message, "v", "as", 2, first, second);
        default:
                return sd_bus_message_append(message, "v", "s", first);
        }
}

static const char *const keys[] = {"jail",     "pid",  "attach",   "stub-pidfd", "stub-socket",
                                   "log-ring", "log",  "launcher", "rules",      "rules-name",
                                   "default",  "mode", "argv",     "rule",       "scripts",
                                   "follow",   "from", "other"};

static const DictionaryKind dictionary = {keys, ELEMENTS_OF(keys), add_option};

static int add_arguments(sd_bus_message *message, const char *types, Input *input)
{
        int r = 0;

        for (; r >= 0 && *types; types++)
                switch (*types) {
                case 'u':
                        r = sd_bus_message_append(message, "u", (uint32_t) take_number(input));
                        break;
                case 't':
                        r = sd_bus_message_append(message, "t",
                                                  take(input) & 1 ? 0 : take_number(input));
                        break;
                case 's':
                        r = sd_bus_message_append(message, "as", 1, "/bin/true");
                        break;
                case 'h':
                        r = sd_bus_message_append(message, "h", pick_descriptor(input));
                        break;
                default:
                        r = add_dictionary(message, &dictionary, input);
                }
        return r;
}

static void call(Link *link, Input *input)
{
        static const struct {
                const char *member, *arguments;
        } methods[] = {
                {"Start", "ud"},       {"Start", "ud"},         {"AddLauncher", "ush"},
                {"Stop", "ut"},        {"Describe", "u"},       {"OpenLog", "utd"},
                {"GetRules", "ut"},    {"ListProcesses", "ut"}, {"GetStatistics", "ut"},
                {"ListPending", "ut"}, {"Detach", "ut"},
        };
        size_t method = take(input) % ELEMENTS_OF(methods);
        sd_bus_message *message = NULL;
        LinkAnswer answer = {0};
        sd_bus_slot *slot = NULL;

        if (link_method(link, methods[method].member, &message) >= 0 &&
            add_arguments(message, methods[method].arguments, input) >= 0 &&
            sd_bus_call_async(link->bus, &slot, message, link_on_answer, &answer, 0) < 0)
                __builtin_trap();
        sd_bus_message_unref(message);
        for (int i = 0; slot && !answer.came && i < ROUNDS_OF_THE_LOOP; i++)
                if (sd_event_run(link->event, 0) < 0)
                        break;
        sd_bus_slot_unref(slot);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        Link link = {0};
        Input input = {bytes, bytes + size};

        link_open(&link);
        while (input.at < input.end)
                call(&link, &input);
        if (link.peer.start || link.peer.supervisor->program_pid)
                __builtin_trap();
        close_fd(link.control);
        while (!link.peer.abandoned)
                if (sd_event_run(link.event, LINK_WAIT_USEC) <= 0)
                        __builtin_trap();
        broker_peer_close(&link.peer);
        sd_bus_close_unref(link.bus);
        sd_event_unref(link.event);
        return 0;
}
