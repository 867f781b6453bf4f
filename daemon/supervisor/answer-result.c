/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/answer-result.h"

#include <string.h>

#include "syscalls/argument-variants.h"
#include "syscalls/call-numbers.h"
#include "syscalls/output-place.h"
#include "syscalls/result-field.h"

void answer_result_release(AnswerResult *result)
{
        result_bytes_release(&result->bytes);
        if (result->after)
                action_release(result->after);
        free(result->after);
        *result = (AnswerResult){0};
}

/* ---- from the answer to a list of writes ---- */

static int add_field(Action *action, const ArgumentText *field)
{
        _cleanup_free_ char *argument = NULL, *name = NULL;
        int r = buffer_field_split(field->argument, &argument, &name);

        return r < 0 ? r
                     : buffer_writes_add(&action->writes, &action->write_count,
                                         &(BufferWrite){.argument = argument,
                                                        .field = name,
                                                        .bytes = (uint8_t *) field->text,
                                                        .size = strlen(field->text)});
}

static int collect(const ArgumentBytes *writes, size_t write_count, const ArgumentText *fields,
                   size_t field_count, Action *ret)
{
        int r = 0;

        for (size_t i = 0; i < write_count && r == 0; i++)
                r = buffer_writes_add(&ret->writes, &ret->write_count,
                                      &(BufferWrite){.argument = (char *) writes[i].argument,
                                                     .bytes = (uint8_t *) writes[i].bytes,
                                                     .size = writes[i].size});
        for (size_t i = 0; i < field_count && r == 0; i++)
                r = add_field(ret, &fields[i]);
        return r;
}

/* ---- a made-up result ---- */

/* Entries that the result does not count would be read in part, or beyond their end. */
static int check_entries(const PendingCall *pending, const Answer *answer, const ResultBytes *bytes,
                         Problem *problem)
{
        if (pending->call->decoded.registers.number != CALL_getdents64 || !bytes->sized ||
            (!answer->action.error_number && answer->action.value == bytes->size))
                return 0;
        return problem_set(problem, -EINVAL,
                           "the entries have %lld bytes, which is what the call has to return: "
                           "answer return=%lld",
                           (long long) bytes->size, (long long) bytes->size);
}

static int prepare_return(const PendingCall *pending, const Answer *answer, AnswerResult *ret,
                          Problem *problem)
{
        _cleanup_(action_release) Action action = {0};
        int r = answer_result_action(answer, &action, problem);

        if (r == 0)
                r = result_bytes_prepare(pending->tracee, action.writes, action.write_count, NULL,
                                         &ret->bytes, problem);
        return r < 0 ? r : check_entries(pending, answer, &ret->bytes, problem);
}

/* ---- a result that is changed later ---- */

static int parse_after_return(const char *text, Action *action, Problem *problem)
{
        _cleanup_free_ char *whole = string_format("return=%s", text);
        Action parsed = {0};
        int r = whole ? action_parse(whole, &parsed, problem) : -ENOMEM;

        if (r == 0) {
                action->after_return = true;
                action->value = parsed.value;
                action->error_number = parsed.error_number;
                action_release(&parsed);
        }
        return r;
}

/* What can be said now of bytes that are written when the call has returned. */
static int check_later_write(const PendingCall *pending, const BufferWrite *write, Problem *problem)
{
        CallRegisters registers = open_call_registers(pending->call);
        TraceeView view = tracee_view(pending->tracee);
        CallerView caller = tracee_view_caller(&view);
        _cleanup_(output_place_release) OutputPlace place = {0};
        int index = call_argument_index(&registers, write->argument, problem), r;

        if (index < 0)
                return index;
        r = output_place_find(&registers, (unsigned) index, &caller, &place, problem);
        if (r == 0 && write->field)
                r = result_field_check(registers.number, write->argument, write->field,
                                       (const char *) write->bytes, problem);
        else if (r == 0 && write->size > place.room)
                r = problem_set(problem, -EINVAL,
                                "argument %s: %zu bytes do not fit, the call gave room for %zu",
                                write->argument, write->size, place.room);
        return r;
}

static int prepare_after(const PendingCall *pending, const Answer *answer, Action *after,
                         Problem *problem)
{
        int r = answer_result_action(answer, after, problem);

        for (size_t i = 0; r == 0 && i < after->write_count; i++)
                r = check_later_write(pending, &after->writes[i], problem);
        return r;
}

/* ---- both ---- */

static bool changes_later(const Answer *answer)
{
        return answer->after_return || answer->after_write_count > 0 ||
               answer->after_field_count > 0;
}

int answer_result_action(const Answer *answer, Action *action, Problem *problem)
{
        int r = 0;

        if (answer->action.kind == ACTION_RETURN)
                return collect(answer->writes, answer->write_count, answer->fields,
                               answer->field_count, action);
        action->after = changes_later(answer);
        if (answer->after_return)
                r = parse_after_return(answer->after_return, action, problem);
        return r < 0 ? r
                     : collect(answer->after_writes, answer->after_write_count,
                               answer->after_fields, answer->after_field_count, action);
}

int answer_result_prepare(const PendingCall *pending, const Answer *answer, AnswerResult *ret,
                          Problem *problem)
{
        ActionKind kind = answer->action.kind;

        if (changes_later(answer) && (answer->interrupt || kind != ACTION_ALLOW))
                return problem_set(problem, -EINVAL,
                                   "a result is changed after the call only when it is allowed to "
                                   "run");
        if ((answer->field_count > 0 || answer->write_count > 0) &&
            (answer->interrupt || kind == ACTION_ABORT))
                return problem_set(problem, -EINVAL,
                                   "a refused call returns no bytes; use return=0 with them");
        if (kind == ACTION_RETURN)
                return prepare_return(pending, answer, ret, problem);
        if (!changes_later(answer))
                return 0;
        ret->after = calloc(1, sizeof(*ret->after));
        return ret->after ? prepare_after(pending, answer, ret->after, problem) : -ENOMEM;
}

int answer_result_apply(PendingCall *pending, AnswerResult *result, Problem *problem)
{
        int r = result_bytes_write(pending->tracee, &result->bytes, problem);

        if (r == 0 && result->after)
                pending->call->after = TAKE_PTR(result->after);
        return r;
}
