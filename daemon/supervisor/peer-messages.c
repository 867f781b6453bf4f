/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/peer-messages.h"

#include <string.h>
#include <time.h>

#include "dbus/bus-names.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-request.h"
#include "syscalls/errno-names.h"

int message_add_string(sd_bus_message *message, const char *key, const char *value)
{
        return value ? sd_bus_message_append(message, "{sv}", key, "s", value) : 0;
}

int message_add_signed(sd_bus_message *message, const char *key, int32_t value)
{
        return sd_bus_message_append(message, "{sv}", key, "i", value);
}

int message_add_unsigned(sd_bus_message *message, const char *key, uint32_t value)
{
        return sd_bus_message_append(message, "{sv}", key, "u", value);
}

int message_add_long(sd_bus_message *message, const char *key, uint64_t value)
{
        return sd_bus_message_append(message, "{sv}", key, "t", value);
}

int message_add_wide(sd_bus_message *message, const char *key, int64_t value)
{
        return sd_bus_message_append(message, "{sv}", key, "x", value);
}

int message_add_bool(sd_bus_message *message, const char *key, bool value)
{
        return sd_bus_message_append(message, "{sv}", key, "b", (int) value);
}

int message_add_time(sd_bus_message *message, const char *key, const struct timespec *time)
{
        char date[32], stamp[48];
        struct tm tm;

        if (time->tv_sec == 0)
                return 0;
        gmtime_r(&time->tv_sec, &tm);
        strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(stamp, sizeof(stamp), "%s.%09ldZ", date, time->tv_nsec);
        return message_add_string(message, key, stamp);
}

int message_add_strings(sd_bus_message *message, const char *key, char *const *list)
{
        int r;

        r = sd_bus_message_open_container(message, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(message, "s", key);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "as");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "s");
        for (; r >= 0 && list && *list; list++)
                /* D-Bus carries UTF-8 only; what is none was not ours to begin with */
                r = sd_bus_message_append(message, "s",
                                          text_is_utf8(*list, strlen(*list)) ? *list : "?");
        for (unsigned i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(message);
        return r;
}

static int open_dictionary(sd_bus_message *message)
{
        return sd_bus_message_open_container(message, 'a', "{sv}");
}

static int close_dictionary(sd_bus_message *message, int r)
{
        return r < 0 ? r : sd_bus_message_close_container(message);
}

/* A name from the file system as valid UTF-8 for the bus: itself, or escaped when it is not. */
static int add_name(sd_bus_message *message, const char *key, const char *name)
{
        _cleanup_text_ Text text = TEXT_INIT;

        if (!name || text_is_utf8(name, strlen(name)))
                return message_add_string(message, key, name);
        text_append_escaped(&text, name, strlen(name));
        return message_add_string(message, key, text_get(&text));
}

/* ---- jail ---- */

int message_append_jail(sd_bus_message *message, const Supervisor *supervisor)
{
        static const char *const states[] = {"starting", "running", "ended"};
        bool ended = supervisor->state == JAIL_ENDED;
        int r = open_dictionary(message);

        if (r >= 0)
                r = message_add_long(message, "id", supervisor->jail);
        if (r >= 0)
                r = add_name(message, "program", supervisor->program);
        if (r >= 0)
                r = message_add_strings(message, "args", supervisor->argv);
        if (r >= 0)
                r = message_add_unsigned(message, "uid", supervisor->uid);
        if (r >= 0)
                r = message_add_string(message, "state", states[supervisor->state]);
        if (r >= 0)
                r = message_add_string(message, "mode", supervisor->mode);
        if (r >= 0)
                r = message_add_signed(message, "pid", supervisor->program_pid);
        if (r >= 0)
                r = message_add_string(message, "rules", supervisor->rules_name);
        if (r >= 0)
                r = message_add_time(message, "started", &supervisor->started);
        if (r >= 0)
                r = message_add_unsigned(message, "pending", (uint32_t) supervisor->pending.count);
        if (r >= 0)
                r = message_add_long(message, "calls", supervisor->calls);
        if (r >= 0)
                r = message_add_long(message, "dropped", log_ring_lost(supervisor->log.ring));
        if (r >= 0)
                r = message_add_unsigned(message, "processes",
                                         (uint32_t) supervisor->tracees.processes.count);
        if (r >= 0 && ended)
                r = message_add_time(message, "ended", &supervisor->ended);
        if (r >= 0 && ended)
                r = message_add_signed(message, "status", supervisor->exit_status);
        if (r >= 0 && ended && !supervisor->exit_signal)
                r = message_add_signed(message, "exit-code", supervisor->exit_status);
        if (r >= 0 && ended && supervisor->exit_signal)
                r = message_add_signed(message, "signal", supervisor->exit_signal);
        if (r >= 0 && ended)
                r = message_add_string(message, "reason", supervisor->end_reason);
        return close_dictionary(message, r);
}

/* ---- processes ---- */

static const char *state_in_words(const Tracee *tracee)
{
        char letter = '?';

        if (tracee->state == TRACEE_HELD || tracee->state == TRACEE_DELAYED)
                return "held";
        if (tracee->state == TRACEE_LISTENING)
                return "stopped";
        if (process_state(tracee_tid(tracee), &letter) < 0 || letter == 'Z' || letter == 'X')
                return "zombie";
        return letter == 'R' ? "running" : "blocked";
}

/* The call that it is in: followed by us, or one that it waits in without having asked us. */
static int add_doing(sd_bus_message *message, const Tracee *tracee)
{
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        CallRegisters call;
        DecodedCall decoded;
        int r;

        if (tracee->call && tracee->call->is_decoded)
                return message_add_string(message, "doing", tracee->call->decoded.text);
        if (process_waiting_call(tracee_tid(tracee), &call) <= 0 ||
            decode_call(&call, &caller, &DECODE_LIMITS_DEFAULT, &decoded) < 0)
                return 0;
        r = message_add_string(message, "doing", decoded.text);
        decoded_call_release(&decoded);
        return r;
}

static int add_command_line(sd_bus_message *message, pid_t pid)
{
        char **argv = NULL;
        int r = process_command_line(pid, &argv);

        if (r < 0)
                return 0; /* gone: the rest is still of use */
        r = message_add_strings(message, "args", argv);
        strv_free(argv);
        return r;
}

static int add_process(sd_bus_message *message, const Supervisor *supervisor,
                       const Process *process)
{
        pid_t parent = 0;
        int r = message_add_long(message, "jail", supervisor->jail);

        (void) process_parent((pid_t) process->id, &parent);
        if (r >= 0)
                r = message_add_signed(message, "pid", (int32_t) process->id);
        if (r >= 0)
                r = message_add_signed(message, "ppid", parent);
        if (r >= 0)
                r = add_name(message, "exe", process->exe);
        if (r >= 0)
                r = message_add_string(message, "comm", process->comm);
        if (r >= 0)
                r = message_add_long(message, "calls", process->calls);
        if (r >= 0)
                r = message_add_long(message, "held-ns", process->held_ns);
        return r;
}

int message_append_process(sd_bus_message *message, const Supervisor *supervisor,
                           const Process *process, bool exec)
{
        int r = open_dictionary(message);

        if (r >= 0)
                r = add_process(message, supervisor, process);
        if (r >= 0)
                r = message_add_signed(message, "tid", (int32_t) process->id);
        if (r >= 0 && exec)
                r = message_add_bool(message, "exec", true);
        return close_dictionary(message, r);
}

int message_append_thread(sd_bus_message *message, const Supervisor *supervisor,
                          const Tracee *tracee)
{
        bool main = tracee_tid(tracee) == tracee_pid(tracee);
        int r = open_dictionary(message);

        if (r >= 0)
                r = add_process(message, supervisor, tracee->process);
        if (r >= 0)
                r = message_add_signed(message, "tid", tracee_tid(tracee));
        if (r >= 0)
                r = message_add_bool(message, "main", main);
        if (r >= 0)
                r = message_add_string(message, "state", state_in_words(tracee));
        if (r >= 0)
                r = add_doing(message, tracee);
        if (r >= 0 && main)
                r = add_command_line(message, tracee_pid(tracee));
        return close_dictionary(message, r);
}

/* ---- calls ---- */

static int add_registers(sd_bus_message *message, const OpenCall *call)
{
        char texts[6][24], *list[7];

        for (unsigned i = 0; i < 6; i++) {
                snprintf(texts[i], sizeof(texts[i]), "0x%llx",
                         (unsigned long long) open_call_argument(call, i));
                list[i] = texts[i];
        }
        list[6] = NULL;
        return message_add_strings(message, "args", list);
}

static int append_argument(sd_bus_message *message, const DecodedArgument *argument, uint64_t shown)
{
        char value[24];
        int r = open_dictionary(message);

        snprintf(value, sizeof(value), "0x%llx", (unsigned long long) shown);
        if (r >= 0)
                r = message_add_string(message, "name", argument->name);
        if (r >= 0)
                r = message_add_string(message, "kind", argument_kind_name(argument->kind));
        if (r >= 0)
                r = message_add_string(message, "value", value);
        if (r >= 0)
                r = message_add_string(message, "text", argument->text);
        if (r >= 0)
                r = add_name(message, "resolved", argument->resolved);
        return close_dictionary(message, r);
}

static int add_arguments(sd_bus_message *message, const OpenCall *open)
{
        const DecodedCall *call = &open->decoded;
        int r = sd_bus_message_open_container(message, 'e', "sv");

        if (r >= 0)
                r = sd_bus_message_append(message, "s", "arguments");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "aa{sv}");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "a{sv}");
        for (unsigned i = 0; r >= 0 && i < call->argument_count; i++)
                r = append_argument(message, &call->arguments[i], open_call_argument(open, i));
        for (unsigned i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(message);
        return r;
}

static int add_sentence(sd_bus_message *message, const Sentence *sentence)
{
        _cleanup_free_ char *filled = NULL;
        int r = sentence_fill(sentence, &filled);

        if (r >= 0)
                r = message_add_string(message, "sentence", filled);
        if (r >= 0)
                r = message_add_string(message, "sentence-id", sentence->id);
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'e', "sv");
        if (r >= 0)
                r = sd_bus_message_append(message, "s", "parts");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'v', "a{ss}");
        if (r >= 0)
                r = sd_bus_message_open_container(message, 'a', "{ss}");
        for (unsigned i = 0; r >= 0 && i < sentence->count; i++) {
                _cleanup_text_ Text value = TEXT_INIT;

                text_append_escaped(&value, sentence->values[i], strlen(sentence->values[i]));
                r = sd_bus_message_append(message, "{ss}", sentence->keys[i], text_get(&value));
        }
        for (unsigned i = 0; r >= 0 && i < 3; i++)
                r = sd_bus_message_close_container(message);
        return r;
}

int message_add_waiting_signals(sd_bus_message *message, pid_t tid)
{
        char names[64][16], *list[65];
        uint64_t set = 0;
        size_t count = 0;

        if (tracee_get_waiting_signals(tid, &set) < 0) /* it runs */
                (void) process_pending_signals(tid, &set);
        for (int signal = 1; signal <= 64; signal++)
                if (set & UINT64_C(1) << (signal - 1)) {
                        const char *name = signal_name(signal);

                        snprintf(names[count], sizeof(names[count]), "%s", name ? name : "?");
                        list[count] = names[count];
                        count++;
                }
        list[count] = NULL;
        return message_add_strings(message, "signals", list);
}

static int add_rule(sd_bus_message *message, const PendingCall *pending)
{
        const RuleSet *rules = pending->supervisor->rules;
        int64_t number = pending->call->rule;
        _cleanup_text_ Text text = TEXT_INIT;
        const Action *action = rule_set_default(rules);
        int r = message_add_wide(message, "rule", number);

        if (number > 0 && (size_t) number <= rule_set_count(rules)) {
                const Rule *rule = rule_set_get(rules, (size_t) number - 1);

                text_append_format(&text, "%s=", rule->selector);
                action = &rule->action;
        } else {
                text_append(&text, "default=");
        }
        action_append(action, &text);
        return r < 0 ? r : message_add_string(message, "rule-text", text_get(&text));
}

static int add_call(sd_bus_message *message, const Supervisor *supervisor, const Tracee *tracee,
                    const OpenCall *call)
{
        int r = message_add_long(message, "jail", supervisor->jail);

        if (r >= 0)
                r = message_add_signed(message, "pid", tracee_pid(tracee));
        if (r >= 0)
                r = message_add_signed(message, "tid", tracee_tid(tracee));
        if (r >= 0)
                r = add_name(message, "exe", tracee->process->exe ? tracee->process->exe : "");
        if (r >= 0)
                r = message_add_string(message, "comm", tracee->process->comm);
        if (r >= 0)
                r = message_add_string(message, "syscall", call->decoded.name);
        if (r >= 0)
                r = message_add_signed(message, "number", call->decoded.registers.number);
        if (r >= 0)
                r = add_registers(message, call);
        if (r >= 0)
                r = message_add_string(message, "text", call->decoded.text);
        return r < 0 ? r : add_arguments(message, call);
}

int message_append_pending(sd_bus_message *message, const PendingCall *pending)
{
        int r = open_dictionary(message);

        if (r >= 0)
                r = message_add_long(message, "id", pending_call_id(pending));
        if (r >= 0)
                r = add_call(message, pending->supervisor, pending->tracee, pending->call);
        if (r >= 0)
                r = message_add_time(message, "since", &pending->call->since);
        if (r >= 0)
                r = add_rule(message, pending);
        if (r >= 0)
                r = message_add_waiting_signals(message, tracee_tid(pending->tracee));
        if (r >= 0)
                r = add_sentence(message, &pending->sentence);
        if (r >= 0 && pending->deadline_usec) {
                const struct timespec deadline = {
                        .tv_sec = (time_t) (pending->deadline_usec / 1000000),
                        .tv_nsec = (long) (pending->deadline_usec % 1000000) * 1000,
                };

                r = message_add_time(message, "deadline", &deadline);
        }
        return close_dictionary(message, r);
}

int message_append_decided(sd_bus_message *message, const PendingCall *pending, bool gone)
{
        const OpenCall *call = pending->call;
        int r = open_dictionary(message);

        if (r >= 0)
                r = message_add_long(message, "jail", pending->supervisor->jail);
        if (r >= 0)
                r = message_add_string(message, "action",
                                       gone ? "gone" : call_action_name(call->action));
        if (r >= 0)
                r = message_add_string(message, "by",
                                       gone ? "supervisor" : decided_by_name(call->by));
        if (r >= 0 && call->by == BY_USER)
                r = message_add_unsigned(message, "who", call->who);
        return close_dictionary(message, r);
}
