/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/answer-rule.h"

#include <string.h>
#include <time.h>

#include "supervisor/answer-result.h"

/* A preview looks at this much of the log's end at most, so that it answers soon. */
#define PREVIEW_BYTES_MAX  (16u * 1024u * 1024u)
#define PREVIEW_STEP_BYTES (1024u * 1024u)

/* ---- the rule as text ---- */

static void append_member(Text *json, const char *key, const char *value)
{
        text_append_format(json, ", \"%s\": ", key);
        text_append_json(json, value, strlen(value));
}

/* A path as a glob that matches just it. */
static void append_glob(Text *json, const char *path)
{
        _cleanup_text_ Text glob = TEXT_INIT;

        for (; *path; path++) {
                if (strchr("*?[\\", *path))
                        text_append_char(&glob, '\\');
                text_append_char(&glob, *path);
        }
        text_append_json(json, text_get(&glob), glob.length);
}

/* Arguments that a rule can name by their value; others it leaves open. */
static bool is_value(const DecodedArgument *argument)
{
        return argument->kind != ARGUMENT_KIND_ADDRESS &&
               argument_kind_direction(argument->kind) == ARGUMENT_VALUE;
}

static void append_values(Text *json, const DecodedCall *call)
{
        bool first = true;

        text_append(json, ", \"where\": {");
        for (unsigned i = 0; i < call->argument_count; i++) {
                const DecodedArgument *argument = &call->arguments[i];

                if (!argument->resolved && !is_value(argument))
                        continue;
                text_append_format(json, "%s\"%s\": ", first ? "" : ", ", argument->name);
                if (argument->resolved)
                        append_glob(json, argument->resolved);
                else
                        text_append_format(json, "%lld", (long long) argument->value);
                first = false;
        }
        text_append(json, "}");
}

int answer_rule_json(const PendingCall *pending, const Answer *answer, char **ret)
{
        const Process *process = pending->tracee->process;
        _cleanup_text_ Text json = TEXT_INIT;
        const DecodedCall *call = &pending->call->decoded;

        if (call->entry)
                text_append_format(&json, "{\"syscall\": \"%s\"", call->name);
        else
                text_append_format(&json, "{\"syscall\": %d", call->registers.number);
        if (answer->with_values && call->argument_count > 0)
                append_values(&json, call);
        if ((answer->scope == REMEMBER_IMAGE || answer->scope == REMEMBER_CHILDREN) &&
            process->exe) {
                text_append_format(&json, ", \"%s\": ",
                                   answer->scope == REMEMBER_IMAGE ? "exe" : "started-by");
                append_glob(&json, process->exe);
        }
        if (answer->scope == REMEMBER_PROCESS)
                text_append_format(&json, ", \"pid\": %d", tracee_pid(pending->tracee));
        append_member(&json, "action", action_kind_name(answer->action.kind));
        if (answer->action.error_number && answer->action.kind != ACTION_ALLOW)
                text_append_format(&json, ", \"errno\": %d", answer->action.error_number);
        else if (answer->action.kind == ACTION_RETURN)
                text_append_format(&json, ", \"value\": %lld", (long long) answer->action.value);
        text_append(&json, "}");
        *ret = text_take(&json);
        return *ret ? 0 : -ENOMEM;
}

/* ---- the rule ---- */

static int check(const PendingCall *pending, const Answer *answer, Problem *problem)
{
        const Process *process = pending->tracee->process;

        if (answer->interrupt)
                return problem_set(problem, -EINVAL,
                                   "an interruption cannot be remembered as a rule");
        if (answer->number || answer->argument_count > 0 ||
            (answer->action.kind == ACTION_ALLOW &&
             (answer->write_count > 0 || answer->field_count > 0)))
                return problem_set(problem, -EINVAL,
                                   "an edited call cannot be remembered: a rule lets a call go on "
                                   "as the program made it");
        if (!process->exe &&
            (answer->scope == REMEMBER_IMAGE || answer->scope == REMEMBER_CHILDREN))
                return problem_set(problem, -EINVAL,
                                   "it is not known which program process %d runs; remember it for "
                                   "the process or the jail",
                                   tracee_pid(pending->tracee));
        if (answer->always &&
            (answer->scope == REMEMBER_PROCESS || answer->for_usec || answer->uses > 0))
                return problem_set(problem, -EINVAL,
                                   "a rule that ends by itself cannot be kept always");
        return 0;
}

static uint64_t end_of(uint64_t usec)
{
        struct timespec now;
        uint64_t start;

        if (usec == 0)
                return 0;
        clock_gettime(CLOCK_BOOTTIME, &now);
        start = (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
        return usec > UINT64_MAX - start ? UINT64_MAX : start + usec;
}

int answer_remember(PendingCall *pending, const Answer *answer, size_t *ret_number,
                    Problem *problem)
{
        _cleanup_(rule_freep) Rule *rule = NULL;
        _cleanup_free_ char *json = NULL;
        int r = check(pending, answer, problem);

        if (r == 0)
                r = answer_rule_json(pending, answer, &json);
        if (r == 0)
                r = rule_parse(json, &rule, problem);
        if (r == 0)
                r = answer_result_action(answer, &rule->action, problem);
        if (r < 0)
                return r;
        rule->expires_usec = end_of(answer->for_usec);
        rule->expires_uses = answer->uses;
        rule->expires_pid = answer->scope == REMEMBER_PROCESS ? tracee_pid(pending->tracee) : 0;
        rule->persistent = answer->always;
        r = rule_set_insert_rule(pending->supervisor->rules, rule, problem);
        if (r < 0)
                return r;
        rule = NULL; /* it is the jail's now */
        *ret_number = 1;
        return 0;
}

/* ---- what it would have matched ---- */

/* What a line of the log holds when its call would match; call-log.c writes these keys in this
 * order. */
typedef struct PreviewPattern {
        Text number, exe, pid;
        Text arguments[SYSCALL_ARGUMENTS_MAX];
        unsigned argument_count;
        const Supervisor *supervisor;
        const char *ancestor; /* NULL for any */
} PreviewPattern;

static void pattern_release(PreviewPattern *pattern)
{
        text_release(&pattern->number);
        text_release(&pattern->exe);
        text_release(&pattern->pid);
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++)
                text_release(&pattern->arguments[i]);
}

static void pattern_add_argument(PreviewPattern *pattern, const OpenCall *call, unsigned index)
{
        const DecodedArgument *argument = &call->decoded.arguments[index];
        Text *text = &pattern->arguments[pattern->argument_count];

        if (argument->resolved) {
                text_append(text, ",\"resolved\":");
                text_append_json(text, argument->resolved, strlen(argument->resolved));
        } else if (is_value(argument)) {
                text_append_format(text, "{\"name\":\"%s\",\"kind\":\"%s\",\"value\":\"",
                                   argument->name, argument_kind_name(argument->kind));
                text_append_hex(text, open_call_argument(call, index));
                text_append_char(text, '"');
        } else {
                return;
        }
        pattern->argument_count++;
}

static int pattern_make(const PendingCall *pending, const Answer *answer, PreviewPattern *ret)
{
        const Process *process = pending->tracee->process;
        const OpenCall *call = pending->call;
        int r;

        ret->supervisor = pending->supervisor;
        text_append_format(&ret->number, ",\"number\":%d,", call->decoded.registers.number);
        if (answer->scope == REMEMBER_IMAGE && process->exe) {
                text_append(&ret->exe, ",\"exe\":");
                text_append_json(&ret->exe, process->exe, strlen(process->exe));
        }
        if (answer->scope == REMEMBER_PROCESS)
                text_append_format(&ret->pid, ",\"pid\":%d,", tracee_pid(pending->tracee));
        if (answer->scope == REMEMBER_CHILDREN)
                ret->ancestor = process->exe;
        for (unsigned i = 0; answer->with_values && i < call->decoded.argument_count; i++)
                pattern_add_argument(ret, call, i);
        r = text_error(&ret->number);
        if (r == 0)
                r = text_error(&ret->exe);
        for (unsigned i = 0; r == 0 && i < ret->argument_count; i++)
                r = text_error(&ret->arguments[i]);
        return r;
}

static const char *find(const char *line, size_t size, const char *text)
{
        return memmem(line, size, text, strlen(text));
}

static bool has(const char *line, size_t size, const Text *text)
{
        return text->length == 0 || memmem(line, size, text->data, text->length);
}

/* Of processes that live: the log does not tell who started one that is gone. */
static bool has_ancestor(const PreviewPattern *pattern, const char *line, size_t size)
{
        const char *pid = find(line, size, ",\"pid\":");
        const Process *process = pid ? id_map_get(&pattern->supervisor->tracees.processes,
                                                  strtoull(pid + strlen(",\"pid\":"), NULL, 10))
                                     : NULL;

        for (process = process ? process->parent : NULL; process; process = process->parent)
                if (process->exe && string_equal(process->exe, pattern->ancestor))
                        return true;
        return false;
}

static bool matches(const PreviewPattern *pattern, const char *line, size_t size)
{
        if (!has(line, size, &pattern->number) || !has(line, size, &pattern->exe) ||
            !has(line, size, &pattern->pid))
                return false;
        for (unsigned i = 0; i < pattern->argument_count; i++)
                if (!has(line, size, &pattern->arguments[i]))
                        return false;
        return !pattern->ancestor || has_ancestor(pattern, line, size);
}

static void look_at(const PreviewPattern *pattern, const char *line, size_t size,
                    AnswerPreview *preview)
{
        if (!find(line, size, ",\"number\":")) /* a note, no call */
                return;
        preview->of++;
        if (!matches(pattern, line, size))
                return;
        preview->matched++;
        if (find(line, size, ",\"action\":\"abort\""))
                preview->refused++;
        else if (find(line, size, ",\"errno\":\""))
                preview->failed++;
        else
                preview->succeeded++;
}

/* Whole lines at once; what is left over begins the next. */
static size_t look_at_lines(const PreviewPattern *pattern, const char *bytes, size_t size,
                            AnswerPreview *preview)
{
        size_t done = 0;

        while (done < size) {
                const char *end = memchr(bytes + done, '\n', size - done);

                if (!end)
                        break;
                look_at(pattern, bytes + done, (size_t) (end - bytes) - done, preview);
                done = (size_t) (end - bytes) + 1;
        }
        return done;
}

static int look_at_log(const PreviewPattern *pattern, const LogRing *ring, AnswerPreview *preview)
{
        LogCursor end = log_ring_end(ring), at = {0};
        _cleanup_text_ Text line = TEXT_INIT;
        bool inside = end.position > PREVIEW_BYTES_MAX; /* of a line: the first is no whole one */

        if (inside)
                at.position = end.position - PREVIEW_BYTES_MAX;
        for (;;) {
                const char *bytes, *start;
                uint64_t missed;
                size_t size;

                log_ring_peek(ring, &at, &bytes, &size, &missed);
                if (size == 0)
                        return text_error(&line);
                if (size > PREVIEW_STEP_BYTES)
                        size = PREVIEW_STEP_BYTES;
                start = inside ? memchr(bytes, '\n', size) : NULL;
                text_append_bytes(&line, start ? start + 1 : bytes,
                                  start ? size - (size_t) (start + 1 - bytes) : size);
                inside = false;
                log_ring_advance(&at, bytes, size);
                if (text_error(&line))
                        return text_error(&line);
                size = look_at_lines(pattern, text_get(&line), line.length, preview);
                memmove(line.data, line.data + size, line.length - size);
                line.length -= size;
        }
}

int answer_preview(const PendingCall *pending, const Answer *answer, AnswerPreview *ret)
{
        _cleanup_(pattern_release) PreviewPattern pattern = {0};
        AnswerPreview preview = {0};
        int r = pattern_make(pending, answer, &pattern);

        if (r == 0)
                r = look_at_log(&pattern, pending->supervisor->log.ring, &preview);
        if (r == 0)
                *ret = preview;
        return r;
}
