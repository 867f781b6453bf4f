/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/answer.h"

#include <string.h>

#include "base/number.h"
#include "supervisor/answer-result.h"
#include "supervisor/answer-rule.h"
#include "supervisor/carry-out.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/rule-asking.h"
#include "syscalls/argument-variants.h"
#include "syscalls/call-expression.h"
#include "syscalls/call-memory.h"
#include "syscalls/result-field.h"

/* More than any call's arguments lead to before its structures. */
#define FIELD_RANGES_MAX 64

void answered_release(Answered *answered)
{
        free(answered->from);
        free(answered->to);
}

/* ---- edits ---- */

/* What an edited call needs in the slot, built aside and copied there at the end. */
typedef struct Edit {
        CallRegisters call;
        unsigned char *bytes; /* of the slot */
        size_t size;
        uint64_t slot_address;
        void *slot;
        unsigned pinned_mask; /* of arguments that are still the program's own */
        bool changed;
} Edit;

static void edit_release(Edit *edit)
{
        free(edit->bytes);
}

static int edit_number(Edit *edit, const char *number, Problem *problem)
{
        const SyscallEntry *entry;
        uint64_t value;

        if (!number)
                return 0;
        entry = syscall_by_name(number);
        if (entry) {
                value = (uint64_t) entry->number;
        } else if (number_parse_unsigned(number, &value) < 0 || value > INT32_MAX) {
                const char *near = syscall_nearest_name(number);

                return problem_set(problem, -EINVAL, "there is no system call '%s'%s%s%s", number,
                                   near ? "; did you mean '" : "", near ? near : "",
                                   near ? "'?" : "");
        }
        edit->changed |= edit->call.number != (int) value;
        edit->call.number = (int) value;
        return 0;
}

/* Room in the slot for `size` bytes; their address in the program. */
static int edit_place(Edit *edit, const void *bytes, size_t size, uint64_t *ret_address,
                      Problem *problem)
{
        size_t start = (edit->size + 15) & ~(size_t) 15;

        if (!edit->slot)
                return problem_set(problem, -ENOSPC,
                                   "there is no room in the program's landing page for new bytes");
        if (size > LANDING_SLOT_BYTES || start > LANDING_SLOT_BYTES - size)
                return problem_set(problem, -E2BIG,
                                   "the new bytes do not fit: %d bytes are there for all arguments",
                                   LANDING_SLOT_BYTES);
        memcpy(edit->bytes + start, bytes, size);
        edit->size = start + size;
        *ret_address = edit->slot_address + start;
        return 0;
}

static int edit_argument(Edit *edit, const ArgumentText *change, Problem *problem)
{
        const SyscallEntry *entry = syscall_by_number(edit->call.number);
        int index = call_argument_index(&edit->call, change->argument, problem), r;
        TypedArgument typed = {0};

        if (index < 0)
                return index;
        r = typed_argument_parse(entry, (unsigned) index, change->text, &typed, problem);
        if (r < 0)
                return r;
        if (typed.output)
                r = problem_set(problem, -EINVAL,
                                "argument %s: out(N) is for injected calls; a held call has its "
                                "own buffers",
                                change->argument);
        else if (typed.bytes)
                r = edit_place(edit, typed.bytes, typed.size, &edit->call.arguments[index],
                               problem);
        else
                edit->call.arguments[index] = typed.value;
        typed_argument_release(&typed);
        edit->pinned_mask &= ~(1u << index);
        edit->changed = true;
        return r;
}

static int edit_bytes(Edit *edit, const ArgumentBytes *change, Problem *problem)
{
        const SyscallEntry *entry = syscall_by_number(edit->call.number);
        int index = call_argument_index(&edit->call, change->argument, problem);

        if (index < 0)
                return index;
        if (entry && argument_kind_direction(entry->arguments[index].kind) != ARGUMENT_IN)
                return problem_set(problem, -EINVAL,
                                   "argument %s (%s) is not read by %s; its bytes can be written "
                                   "with return=… only",
                                   change->argument, entry->arguments[index].name, entry->name);
        edit->pinned_mask &= ~(1u << index);
        edit->changed = true;
        return edit_place(edit, change->bytes, change->size, &edit->call.arguments[index], problem);
}

/* The bytes that an argument leads to now, whole. */
static int read_argument(const PendingCall *pending, const Edit *edit, const MemoryRange *range,
                         unsigned char *bytes)
{
        TraceeView view = tracee_view(pending->tracee);

        view.overlay = edit->bytes;
        view.overlay_address = edit->slot_address;
        view.overlay_size = edit->slot ? LANDING_SLOT_BYTES : 0;
        return tracee_read_memory(&view, range->address, bytes, range->size) ==
                               (ssize_t) range->size
                       ? 0
                       : -EFAULT;
}

/* Where the structure or address is that a field is to be set in. */
static int find_structure(const PendingCall *pending, const Edit *edit, int index, MemoryRange *ret)
{
        MemoryRange ranges[FIELD_RANGES_MAX];
        TraceeView view = tracee_view(pending->tracee);
        CallerView caller = tracee_view_caller(&view);
        int count = call_memory_ranges(&edit->call, &caller, ranges, FIELD_RANGES_MAX);

        for (int i = 0; i < count; i++)
                if ((int) ranges[i].argument == index && ranges[i].parent < 0 &&
                    !ranges[i].broken && ranges[i].size > 0) {
                        *ret = ranges[i];
                        return 0;
                }
        return -ENOENT;
}

static int edit_field_of(PendingCall *pending, Edit *edit, int index, const char *field,
                         const char *value, Problem *problem)
{
        _cleanup_free_ unsigned char *bytes = NULL;
        ResultAnswer answer;
        CallArguments arguments;
        MemoryRange range;
        int r;

        call_arguments(&edit->call, &arguments);
        if (arguments.list[index]->kind != ARGUMENT_KIND_SOCKET_ADDRESS &&
            arguments.list[index]->kind != ARGUMENT_KIND_STRUCT_IN)
                return problem_set(
                        problem, -EINVAL,
                        "argument %s is no structure that the call reads; a field of its "
                        "answer is set with return=… or after it",
                        arguments.list[index]->name);
        if (find_structure(pending, edit, index, &range) < 0)
                return problem_set(problem, -EFAULT, "argument %s cannot be read",
                                   arguments.list[index]->name);
        bytes = malloc(range.size);
        if (!bytes)
                return -ENOMEM;
        r = read_argument(pending, edit, &range, bytes);
        if (r < 0)
                return problem_set(problem, r, "argument %s cannot be read",
                                   arguments.list[index]->name);
        answer = (ResultAnswer){.bytes = bytes, .size = range.size, .room = range.size};
        r = result_field_set(&edit->call, arguments.list[index], field, value, &answer, problem);
        return r < 0 ? r
                     : edit_place(edit, bytes, range.size, &edit->call.arguments[index], problem);
}

/* "1.sin_port" → "8080": one field of what an argument points to, the others as they are. */
static int edit_field(PendingCall *pending, Edit *edit, const ArgumentText *change,
                      Problem *problem)
{
        _cleanup_free_ char *argument = NULL, *field = NULL;
        int r = buffer_field_split(change->argument, &argument, &field), index;

        if (r < 0)
                return r;
        index = call_argument_index(&edit->call, argument, problem);
        r = index < 0 ? index : edit_field_of(pending, edit, index, field, change->text, problem);
        if (r < 0)
                return r;
        edit->pinned_mask &= ~(1u << index);
        edit->changed = true;
        return 0;
}

/* Pinned arguments of the call lie at the slot's start already; new bytes go behind them. */
static int edit_begin(PendingCall *pending, Edit *edit)
{
        int r;

        edit->call = pending->call->decoded.registers;
        edit->bytes = calloc(1, LANDING_SLOT_BYTES);
        if (!edit->bytes)
                return -ENOMEM;
        r = pinned_slot(pending->supervisor, pending->tracee, &edit->slot_address, &edit->slot);
        if (r < 0) {
                edit->slot = NULL;
                return 0; /* edits of numbers work without */
        }
        edit->pinned_mask = pending->call->pinned_mask;
        edit->size = pending->call->pinned_bytes;
        memcpy(edit->bytes, edit->slot, edit->size);
        return 0;
}

static int edit_build(PendingCall *pending, const Answer *answer, Edit *edit, Problem *problem)
{
        int r = edit_begin(pending, edit);

        if (r == 0)
                r = edit_number(edit, answer->number, problem);
        for (size_t i = 0; r == 0 && i < answer->argument_count; i++)
                r = edit_argument(edit, &answer->arguments[i], problem);
        if (answer->action.kind == ACTION_ALLOW)
                for (size_t i = 0; r == 0 && i < answer->write_count; i++)
                        r = edit_bytes(edit, &answer->writes[i], problem);
        if (answer->action.kind == ACTION_ALLOW && !answer->interrupt)
                for (size_t i = 0; r == 0 && i < answer->field_count; i++)
                        r = edit_field(pending, edit, &answer->fields[i], problem);
        return r;
}

/* The edited call is judged and shown from the bytes that the kernel will read. */
static int edit_apply(PendingCall *pending, Edit *edit, Answered *ret, Problem *problem)
{
        _cleanup_free_ unsigned char *before = NULL;
        TraceeView view = tracee_view(pending->tracee);
        CallerView caller = tracee_view_caller(&view);
        OpenCall *call = pending->call;
        DecodedCall decoded;
        int r;

        if (edit->slot) {
                before = malloc(LANDING_SLOT_BYTES);
                if (!before)
                        return -ENOMEM;
                memcpy(before, edit->slot, LANDING_SLOT_BYTES);
                memcpy(edit->slot, edit->bytes, edit->size);
        }
        r = rule_asking_judge_edit(pending->supervisor, pending->tracee, &edit->call, problem);
        if (r == 0)
                r = decode_call(&edit->call, &caller, &DECODE_LIMITS_DEFAULT, &decoded);
        if (r < 0) {
                if (edit->slot)
                        memcpy(edit->slot, before, LANDING_SLOT_BYTES);
                return r;
        }
        ret->edited = true;
        ret->from = strdup(call->decoded.text);
        ret->to = strdup(decoded.text);
        if (!call->edited_from)
                call->edited_from = strdup(call->decoded.text);
        decoded_call_release(&call->decoded);
        call->decoded = decoded;
        call->pinned = true;
        call->pinned_mask = edit->pinned_mask;
        call->pinned_bytes = edit->size;
        return 0;
}

static int apply_edits(PendingCall *pending, const Answer *answer, Answered *ret, Problem *problem)
{
        _cleanup_(edit_release) Edit edit = {0};
        int r = edit_build(pending, answer, &edit, problem);

        if (r == 0 && edit.changed)
                r = edit_apply(pending, &edit, ret, problem);
        return r;
}

/* ---- carrying out ---- */

static int check_edits(const Answer *answer, Problem *problem)
{
        if ((answer->number || answer->argument_count > 0) &&
            (answer->interrupt || answer->action.kind != ACTION_ALLOW))
                return problem_set(problem, -EINVAL,
                                   "another number or argument goes with allow: a call that is not "
                                   "run has none");
        return 0;
}

/* Everything that changes something, each of it undone when what comes after it fails. */
static int put_into_effect(PendingCall *pending, const Answer *answer, AnswerResult *result,
                           Answered *ret, Problem *problem)
{
        RuleSet *rules = pending->supervisor->rules;
        int r = answer->remember ? answer_remember(pending, answer, &ret->remembered, problem) : 0;

        if (r < 0)
                return r;
        r = apply_edits(pending, answer, ret, problem); /* an answer that edits makes no rule */
        if (r == 0)
                r = answer_result_apply(pending, result, problem);
        if (r < 0 && ret->remembered)
                (void) rule_set_remove(rules, "1", NULL); /* it stands first, where it was put */
        return r;
}

static void carry_out(PendingCall *pending, const Answer *answer, Answered *answered)
{
        Supervisor *supervisor = pending->supervisor;
        Tracee *tracee = pending->tracee;
        const Action *action = &answer->action;

        if (answer->interrupt) {
                answered->action = CALL_INTERRUPTED;
                carry_out_interrupt(supervisor, tracee);
        } else if (action->kind == ACTION_ALLOW) {
                carry_out_allow(supervisor, tracee);
        } else {
                answered->action = action->kind == ACTION_ABORT ? CALL_ABORTED : CALL_RETURNED;
                carry_out_result(supervisor, tracee, answered->action,
                                 action->error_number ? -action->error_number : action->value);
        }
}

/* What is only allowed may wait for its copies; what changes them, or its result, needs them now.
 */
static bool needs_copies(const Answer *answer)
{
        return answer->action.kind == ACTION_ALLOW && !answer->interrupt &&
               (answer->number || answer->argument_count || answer->write_count ||
                answer->field_count || answer->after_return || answer->after_write_count ||
                answer->after_field_count);
}

static int bring_back(PendingCall *pending, Problem *problem)
{
        int r = pinned_arguments_bring_back(pending->supervisor, pending->tracee);

        return r < 0 ? problem_set(problem, -EBUSY,
                                   "too many calls run with copies of their arguments at this "
                                   "moment; answer again")
                     : 0;
}

int answer_pending(PendingCall *pending, const Answer *answer, Answered *ret, Problem *problem)
{
        _cleanup_(answer_result_release) AnswerResult result = {0};
        Supervisor *supervisor = pending->supervisor;
        Answered answered = {.action = CALL_ALLOWED};
        int r;

        if (pending->tracee->injection)
                return problem_set(problem, -EBUSY,
                                   "an injected call runs in this thread; answer when it is done");
        r = check_edits(answer, problem);
        if (r == 0 && needs_copies(answer))
                r = bring_back(pending, problem);
        if (r == 0)
                r = answer_result_prepare(pending, answer, &result, problem);
        if (r == 0)
                r = put_into_effect(pending, answer, &result, &answered, problem);
        if (r < 0) {
                answered_release(&answered);
                return r;
        }
        if (answered.remembered)
                supervisor_rules_changed(supervisor);
        pending->call->by = BY_USER;
        pending->call->who = answer->who;
        carry_out(pending, answer, &answered);
        *ret = answered;
        return 0;
}
