/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor's methods over a real link, in a jail without a process: arguments, keys and types
 * are picked by the bytes. Each call is answered. Not Start, which would begin a jail, not Stop,
 * which ends it, and not OpenLog, whose readers stay.
 */
#include <stdint.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "base/text.h"
#include "link-input.h"
#include "link/link-bus.h"
#include "link/link-control.h"
#include "link/link.h"
#include "supervisor/broker-peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define ANSWER_USEC 5000000 /* longer than any method waits for memory */

typedef struct Link {
        sd_event *event;
        sd_bus *bus; /* the broker's end */
        BrokerPeer peer;
} Link;

/* ---- arguments ---- */

static const char *const words[] = {
        "allow", "abort", "abort=EPERM", "return=5", "interrupt", "image", "openat", "read",
        "0",     "path",  "children",    "mkdir",    "end",       "1",     "notify", "jail"};

/* A word that means something, or any text; owned. */
static char *take_word(Input *input)
{
        uint8_t pick = take(input);

        return pick & 128 ? take_text(input) : strdup(words[pick % ELEMENTS_OF(words)]);
}

static int add_value(sd_bus_message *message, Input *input)
{
        _cleanup_free_ char *first = take_word(input), *second = take_word(input);
        uint8_t kind = take(input);

        if (!first || !second)
                return -ENOMEM;
        switch (kind % 9) {
        case 0:
                return sd_bus_message_append(message, "v", "u", (uint32_t) take_number(input));
        case 1:
                return sd_bus_message_append(message, "v", "t", take_number(input));
        case 2:
                return sd_bus_message_append(message, "v", "i", (int32_t) take_number(input));
        case 3:
                return sd_bus_message_append(message, "v", "b", take(input) & 1);
        case 4:
                return sd_bus_message_append(message, "v", "a{ss}", 2, first, second, "1", "x");
        case 5:
                return sd_bus_message_append(message, "v", "a{say}", 1, first, 3, 1, 2, 3);
        case 6:
                return sd_bus_message_append(message, "v", "a{sv}", 2, "scope", "s", first, "uses",
                                             "t", take_number(input));
        default:
                return sd_bus_message_append(message, "v", "s", first);
        }
}

static const char *const keys[] = {
        "action",   "number",  "arguments", "write",       "field",  "after-return", "after-write",
        "remember", "scope",   "seconds",   "uses",        "values", "always",       "id",
        "argument", "pid",     "address",   "length",      "string", "json",         "position",
        "move-to",  "enabled", "other",     "after-field",
};

static const DictionaryKind dictionary = {keys, ELEMENTS_OF(keys), add_value};

/* One argument for a letter of the signature; 'd' is the dictionary, 'y' bytes. */
static int add_argument(sd_bus_message *message, char type, Input *input)
{
        _cleanup_free_ char *text = NULL;
        uint8_t bytes[3] = {1, 2, 3};

        switch (type) {
        case 'u':
                return sd_bus_message_append(message, "u", (uint32_t) take_number(input));
        case 'i':
                return sd_bus_message_append(message, "i", (int32_t) take_number(input));
        case 't':
                return sd_bus_message_append(message, "t",
                                             take(input) & 1 ? 0 : take_number(input));
        case 'y':
                return sd_bus_message_append_array(message, 'y', bytes, sizeof(bytes));
        case 'd':
                return add_dictionary(message, &dictionary, input);
        default:
                text = take_word(input);
                return text ? sd_bus_message_append(message, "s", text) : -ENOMEM;
        }
}

/* ---- calls ---- */

static sd_bus_message *make_call(Link *link, Input *input)
{
        static const struct {
                const char *member, *arguments;
        } methods[] = {
                {"Decide", "utd"},     {"PreviewRule", "utd"}, {"SetRule", "utssd"},
                {"RemoveRule", "uts"}, {"ChangeRule", "utud"}, {"SetRules", "uts"},
                {"Inject", "uisd"},    {"ReadMemory", "ud"},   {"WriteMemory", "udy"},
                {"Inspect", "uid"},    {"GetRules", "ut"},     {"ListProcesses", "ut"},
                {"ListPending", "ut"}, {"Detach", "ut"},       {"GetStatistics", "ut"},
                {"Describe", "u"},
        };
        size_t method = take(input) % ELEMENTS_OF(methods);
        sd_bus_message *message = NULL;
        int r = sd_bus_message_new_method_call(link->bus, &message, NULL, LINK_OBJECT,
                                               LINK_INTERFACE, methods[method].member);

        for (const char *type = methods[method].arguments; r >= 0 && *type; type++)
                r = add_argument(message, *type, input);
        return r < 0 ? sd_bus_message_unref(message) : message;
}

static int on_answer(sd_bus_message *answer _unused_, void *userdata, sd_bus_error *error _unused_)
{
        *(bool *) userdata = true;
        return 0;
}

/* Consumes the call. */
static void call(Link *link, sd_bus_message *message)
{
        bool answered = false;

        if (sd_bus_call_async(link->bus, NULL, message, on_answer, &answered, 0) < 0)
                __builtin_trap();
        sd_bus_message_unref(message);
        while (!answered)
                if (sd_event_run(link->event, ANSWER_USEC) <= 0)
                        __builtin_trap();
}

/* So that an input does not depend on those before it. */
static void reset_rules(Link *link)
{
        sd_bus_message *message = NULL;

        if (sd_bus_message_new_method_call(link->bus, &message, NULL, LINK_OBJECT, LINK_INTERFACE,
                                           "SetRules") < 0 ||
            sd_bus_message_append(message, "uts", 1000, (uint64_t) 0,
                                  "{\"seccomp-jail\":1,\"default\":\"notify\",\"rules\":[]}") < 0)
                __builtin_trap();
        call(link, message);
}

/* ---- the link ---- */

static void open_link(Link *link)
{
        JailOptions options = {.attaches = true};
        Problem problem = PROBLEM_INIT;
        int control[2], ring, fd;

        if (sd_event_new(&link->event) < 0 || link_control_pair(control) < 0 ||
            broker_peer_open(&link->peer, control[1], link->event) < 0 ||
            supervisor_prepare(link->peer.supervisor, &options, &problem) < 0 ||
            log_ring_create(4096, &ring) < 0 ||
            log_ring_open(ring, &link->peer.supervisor->log.ring) < 0 ||
            link_control_offer(control[0], &fd) < 0 ||
            link_bus_new(fd, LINK_BROKER, &link->bus) < 0 || sd_bus_start(link->bus) < 0 ||
            sd_bus_attach_event(link->bus, link->event, 0) < 0)
                __builtin_trap();
        close_fd(ring);
        problem_release(&problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        static Link link;
        Input input = {bytes, bytes + size};

        if (!link.event)
                open_link(&link);
        reset_rules(&link);
        while (input.at < input.end) {
                sd_bus_message *message = make_call(&link, &input);

                if (message)
                        call(&link, message);
        }
        return 0;
}
