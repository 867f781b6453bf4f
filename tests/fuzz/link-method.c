/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor's methods over a real link, in a jail without a process: arguments, keys and types
 * are picked by the bytes. Each call is answered. Start and Stop are link-start.c's.
 */
#include <signal.h>
#include <stdint.h>

#include "link-peer.h"
#include "supervisor/log-readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* ---- arguments ---- */

static int add_value(sd_bus_message *message, Input *input)
{
        _cleanup_free_ char *first = link_take_word(input), *second = link_take_word(input);
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
        "move-to",  "enabled", "other",     "after-field", "follow", "from",
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
                text = link_take_word(input);
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
                {"Describe", "u"},     {"OpenLog", "utd"},
        };
        size_t method = take(input) % ELEMENTS_OF(methods);
        sd_bus_message *message = NULL;
        int r = link_method(link, methods[method].member, &message);

        for (const char *type = methods[method].arguments; r >= 0 && *type; type++)
                r = add_argument(message, *type, input);
        return r < 0 ? sd_bus_message_unref(message) : message;
}

/* Consumes the call; whether it did what it was asked for. */
static bool call(Link *link, sd_bus_message *message)
{
        LinkAnswer answer = {0};

        if (sd_bus_call_async(link->bus, NULL, message, link_on_answer, &answer, 0) < 0)
                __builtin_trap();
        sd_bus_message_unref(message);
        supervisor_serve_until(link->peer.supervisor, LINK_WAIT_USEC, link_has_answered, &answer);
        if (!answer.came)
                __builtin_trap();
        return !answer.is_error;
}

/* What an input did to the rules: nothing, single ones, or all that a file says. */
typedef enum Change { CHANGE_NONE, CHANGE_SINGLE, CHANGE_WHOLE } Change;

static Change change_of(sd_bus_message *message)
{
        const char *member = sd_bus_message_get_member(message);

        if (strcmp(member, "SetRules") == 0)
                return CHANGE_WHOLE;
        return strstr(member, "Rule") && strcmp(member, "GetRules") != 0 ? CHANGE_SINGLE
                                                                         : CHANGE_NONE;
}

static void set_rules(Link *link)
{
        sd_bus_message *message = NULL;

        if (link_method(link, "SetRules", &message) < 0 ||
            sd_bus_message_append(message, "uts", 1000, (uint64_t) 0,
                                  "{\"seccomp-jail\":1,\"default\":\"notify\",\"rules\":[]}") < 0)
                __builtin_trap();
        call(link, message);
}

static void take_rules_away(RuleSet *rules)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        size_t number;

        while (rule_set_remove(rules, "1", &problem) >= 0)
                ;
        if (rule_set_change(rules, "default", "notify", &number, &problem) < 0)
                __builtin_trap();
}

/* So that an input does not depend on those before it. To read a rule file takes longer than all
 * the other methods together, since it is checked as well: only after another one. */
static void reset(Link *link, Change change)
{
        while (!log_readers_finish(link->peer.supervisor))
                if (sd_event_run(link->event, 0) < 0)
                        __builtin_trap();
        if (change == CHANGE_WHOLE)
                set_rules(link);
        else if (change == CHANGE_SINGLE)
                take_rules_away(link->peer.supervisor->rules);
}

static void open_jail(Link *link)
{
        JailOptions options = {.attaches = true};
        Problem problem = PROBLEM_INIT;
        int ring;

        signal(SIGPIPE, SIG_IGN); /* readers of the log that go */
        link_open(link);
        if (supervisor_prepare(link->peer.supervisor, &options, &problem) < 0 ||
            log_ring_create(4096, &ring) < 0 ||
            log_ring_open(ring, &link->peer.supervisor->log.ring) < 0)
                __builtin_trap();
        close_fd(ring);
        problem_release(&problem);
        set_rules(link);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
        static Link link;
        Input input = {bytes, bytes + size};
        Change change = CHANGE_NONE;

        if (!link.event)
                open_jail(&link);
        while (input.at < input.end) {
                sd_bus_message *message = make_call(&link, &input);
                Change possible = message ? change_of(message) : CHANGE_NONE;

                if (message && call(&link, message) && possible > change)
                        change = possible;
        }
        reset(&link, change);
        return 0;
}
