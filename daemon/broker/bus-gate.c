/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "broker/bus-gate.h"

#include <string.h>

#include "base/text.h"
#include "broker/authorization.h"
#include "broker/bus-dictionary.h"
#include "broker/bus-errors.h"
#include "broker/bus-manager.h"
#include "broker/bus-question.h"
#include "broker/caller.h"
#include "broker/limits.h"
#include "broker/process-status.h"
#include "dbus/bus-names.h"

#define ACTION_MANAGE_OTHERS "manage-others"
#define ACTION_TRACE_SERVICE "trace-service"

static const GateEntry gate[] = {
        {"Trace", "a{sv}", "ti", "trace", GATE_TRACE_OPTIONS, GATE_OUTSIDERS, bus_trace},
        {"Attach", "ia{sv}", "t", "attach", GATE_NO_JAIL, GATE_OUTSIDERS, bus_attach},
        {"Detach", "t", "", NULL, GATE_JAIL, GATE_OUTSIDERS, bus_forward},
        {"Stop", "t", "", NULL, GATE_JAIL, GATE_OUTSIDERS, bus_forward},
        {"ListJails", "a{sv}", "aa{sv}", NULL, GATE_LIST_OPTIONS, 0, bus_list_jails},
        {"ListProcesses", "t", "aa{sv}", NULL, GATE_JAIL, 0, bus_forward},
        {"ListPending", "t", "aa{sv}", NULL, GATE_JAIL_OR_OWN, 0, bus_list_pending},
        {"Decide", "ta{sv}", "a{sv}", "decide", GATE_CALL, GATE_OUTSIDERS, bus_forward},
        {"PreviewRule", "ta{sv}", "a{sv}", NULL, GATE_CALL, 0, bus_forward},
        {"Inject", "isa{sv}", "a{sv}", "inject", GATE_PROCESS, GATE_OUTSIDERS, bus_forward},
        {"ReadMemory", "a{sv}", "aya{sv}", NULL, GATE_REQUEST, GATE_OUTSIDERS, bus_forward},
        {"WriteMemory", "a{sv}ay", "t", "inject", GATE_REQUEST, GATE_OUTSIDERS, bus_forward},
        {"Inspect", "ia{sv}", "a{sv}", NULL, GATE_PROCESS, GATE_OUTSIDERS, bus_forward},
        {"GetRules", "t", "saa{sv}", NULL, GATE_JAIL, 0, bus_forward},
        {"SetRule", "tssa{sv}", "u", "set-rule", GATE_JAIL, GATE_OUTSIDERS, bus_set_rule},
        {"RemoveRule", "ts", "", "set-rule", GATE_JAIL, GATE_OUTSIDERS, bus_forward},
        {"ChangeRule", "tua{sv}", "", "set-rule", GATE_JAIL, GATE_OUTSIDERS, bus_forward},
        {"SetRules", "ts", "aa{sv}", "set-rule", GATE_JAIL, GATE_OUTSIDERS, bus_set_rules},
        {"CheckRules", "s", "aa{sv}saa{sv}", NULL, GATE_NO_JAIL, 0, bus_check_rules},
        {"ListPresets", "", "aa{sv}", NULL, GATE_NO_JAIL, 0, bus_list_presets},
        {"ListSyscalls", "", "aa{sv}", NULL, GATE_NO_JAIL, 0, bus_list_syscalls},
        {"OpenLog", "ta{sv}", "h", NULL, GATE_JAIL, GATE_OUTSIDERS | GATE_ENDED, bus_open_log},
        {"GetStatistics", "t", "a{sv}", NULL, GATE_JAIL, 0, bus_forward},
        {"Doctor", "a{sv}", "aa{sv}", NULL, GATE_NO_JAIL, GATE_OUTSIDERS, bus_doctor},
        {"Subscribe", "t", "", NULL, GATE_JAIL_OR_OWN, 0, bus_subscribe},
        {"Unsubscribe", "t", "", NULL, GATE_NO_JAIL, 0, bus_unsubscribe},
};

const GateEntry *bus_gate_entry(size_t index)
{
        return index < ELEMENTS_OF(gate) ? &gate[index] : NULL;
}

static const GateEntry *find_entry(const char *member)
{
        for (size_t i = 0; i < ELEMENTS_OF(gate); i++)
                if (string_equal(gate[i].member, member))
                        return &gate[i];
        return NULL;
}

/* ---- which jail ---- */

/* Of a jail that is not there; heard by those only who may see all jails. */
static int not_there(const GateCall *call, sd_bus_error *error)
{
        unsigned long long number = call->number;

        if (call->entry->target == GATE_CALL || call->entry->target == GATE_REQUEST)
                return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_CALL,
                                         "there is no pending call of jail %llu: %s", number,
                                         call->jail ? "it has ended" : "no such jail");
        return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_JAIL,
                                 call->jail ? "jail %llu has ended" : "there is no jail %llu",
                                 number);
}

static int find_by_number(GateCall *call, uint64_t number)
{
        call->number = number;
        call->jail = jail_table_get(&call->broker->jails, number);
        return 0;
}

/* The kernel knows who traces it; the message says only a number. */
static int find_by_process(GateCall *call, pid_t tid, sd_bus_error *error)
{
        ProcessStatus status, tracer;

        if (process_status_read_settled(tid, &status) < 0)
                return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_PROCESS, "there is no process %d",
                                         tid);
        call->jail = NULL;
        if (status.tracer > 0 && process_status_read(status.tracer, &tracer) == 0)
                call->jail = jail_table_by_supervisor(&call->broker->jails, tracer.group);
        if (!call->jail)
                return sd_bus_error_setf(error, SJ_ERROR_NO_SUCH_PROCESS,
                                         "process %d is in no jail", tid);
        call->number = call->jail->number;
        return 0;
}

static int find_by_request(GateCall *call, sd_bus_error *error)
{
        uint64_t id = 0;
        int32_t pid = 0;
        const BusEntry wanted[] = {{"id", "t", &id}, {"pid", "i", &pid}};
        int r = bus_dictionary_read(call->message, wanted, ELEMENTS_OF(wanted));

        if (r < 0)
                return bus_error_of_errno(error, -EINVAL, "the request's id is a t, its pid an i");
        if (!id == !pid)
                return sd_bus_error_set(error, SJ_ERROR_INVALID_ARGUMENT,
                                        "a request names either a pending call (id) or a process "
                                        "(pid)");
        return id ? find_by_number(call, SJ_PENDING_JAIL(id)) : find_by_process(call, pid, error);
}

/* Whether the options ask for what is not one's own. */
static int read_others(GateCall *call, const char *option, sd_bus_error *error)
{
        int others = 0;
        const BusEntry wanted = {option, "b", &others};
        int r = bus_dictionary_read(call->message, &wanted, 1);

        if (r < 0)
                return sd_bus_error_setf(error, SJ_ERROR_INVALID_ARGUMENT, "the option %s is a b",
                                         option);
        call->others = others;
        return 0;
}

static int find_target(GateCall *call, sd_bus_error *error)
{
        uint64_t number;
        int32_t pid;
        int r;

        switch (call->entry->target) {
        case GATE_NO_JAIL:
                return 0;
        case GATE_LIST_OPTIONS:
                return read_others(call, "all", error);
        case GATE_TRACE_OPTIONS:
                return read_others(call, "service", error);
        case GATE_REQUEST:
                return find_by_request(call, error);
        case GATE_PROCESS:
                r = sd_bus_message_read(call->message, "i", &pid);
                return r < 0 ? r : find_by_process(call, pid, error);
        case GATE_CALL:
                r = sd_bus_message_read(call->message, "t", &number);
                return r < 0 ? r : find_by_number(call, SJ_PENDING_JAIL(number));
        case GATE_JAIL_OR_OWN:
        case GATE_JAIL:
                r = sd_bus_message_read(call->message, "t", &number);
                if (r < 0 || (number == 0 && call->entry->target == GATE_JAIL_OR_OWN))
                        return r;
                return find_by_number(call, number);
        }
        return -EINVAL;
}

/* ---- who ---- */

static int check_client(GateCall *call, sd_bus_error *error)
{
        BusClient *client = call->client;

        if (!rate_take(&client->account->calls, broker_now(call->broker), LIMIT_CALLS_PER_SECOND))
                return sd_bus_error_setf(error, SJ_ERROR_LIMIT,
                                         "your user calls too often: %u times a second are the "
                                         "limit",
                                         LIMIT_CALLS_PER_SECOND);
        if (client->account->calls_in_flight >= LIMIT_CALLS_IN_FLIGHT)
                return sd_bus_error_setf(error, SJ_ERROR_LIMIT,
                                         "%u calls of your user wait for their answers; wait for "
                                         "one of them",
                                         client->account->calls_in_flight);
        if (!(call->entry->flags & GATE_OUTSIDERS))
                return 0;
        /* Whoever holds the connection of a process that is gone is nobody we know. */
        if (!bus_client_is_alive(client))
                return sd_bus_error_set(error, SJ_ERROR_NOT_AUTHORIZED,
                                        "the process that opened this connection has ended");
        if (caller_is_jailed(client->pid, &call->broker->jails, &client->is_outside))
                return sd_bus_error_setf(error, SJ_ERROR_JAILED,
                                         "process %d is in a jail itself; only a process outside "
                                         "may do this",
                                         client->pid);
        return 0;
}

static bool is_there(const GateCall *call)
{
        return call->jail && (call->jail->state != JAIL_ENDED || call->entry->flags & GATE_ENDED);
}

/* Whether the number was given to a jail that the caller cannot look at: that of another user, or
 * one that was forgotten. He hears the same of both, so that nobody learns what others run. */
static bool is_out_of_sight(const GateCall *call)
{
        if (call->jail)
                return call->jail->uid != call->client->uid;
        return call->broker->is_system && call->number < call->broker->jails.next;
}

static int check_jail(GateCall *call, sd_bus_error *error)
{
        if (call->number == 0 && !call->jail)
                return 0;
        call->others = is_out_of_sight(call);
        if (call->others && !call->broker->is_system)
                return sd_bus_error_set(error, SJ_ERROR_NOT_AUTHORIZED, "this jail is not yours");
        return call->others || is_there(call) ? 0 : not_there(call, error);
}

/* Everything but polkit. Run before it is asked, and again after: a person takes his time. */
static int admit(Broker *broker, sd_bus_message *message, GateCall *ret, sd_bus_error *error)
{
        GateCall call = {.broker = broker, .message = message};
        int r;

        call.entry = find_entry(sd_bus_message_get_member(message));
        if (!call.entry || !sd_bus_message_has_signature(message, call.entry->in))
                return sd_bus_error_set(error, SJ_ERROR_NOT_AUTHORIZED, "no such method");
        r = bus_client_of_message(broker, message, &call.client);
        if (r < 0)
                return bus_error_of_errno(error, r, "cannot tell who calls");
        r = check_client(&call, error);
        if (r >= 0)
                r = sd_bus_message_rewind(message, 1);
        if (r >= 0)
                r = find_target(&call, error);
        if (r >= 0)
                r = check_jail(&call, error);
        if (r >= 0)
                r = sd_bus_message_rewind(message, 1);
        if (r < 0)
                return r;
        *ret = call;
        return 0;
}

static int run(GateCall *call, sd_bus_error *error)
{
        int r = call->entry->handler(call, error);

        if (r < 0 && !sd_bus_error_is_set(error))
                return bus_error_of_errno(error, r, call->entry->member);
        return r < 0 ? r : 1;
}

/* ---- polkit ---- */

typedef struct Asked {
        Broker *broker;
        UserAccount *account;    /* the call counts there */
        sd_bus_message *message; /* a reference */
        const char *action;      /* what polkit was asked for; of the table */
} Asked;

static void asked_free(Asked *asked)
{
        asked->account->calls_in_flight--;
        sd_bus_message_unref(asked->message);
        free(asked);
}

static const char *action_of(const GateCall *call)
{
        if (!call->others)
                return call->entry->action;
        return call->entry->target == GATE_TRACE_OPTIONS ? ACTION_TRACE_SERVICE
                                                         : ACTION_MANAGE_OTHERS;
}

static int deny(const Asked *asked, const char *why, sd_bus_error *error)
{
        if (!string_equal(asked->action, ACTION_MANAGE_OTHERS))
                return sd_bus_error_set(error, SJ_ERROR_NOT_AUTHORIZED, why);
        return sd_bus_error_setf(error, SJ_ERROR_NOT_AUTHORIZED,
                                 "this is not about a jail of yours: %s", why);
}

/* What was true before polkit was asked is looked at anew; what it said is for that action only. */
static int run_authorized(const Asked *asked, sd_bus_error *error)
{
        GateCall call;
        int r = admit(asked->broker, asked->message, &call, error);

        if (r < 0)
                return r;
        if (!string_equal(action_of(&call), asked->action))
                return sd_bus_error_set(error, SJ_ERROR_NOT_AUTHORIZED,
                                        "what this is about has changed meanwhile");
        if (call.number && !is_there(&call))
                return not_there(&call, error);
        return run(&call, error);
}

static void on_authorized(int verdict, const char *why, void *userdata)
{
        Asked *asked = userdata;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        int r = verdict < 0 ? deny(asked, why, &error) : run_authorized(asked, &error);

        if (r < 0)
                sd_bus_reply_method_errno(asked->message, r, &error);
        sd_bus_error_free(&error);
        asked_free(asked);
}

static int ask(GateCall *call, sd_bus_error *error)
{
        _cleanup_(trace_options_release) TraceOptions options = TRACE_OPTIONS_INIT;
        AuthorizationQuestion question;
        Asked *asked;
        int r;

        r = bus_question_make(call, action_of(call), &options, &question, error);
        if (r < 0)
                return r;
        if (authorization_is_known(call->broker->authorization, &question))
                return call->number && !is_there(call) ? not_there(call, error) : run(call, error);
        asked = malloc(sizeof(*asked));
        if (!asked)
                return -ENOMEM;
        *asked = (Asked){.broker = call->broker,
                         .account = call->client->account,
                         .message = sd_bus_message_ref(call->message),
                         .action = question.action};
        asked->account->calls_in_flight++;
        r = authorization_ask(call->broker->authorization, &question, on_authorized, asked);
        if (r < 0)
                asked_free(asked);
        return r < 0 ? r : 1;
}

int bus_gate_dispatch(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
        Broker *broker = userdata;
        GateCall call;
        int r;

        r = admit(broker, message, &call, error);
        if (r < 0)
                return r;
        if (broker->is_system && action_of(&call))
                return ask(&call, error);
        return run(&call, error);
}
