/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/call-log.h"

#include <string.h>
#include <time.h>

#include "syscalls/errno-names.h"

/* `key` as it stands between two members; the first one has no comma before it. */
static void start_member(Text *line, const char *key)
{
        text_append(line, line->length > 1 ? key : key + 1);
}

static void add_number(Text *line, const char *key, int64_t value)
{
        start_member(line, key);
        text_append_signed(line, value);
}

static void add_string(Text *line, const char *key, const char *value)
{
        start_member(line, key);
        text_append_json(line, value, strlen(value));
}

/* The name of a member is a constant: it is put between its marks here, not once a record. */
#define KEY(name)                        ",\"" name "\":"
#define append_key(line, name)           start_member(line, KEY(name))
#define append_number(line, name, value) add_number(line, KEY(name), value)
#define append_string(line, name, value) add_string(line, KEY(name), value)

/* A second's date is worked out once. */
static void renew_date(CallLog *log, time_t second)
{
        if (log->date.length > 0 && log->second == second)
                return;
        text_clear(&log->date);
        text_append_date(&log->date, second);
        log->second = second;
}

/* RFC 3339 with nanoseconds in UTC. */
static void append_time(CallLog *log, const struct timespec *time)
{
        renew_date(log, time->tv_sec);
        append_key(&log->line, "time");
        text_append_char(&log->line, '"');
        text_append_bytes(&log->line, text_get(&log->date), log->date.length);
        text_append_char(&log->line, '.');
        text_append_padded(&log->line, (uint64_t) time->tv_nsec, 9);
        text_append(&log->line, "Z\"");
}

static void append_registers(Text *line, const OpenCall *call)
{
        append_key(line, "args");
        text_append_char(line, '[');
        for (unsigned i = 0; i < 6; i++) {
                text_append(line, i ? ",\"" : "\"");
                text_append_hex(line, open_call_argument(call, i));
                text_append_char(line, '"');
        }
        text_append_char(line, ']');
}

static void append_arguments(Text *line, const OpenCall *open)
{
        const DecodedCall *call = &open->decoded;

        append_key(line, "arguments");
        text_append_char(line, '[');
        for (unsigned i = 0; i < call->argument_count; i++) {
                const DecodedArgument *argument = &call->arguments[i];

                text_append(line, i ? ",{\"name\":\"" : "{\"name\":\"");
                text_append(line, argument->name);
                text_append(line, "\",\"kind\":\"");
                text_append(line, argument_kind_name(argument->kind));
                text_append(line, "\",\"value\":\"");
                text_append_hex(line, open_call_argument(open, i));
                text_append(line, "\",\"text\":");
                text_append_json(line, argument->text, strlen(argument->text));
                if (argument->resolved)
                        append_string(line, "resolved", argument->resolved);
                text_append_char(line, '}');
        }
        text_append_char(line, ']');
}

static void append_call(Text *line, uint64_t jail, const Tracee *tracee, const OpenCall *call)
{
        append_number(line, "jail", (int64_t) jail);
        append_number(line, "pid", tracee_pid(tracee));
        append_number(line, "tid", tracee_tid(tracee));
        append_string(line, "exe", tracee->process->exe ? tracee->process->exe : "");
        append_string(line, "comm", tracee->process->comm);
        append_string(line, "syscall", call->decoded.name);
        append_number(line, "number", call->decoded.registers.number);
        append_registers(line, call);
        append_string(line, "text", call->decoded.text);
        append_arguments(line, call);
}

void call_log_describe(Text *text, uint64_t jail, const Tracee *tracee, const OpenCall *call)
{
        text_append_char(text, '{');
        append_call(text, jail, tracee, call);
        text_append_char(text, '}');
}

static void append_verdict(Text *line, const OpenCall *call)
{
        append_string(line, "action", call_action_name(call->action));
        append_string(line, "by", decided_by_name(call->by));
        append_key(line, "rule");
        if (call->rule < 0)
                text_append(line, "null");
        else
                text_append_unsigned(line, (uint64_t) call->rule);
        if (call->by == BY_USER || call->by == BY_INJECTION)
                append_number(line, "who", call->who);
        append_string(line, "verified", verified_name(call->verified));
        if (call->unverified_reason)
                append_string(line, "unverified", call->unverified_reason);
        append_key(line, "edited");
        text_append(line, call->edited_from ? "true" : "false");
        if (call->edited_from) {
                append_string(line, "from", call->edited_from);
                append_string(line, "to", call->decoded.text);
        }
}

/* A number that says more in names. */
static void append_named_result(Text *line, const OpenCall *call, int64_t result)
{
        _cleanup_text_ Text text = TEXT_INIT;

        if (decode_result(&call->decoded.registers, result, NULL, &text) == 0)
                append_string(line, "result", text_get(&text));
}

static void append_end(Text *line, const OpenCall *call, const CallEnd *end)
{
        uint64_t resumed = call->resumed_ns ? call->resumed_ns : end->ended_ns;
        const char *name = NULL;

        if (end->returned) {
                bool failed = end->result < 0 && end->result >= -4095;

                append_number(line, "return", failed ? -1 : end->result);
                name = failed ? errno_name((int) -end->result) : NULL;
        } else {
                append_key(line, "return");
                text_append(line, "null");
        }
        append_key(line, "errno");
        if (name)
                text_append_json(line, name, strlen(name));
        else
                text_append(line, "null");
        if (end->returned && !name && decode_result_has_names(&call->decoded.registers))
                append_named_result(line, call, end->result);
        if (end->ended)
                append_string(line, "ended", end->ended);
        append_number(line, "held_ns", (int64_t) (resumed - call->entered_ns));
        append_number(line, "ran_ns", (int64_t) (end->ended_ns - resumed));
}

static int finish_line(CallLog *log)
{
        text_append(&log->line, "}\n");
        if (text_error(&log->line))
                return text_error(&log->line);
        return log_ring_append(log->ring, log->line.data, log->line.length);
}

static void begin_line(CallLog *log, const struct timespec *time)
{
        text_clear(&log->line);
        text_append_char(&log->line, '{');
        append_time(log, time);
        append_number(&log->line, "seq", (int64_t) ++log->sequence);
}

int call_log_write(CallLog *log, const Tracee *tracee, const OpenCall *call, const CallEnd *end)
{
        begin_line(log, &call->since);
        append_call(&log->line, log->jail, tracee, call);
        append_verdict(&log->line, call);
        append_end(&log->line, call, end);
        return finish_line(log);
}

int call_log_note(CallLog *log, const char *event, const char *message)
{
        struct timespec now;

        clock_gettime(CLOCK_REALTIME, &now);
        begin_line(log, &now);
        append_number(&log->line, "jail", (int64_t) log->jail);
        append_string(&log->line, "event", event);
        append_string(&log->line, "message", message);
        return finish_line(log);
}

void call_log_release(CallLog *log)
{
        text_release(&log->line);
        text_release(&log->date);
        log->ring = log_ring_close(log->ring);
}
