/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/answer.h"

#include <ctype.h>
#include <string.h>

#include "base/number.h"
#include "supervisor/answer-result.h"
#include "supervisor/answer-rule.h"
#include "supervisor/carry-out.h"
#include "supervisor/decision.h"
#include "supervisor/pinned-arguments.h"
#include "syscalls/call-expression.h"

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

int answer_argument_index(const SyscallEntry *entry, const char *argument, Problem *problem)
{
        int index = entry ? syscall_argument_index(entry, argument) : -1;
        unsigned limit = entry ? entry->argument_count : SYSCALL_ARGUMENTS_MAX;

        if (index >= 0)
                return index;
        if (isdigit((unsigned char) argument[0]) && !argument[1])
                index = argument[0] - '0';
        if (index < 0)
                return problem_set(problem, -EINVAL,
                                   "%s has no argument '%s'; name it as shown, or by number from 0",
                                   entry ? entry->name : "the call", argument);
        if ((unsigned) index >= limit)
                return problem_set(problem, -EINVAL,
                                   "%s has %u arguments, numbered from 0; there is none %s",
                                   entry ? entry->name : "a call", limit, argument);
        return index;
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
        int index = answer_argument_index(entry, change->argument, problem), r;
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
        int index = answer_argument_index(entry, change->argument, problem);

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
        r = decision_judge_edit(pending->supervisor, pending->tracee, &edit->call, problem);
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

static int remember(PendingCall *pending, const Answer *answer, Answered *ret, Problem *problem)
{
        Supervisor *supervisor = pending->supervisor;
        int r;

        if (!answer->remember)
                return 0;
        r = answer_remember(pending, answer, &ret->remembered, problem);
        if (r == 0)
                supervisor->events->rules_changed(supervisor->events_userdata);
        return r;
}

/* ---- carrying out ---- */

int answer_pending(PendingCall *pending, const Answer *answer, Answered *ret, Problem *problem)
{
        Supervisor *supervisor = pending->supervisor;
        Tracee *tracee = pending->tracee;
        OpenCall *call = pending->call;
        Answered answered = {.action = CALL_ALLOWED};
        int r;

        if (tracee->injection)
                return problem_set(problem, -EBUSY,
                                   "an injected call runs in this thread; answer when it is done");
        r = answer_result_check(pending, answer, problem);
        if (r == 0) /* refuses edits: nothing of them may be done then */
                r = remember(pending, answer, &answered, problem);
        if (r == 0)
                r = apply_edits(pending, answer, &answered, problem);
        if (r == 0 && !answer->interrupt)
                r = answer_result_write(pending, answer, problem);
        if (r < 0) {
                answered_release(&answered);
                return r;
        }
        call->by = BY_USER;
        call->who = answer->who;
        if (answer->interrupt) {
                answered.action = CALL_INTERRUPTED;
                carry_out_interrupt(supervisor, tracee);
        } else if (answer->action.kind == ACTION_ALLOW) {
                carry_out_allow(supervisor, tracee);
        } else {
                const Action *action = &answer->action;

                answered.action = action->kind == ACTION_ABORT ? CALL_ABORTED : CALL_RETURNED;
                carry_out_result(supervisor, tracee, answered.action,
                                 action->error_number ? -action->error_number : action->value);
        }
        *ret = answered;
        return 0;
}
