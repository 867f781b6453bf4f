/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/decision.h"

#include <linux/audit.h>
#include <signal.h>
#include <string.h>

#include "supervisor/carry-out.h"
#include "supervisor/guard.h"
#include "supervisor/injection.h"
#include "supervisor/path-check.h"
#include "supervisor/pending-calls.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/ptrace-request.h"

/* Ancestors that a started-by condition can see. */
#define ANCESTORS_MAX 64

void decision_fail_closed(Supervisor *supervisor, Tracee *tracee, const char *why)
{
        if (!tracee->call) {
                call_log_note(&supervisor->log, "failed-closed", why);
                supervisor_log_written(supervisor);
                if (tracee_skip_call(tracee_tid(tracee), -EPERM) == 0)
                        supervisor_resume(supervisor, tracee, 0);
                else
                        kill(tracee_pid(tracee), SIGKILL);
                return;
        }
        tracee->call->by = BY_SUPERVISOR;
        tracee->call->rule = -1;
        tracee->call->verified = VERIFIED_NO;
        free(tracee->call->unverified_reason);
        tracee->call->unverified_reason = strdup(why);
        carry_out_result(supervisor, tracee, CALL_ABORTED, -EPERM);
}

/* The call becomes the tracee's open call. `effective` is what the kernel shall execute: the
 * program's own call, or one with arguments that a guard or a pin has changed. Without `decode`
 * nobody will see it. */
static int open_call(Tracee *tracee, const CallRegisters *own, const PinnedCall *effective,
                     bool decode, const TraceeCall *stop)
{
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        OpenCall *call = open_call_new(own);
        int r = 0;

        if (!call)
                return -ENOMEM;
        if (decode)
                r = decode_call(&effective->call, &caller, &DECODE_LIMITS_DEFAULT, &call->decoded);
        if (r < 0) {
                open_call_free(call);
                return r;
        }
        call->decoded.registers = effective->call;
        call->is_decoded = decode;
        call->pinned = memcmp(own, &effective->call, sizeof(*own)) != 0;
        call->pinned_mask = effective->mask;
        call->pinned_bytes = effective->bytes;
        call->logged = true;
        call->instruction_pointer = stop->instruction_pointer;
        call->stack_pointer = stop->stack_pointer;
        tracee->call = call;
        return 0;
}

static void list_ancestors(const Process *process, const char *list[ANCESTORS_MAX + 1])
{
        size_t count = 0;

        for (const Process *at = process->parent; at && count < ANCESTORS_MAX; at = at->parent)
                if (at->exe)
                        list[count++] = at->exe;
        list[count] = NULL;
}

static int match(Supervisor *supervisor, Tracee *tracee, const CallRegisters *registers, bool peek,
                 RuleOutcome *ret)
{
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        const char *ancestors[ANCESTORS_MAX + 1];
        const RuleQuery query = {
                .registers = registers,
                .view = &caller,
                .exe = tracee->process->exe,
                .ancestors = ancestors,
                .pid = tracee_pid(tracee),
                .peek = peek,
        };

        list_ancestors(tracee->process, ancestors);
        return rule_set_match(supervisor->rules, &query, ret);
}

int decision_judge_edit(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                        Problem *problem)
{
        RuleOutcome outcome;
        int r = match(supervisor, tracee, call, true, &outcome);

        if (r < 0)
                return problem_set(problem, r,
                                   "the rules could not be asked about the edited call");
        if (outcome.action->kind == ACTION_ABORT_FOREVER || outcome.action->kind == ACTION_ABORT)
                return problem_set(problem, -EPERM, "rule %zu refuses the edited call",
                                   outcome.number);
        return 0;
}

static void apply_return(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        if (carry_out_writes(tracee, action) < 0) {
                decision_fail_closed(
                        supervisor, tracee,
                        "the rule's bytes cannot be written into the program's buffer");
                return;
        }
        carry_out_result(supervisor, tracee, CALL_RETURNED,
                         action->error_number ? -action->error_number : action->value);
}

/* A rule that changes the result: what it says is kept with the call, for the rule may change
 * meanwhile. */
static void apply_allow(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        if (action->after) {
                tracee->call->after = calloc(1, sizeof(*tracee->call->after));
                if (!tracee->call->after || action_copy(action, tracee->call->after) < 0) {
                        decision_fail_closed(supervisor, tracee,
                                             "no memory to change the call's result");
                        return;
                }
        }
        carry_out_allow(supervisor, tracee);
}

static void apply(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        switch (action->kind) {
        case ACTION_ALLOW:
        case ACTION_ALLOW_FOREVER:
                apply_allow(supervisor, tracee, action);
                break;
        case ACTION_ABORT:
        case ACTION_ABORT_FOREVER:
                carry_out_result(supervisor, tracee, CALL_ABORTED, -action->error_number);
                break;
        case ACTION_RETURN:
                apply_return(supervisor, tracee, action);
                break;
        case ACTION_NOTIFY:
                if (pending_calls_hold(supervisor, tracee) < 0)
                        decision_fail_closed(supervisor, tracee,
                                             "the call could not be held for an answer");
                else if (tracee->injection)
                        injection_held(supervisor, tracee);
                break;
        case ACTION_SCRIPT:
        default:
                decision_fail_closed(supervisor, tracee, "the rule's action cannot be carried out");
                break;
        }
}

/* The kernel makes a call again that a signal had broken off: what was decided stands, if it is the
 * same in every register and in what they point to. */
static bool resume_broken(Supervisor *supervisor, Tracee *tracee, const CallRegisters *registers,
                          const TraceeCall *stop)
{
        BrokenCall broken = tracee->broken;
        const PinnedCall effective = {.call = *registers};
        bool same;

        tracee->broken = (BrokenCall){0};
        if (!broken.call)
                return false;
        same = broken.valid && broken.instruction_pointer == stop->instruction_pointer &&
               broken.stack_pointer == stop->stack_pointer &&
               memcmp(&broken.registers, registers, sizeof(*registers)) == 0 &&
               open_call(tracee, registers, &effective, true, stop) == 0;
        if (same && string_equal(broken.call->decoded.text, tracee->call->decoded.text)) {
                tracee->call->by = broken.call->by;
                tracee->call->rule = broken.call->rule;
                tracee->call->who = broken.call->who;
                open_call_free(broken.call);
                carry_out_allow(supervisor, tracee);
                return true;
        }
        if (same)
                tracee->call = open_call_free(tracee->call);
        open_call_free(broken.call);
        return false;
}

/* Whether nothing has to be done but to let the call run. */
static bool passes_unseen(const RuleOutcome *outcome)
{
        const Action *action = outcome->action;

        return !outcome->log && action->kind == ACTION_ALLOW && !action->after &&
               !action->delay_usec && !action->signal;
}

/* What was judged, or will be shown to a person, has to be what the kernel reads. */
static bool needs_pins(const Supervisor *supervisor, int number, const RuleOutcome *outcome)
{
        return outcome ? outcome->action->kind == ACTION_NOTIFY
                       : rule_set_judges_memory(supervisor->rules, number);
}

/* Pins if need be, then asks the rules. */
static int judge_pinned(Supervisor *supervisor, Tracee *tracee, PinnedCall *effective,
                        RuleOutcome *ret)
{
        bool pinned = needs_pins(supervisor, effective->call.number, NULL);
        int r = 0;

        if (pinned)
                r = pinned_arguments_take(supervisor, tracee, &effective->call, effective);
        if (r == 0)
                r = match(supervisor, tracee, &effective->call, false, ret);
        if (r == 0 && !pinned && needs_pins(supervisor, effective->call.number, ret))
                r = pinned_arguments_take(supervisor, tracee, &effective->call, effective);
        return r;
}

/* A condition could not be judged: the rules do not guess. Where the kernel would have said the
 * same (a directory that is not there) the program sees that error. */
static void refuse_unjudged(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        tracee->call->by = BY_SUPERVISOR;
        tracee->call->unverified_reason = strdup("what a rule's condition needs cannot be read");
        carry_out_result(supervisor, tracee, CALL_ABORTED, -action->error_number);
}

static void judge(Supervisor *supervisor, Tracee *tracee, const CallRegisters *own,
                  PinnedCall *effective, const TraceeCall *stop)
{
        RuleOutcome outcome;
        int r = judge_pinned(supervisor, tracee, effective, &outcome);
        bool unseen = r == 0 && passes_unseen(&outcome);

        if (unseen && memcmp(own, &effective->call, sizeof(*own)) == 0) {
                supervisor_resume(supervisor, tracee, 0);
                return;
        }
        if (r == 0)
                r = open_call(tracee, own, effective, !unseen, stop);
        if (r == TRACEE_GONE)
                return;
        if (r < 0) {
                decision_fail_closed(supervisor, tracee, "no memory to judge the call");
                return;
        }
        tracee->call->logged = outcome.log;
        tracee->call->by = BY_RULE;
        tracee->call->rule = (int64_t) outcome.number;
        if (outcome.unreadable) {
                refuse_unjudged(supervisor, tracee, outcome.action);
                return;
        }
        if (outcome.judged_memory)
                path_check_mark(tracee->call);
        if (effective->incomplete) {
                tracee->call->verified = VERIFIED_NO;
                tracee->call->unverified_reason = strdup(effective->incomplete);
        }
        apply(supervisor, tracee, outcome.action);
}

/* A guard refuses: as a rule's refusal, but by the supervisor. */
static void refuse_guarded(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                           const TraceeCall *stop, int error, const char *why)
{
        const PinnedCall own = {.call = *call};

        if (open_call(tracee, call, &own, true, stop) < 0) {
                decision_fail_closed(supervisor, tracee, why);
                return;
        }
        tracee->call->by = BY_SUPERVISOR;
        tracee->call->unverified_reason = strdup(why);
        carry_out_result(supervisor, tracee, CALL_ABORTED, error);
}

void decision_at_entry(Supervisor *supervisor, Tracee *tracee)
{
        TraceeCall stop;
        CallRegisters call, guarded;
        PinnedCall effective = {0};
        const char *why = NULL;
        int r = tracee_get_call(tracee_tid(tracee), &stop);

        if (r == TRACEE_GONE)
                return;
        if (r < 0 || stop.stop != TRACEE_CALL_SECCOMP || stop.architecture != AUDIT_ARCH_X86_64) {
                decision_fail_closed(supervisor, tracee, "a call of a foreign architecture");
                return;
        }
        memset(&call, 0, sizeof(call)); /* compared as bytes, padding included */
        call.number = stop.number;
        memcpy(call.arguments, stop.arguments, sizeof(call.arguments));
        supervisor->calls++;
        tracee->process->calls++;
        if (resume_broken(supervisor, tracee, &call, &stop))
                return;
        r = guard_judge(supervisor, tracee, &call, &guarded, &why);
        if (r == TRACEE_GONE)
                return;
        effective.call = r > 0 ? guarded : call;
        if (r < 0)
                refuse_guarded(supervisor, tracee, &call, &stop, r, why);
        else
                judge(supervisor, tracee, &call, &effective, &stop);
}
