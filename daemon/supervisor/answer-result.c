/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/answer-result.h"

#include <string.h>

#include "base/number.h"
#include "syscalls/errno-names.h"
#include "syscalls/structure-layout.h"

/* How many bytes the call gave room for behind an argument; SIZE_MAX when the call does not say. */
static size_t buffer_capacity(const OpenCall *call, unsigned index)
{
        const SyscallEntry *entry = call->decoded.entry;
        const SyscallArgument *argument;

        if (!entry)
                return SIZE_MAX;
        argument = &entry->arguments[index];
        if (argument->size_argument >= 0)
                return (size_t) call->decoded.registers.arguments[argument->size_argument];
        return argument->structure ? argument->structure->size : SIZE_MAX;
}

static int check_buffer(const PendingCall *pending, const char *name, size_t size,
                        unsigned *ret_index, Problem *problem)
{
        const OpenCall *call = pending->call;
        const SyscallEntry *entry = call->decoded.entry;
        int index = answer_argument_index(entry, name, problem);
        ArgumentDirection direction;
        size_t capacity;

        if (index < 0)
                return index;
        direction = entry ? argument_kind_direction(entry->arguments[index].kind) : ARGUMENT_OUT;
        if (direction != ARGUMENT_OUT && direction != ARGUMENT_INOUT)
                return problem_set(problem, -EINVAL,
                                   "argument %s (%s) of %s is not an output buffer", name,
                                   entry->arguments[index].name, entry->name);
        if (!call->decoded.registers.arguments[index])
                return problem_set(problem, -EINVAL,
                                   "argument %s is NULL: there is no buffer to write to", name);
        capacity = buffer_capacity(call, (unsigned) index);
        if (size > capacity)
                return problem_set(problem, -EINVAL,
                                   "argument %s: %zu bytes do not fit, the call gave room for %zu",
                                   name, size, capacity);
        *ret_index = (unsigned) index;
        return 0;
}

/* "2.st_size": the argument before the dot, the field behind it. */
static int split_field(const char *name, char **ret_argument, const char **ret_field,
                       Problem *problem)
{
        const char *dot = strchr(name, '.');

        if (!dot || dot == name || !dot[1])
                return problem_set(problem, -EINVAL,
                                   "field '%s': write ARGUMENT.FIELD, for example 1.st_size", name);
        *ret_argument = strndup(name, (size_t) (dot - name));
        *ret_field = dot + 1;
        return *ret_argument ? 0 : -ENOMEM;
}

/* The buffer behind an argument with one field changed, in memory of ours. */
static int set_field(const PendingCall *pending, const ArgumentText *change, unsigned char *bytes,
                     size_t capacity, unsigned *ret_index, size_t *ret_size, Problem *problem)
{
        const SyscallEntry *entry = pending->call->decoded.entry;
        _cleanup_free_ char *argument = NULL, *assignment = NULL;
        TraceeView view = tracee_view(pending->tracee);
        const StructureLayout *layout;
        const char *field;
        int r = split_field(change->argument, &argument, &field, problem);

        if (r == 0)
                r = check_buffer(pending, argument, 0, ret_index, problem);
        if (r < 0)
                return r;
        layout = entry ? entry->arguments[*ret_index].structure : NULL;
        if (!layout || layout->size > capacity)
                return problem_set(problem, -EINVAL,
                                   "argument %s is not a structure with fields that can be named",
                                   argument);
        if (tracee_read_memory(&view, pending->call->decoded.registers.arguments[*ret_index], bytes,
                               layout->size) != (ssize_t) layout->size)
                return problem_set(problem, -EFAULT, "argument %s: the buffer cannot be read",
                                   argument);
        assignment = string_format("%s=%s", field, change->text);
        if (!assignment)
                return -ENOMEM;
        *ret_size = layout->size;
        return structure_field_write(layout, bytes, layout->size, assignment, problem);
}

static int for_each_field(const PendingCall *pending, const Answer *answer, bool write,
                          Problem *problem)
{
        TraceeView view = tracee_view(pending->tracee);
        unsigned char bytes[1024];
        int r = 0;

        for (size_t i = 0; r == 0 && i < answer->field_count; i++) {
                unsigned index;
                size_t size;

                r = set_field(pending, &answer->fields[i], bytes, sizeof(bytes), &index, &size,
                              problem);
                if (r == 0 && write)
                        r = tracee_write_memory(&view,
                                                pending->call->decoded.registers.arguments[index],
                                                bytes, size, false);
        }
        return r;
}

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

int answer_result_check(PendingCall *pending, const Answer *answer, Problem *problem)
{
        Action parsed = {0};
        unsigned index;
        int r = 0;

        if (answer->action.kind == ACTION_RETURN)
                for (size_t i = 0; r == 0 && i < answer->write_count; i++)
                        r = check_buffer(pending, answer->writes[i].argument,
                                         answer->writes[i].size, &index, problem);
        for (size_t i = 0; r == 0 && i < answer->after_write_count; i++)
                r = check_buffer(pending, answer->after_writes[i].argument,
                                 answer->after_writes[i].size, &index, problem);
        if (r == 0 && answer->field_count > 0 && answer->action.kind == ACTION_ABORT)
                r = problem_set(problem, -EINVAL,
                                "a refused call returns no bytes; use return=0 with the fields");
        if (r == 0)
                r = for_each_field(pending, answer, false, problem);
        if (r == 0 && answer->after_return) {
                if (answer->action.kind != ACTION_ALLOW)
                        return problem_set(problem, -EINVAL,
                                           "a result is changed after the call only when it is "
                                           "allowed to run");
                r = parse_after_return(answer->after_return, &parsed, problem);
        }
        return r;
}

static int write_buffers(const PendingCall *pending, const Answer *answer, Problem *problem)
{
        TraceeView view = tracee_view(pending->tracee);
        int r = 0;

        for (size_t i = 0; r == 0 && i < answer->write_count; i++) {
                unsigned index;

                r = check_buffer(pending, answer->writes[i].argument, answer->writes[i].size,
                                 &index, problem);
                if (r == 0)
                        r = tracee_write_memory(
                                &view, pending->call->decoded.registers.arguments[index],
                                answer->writes[i].bytes, answer->writes[i].size, false);
                if (r == -EFAULT)
                        problem_set(problem, r,
                                    "argument %s: the program's buffer cannot be written",
                                    answer->writes[i].argument);
        }
        return r == 0 ? for_each_field(pending, answer, true, problem) : r;
}

static int keep_write(Action *action, const ArgumentBytes *bytes)
{
        BufferWrite *writes =
                            reallocarray(action->writes, action->write_count + 1, sizeof(*writes)),
                    *last;

        if (!writes)
                return -ENOMEM;
        action->writes = writes;
        last = &writes[action->write_count];
        *last = (BufferWrite){.argument = strdup(bytes->argument),
                              .bytes = malloc(bytes->size + 1),
                              .size = bytes->size};
        if (!last->argument || !last->bytes) {
                free(last->argument);
                free(last->bytes);
                return -ENOMEM;
        }
        memcpy(last->bytes, bytes->bytes, bytes->size);
        action->write_count++;
        return 0;
}

static int keep_after(PendingCall *pending, const Answer *answer, Problem *problem)
{
        Action *after;
        int r = 0;

        if (!answer->after_return && answer->after_write_count == 0)
                return 0;
        after = calloc(1, sizeof(*after));
        if (!after)
                return -ENOMEM;
        after->kind = ACTION_ALLOW;
        after->after = true;
        if (answer->after_return)
                r = parse_after_return(answer->after_return, after, problem);
        for (size_t i = 0; r == 0 && i < answer->after_write_count; i++)
                r = keep_write(after, &answer->after_writes[i]);
        if (r < 0) {
                action_release(after);
                free(after);
                return r;
        }
        pending->call->after = after;
        return 0;
}

int answer_result_write(PendingCall *pending, const Answer *answer, Problem *problem)
{
        if (answer->action.kind == ACTION_RETURN)
                return write_buffers(pending, answer, problem);
        return keep_after(pending, answer, problem);
}
