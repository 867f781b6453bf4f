/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/decision.h"

#include <linux/audit.h>
#include <signal.h>
#include <string.h>

#include "supervisor/carry-out.h"
#include "supervisor/fail-closed.h"
#include "supervisor/file-names.h"
#include "supervisor/guard.h"
#include "supervisor/injection.h"
#include "supervisor/judged-view.h"
#include "supervisor/name-turn.h"
#include "supervisor/path-check.h"
#include "supervisor/pending-calls.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/put-off.h"
#include "supervisor/result-bytes.h"
#include "supervisor/rule-asking.h"
#include "supervisor/slow-actions.h"
#include "supervisor/tighten.h"
#include "supervisor/timed-wait.h"
#include "supervisor/way-back.h"

/* One call on its way to a verdict. */
typedef struct Judgement {
        TraceeCall stop;
        bool has_registers; /* all of them, not only what `stop` has */
        Registers registers;
        CallRegisters own;    /* as the program made it */
        PinnedCall effective; /* what the kernel shall execute: a guard or a pin may have changed
                                 arguments */
        JudgedView view;
        PathQuestion wish; /* what a server has to be asked for first; path NULL for nothing */
        uint64_t waits_since_ns; /* the kernel makes a call again that began then */
} Judgement;

static void judgement_release(Judgement *judgement)
{
        free(judgement->wish.path);
        judged_view_release(&judgement->view);
}

static bool is_changed(const Judgement *judgement)
{
        return memcmp(&judgement->own, &judgement->effective.call, sizeof(judgement->own)) != 0;
}

/* The call becomes the tracee's open call, decoded. Without `decode` nobody will see it.
 * -EINPROGRESS when a server has to be asked first (judge_later()). */
static int open_call(Tracee *tracee, const Judgement *judgement, bool decode)
{
        const PinnedCall *effective = &judgement->effective;
        OpenCall *call = open_call_new(&judgement->own);
        int r = 0;

        if (!call)
                return -ENOMEM;
        if (decode)
                r = decode_call(&effective->call, &judgement->view.caller, &DECODE_LIMITS_DEFAULT,
                                &call->decoded);
        if (r == 0 && judgement->wish.path)
                r = -EINPROGRESS;
        if (r < 0) {
                open_call_free(call);
                return r;
        }
        call->decoded.registers = effective->call;
        call->is_decoded = decode;
        call->pinned = is_changed(judgement);
        call->pinned_mask = effective->mask;
        call->pinned_bytes = effective->bytes;
        call->logged = decode; /* a record speaks of what was decoded */
        call->instruction_pointer = judgement->stop.instruction_pointer;
        call->stack_pointer = judgement->stop.stack_pointer;
        call->waits_since_ns = judgement->waits_since_ns;
        if (tracee->put_off) {
                call->since = tracee->put_off->since;
                call->entered_ns = tracee->put_off->entered_ns;
        }
        tracee->call = call;
        return 0;
}

/* The thread stays where it is until the judgement's wish is fulfilled. */
static void judge_later(Supervisor *supervisor, Tracee *tracee, Judgement *judgement)
{
        if (put_off_start(supervisor, tracee, &judgement->wish) < 0)
                fail_closed_call(supervisor, tracee,
                                 "too many paths of the call have to be asked a server for");
}

static void apply_return(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        _cleanup_(result_bytes_release) ResultBytes bytes = {0};
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        int r = result_bytes_prepare(tracee, action->writes, action->write_count, NULL, &bytes,
                                     &problem);

        if (r == 0)
                r = result_bytes_write(tracee, &bytes, &problem);
        if (r < 0) {
                _cleanup_free_ char *why = string_format(
                        "the rule's bytes cannot be written into the program's buffer: %s",
                        problem_text(&problem));

                fail_closed_call(supervisor, tracee, why ? why : "no memory for the rule's bytes");
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
                        fail_closed_call(supervisor, tracee,
                                         "no memory to change the call's result");
                        return;
                }
        }
        carry_out_allow(supervisor, tracee);
}

static void apply_script(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        int r = slow_action_script(supervisor, tracee, action);

        if (r < 0)
                fail_closed_call(supervisor, tracee,
                                 r == -ENOENT ? "the launcher of the rule's script has ended; set "
                                                "the rule again to have another one"
                                              : "the rule's script could not be started");
}

void decision_apply(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        if (action->signal)
                tracee->call->signal_after = action->signal;
        if (action->delay_usec) {
                if (slow_action_delay(supervisor, tracee, action) < 0)
                        fail_closed_call(supervisor, tracee,
                                         "the rule's delay could not be waited for");
                return;
        }
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
                        fail_closed_call(supervisor, tracee,
                                         "the call could not be held for an answer");
                else if (tracee->injection)
                        injection_held(supervisor, tracee);
                break;
        case ACTION_SCRIPT:
                apply_script(supervisor, tracee, action);
                break;
        default:
                fail_closed_call(supervisor, tracee, "the rule's action cannot be carried out");
                break;
        }
}

static bool same_arguments(const DecodedCall *a, const DecodedCall *b)
{
        if (!string_equal(a->text, b->text) || a->argument_count != b->argument_count)
                return false;
        for (unsigned i = 0; i < a->argument_count; i++)
                if (!string_equal(a->arguments[i].resolved, b->arguments[i].resolved))
                        return false;
        return true;
}

static bool is_made_again(const BrokenCall *broken, const Judgement *judgement)
{
        return broken->valid &&
               broken->instruction_pointer == judgement->stop.instruction_pointer &&
               broken->stack_pointer == judgement->stop.stack_pointer &&
               memcmp(&broken->registers, &judgement->own, sizeof(judgement->own)) == 0;
}

/* The kernel makes a call again that a signal had broken off, and a person had answered: the answer
 * stands, if the call is the same in every register and in what they point to. Rules are simply
 * asked again. True when nothing is left to be done now. */
static bool resume_broken(Supervisor *supervisor, Tracee *tracee, Judgement *judgement)
{
        BrokenCall broken = tracee->broken;
        bool same;

        tracee->broken = (BrokenCall){0};
        same = is_made_again(&broken, judgement);
        if (same)
                judgement->waits_since_ns = broken.since_ns;
        if (!broken.call)
                return false;
        same = same && broken.call->by != BY_RULE &&
               pinned_arguments_take(supervisor, tracee, &judgement->view.caller, &judgement->own,
                                     &judgement->effective) == 0 &&
               !judgement->effective.incomplete && open_call(tracee, judgement, true) == 0;
        if (judgement->wish.path) {
                tracee->broken = broken;
                judge_later(supervisor, tracee, judgement);
                return true;
        }
        if (same && same_arguments(&broken.call->decoded, &tracee->call->decoded)) {
                tracee->call->by = broken.call->by;
                tracee->call->rule = broken.call->rule;
                tracee->call->who = broken.call->who;
                open_call_free(broken.call);
                carry_out_allow(supervisor, tracee);
                return true;
        }
        if (same)
                tracee->call = open_call_free(tracee->call);
        judgement->effective = (PinnedCall){.call = judgement->own};
        open_call_free(broken.call);
        return false;
}

/* Whether nothing has to be done but to let the call run. */
static bool passes_unseen(const RuleOutcome *outcome)
{
        const Action *action = outcome->action;

        /* the kernel would not have told: a guard alone has stopped it */
        if (action->kind == ACTION_ALLOW_FOREVER)
                return true;
        return !outcome->log && action->kind == ACTION_ALLOW && !action->after &&
               !action->delay_usec && !action->signal;
}

/* Whether anybody will read what the call says: the log, a person, or what is done to it later. */
static bool needs_decoding(const RuleOutcome *outcome)
{
        const Action *action = outcome->action;

        return outcome->log || action->write_count > 0 || action->after ||
               (action->kind != ACTION_ABORT && action->kind != ACTION_RETURN);
}

/* Whether what a path leads to was not judged and will not be: it is only written down. */
static bool is_for_record(const RuleOutcome *outcome)
{
        ActionKind kind = outcome->action->kind;

        return !outcome->judged_memory && kind != ACTION_NOTIFY && kind != ACTION_SCRIPT;
}

/* What was judged, or will be shown to a person, has to be what the kernel reads. */
static bool needs_pins(const Supervisor *supervisor, int number, const RuleOutcome *outcome)
{
        return outcome ? outcome->action->kind == ACTION_NOTIFY ||
                                 outcome->action->kind == ACTION_SCRIPT
                       : rule_set_judges_memory(supervisor->rules, number);
}

/* From here on the copies are looked at through our own mapping of the slot. */
static void look_at_copies(const Supervisor *supervisor, const Tracee *tracee, TraceeView *view)
{
        view->overlay = landing_memory_slot(supervisor->landing, tracee->slot);
        view->overlay_address = landing_slot_address(tracee->process->landing, tracee->slot);
        view->overlay_size = LANDING_SLOT_BYTES;
}

static int pin(Supervisor *supervisor, Tracee *tracee, Judgement *judgement)
{
        int r = pinned_arguments_take(supervisor, tracee, &judgement->view.caller,
                                      &judgement->effective.call, &judgement->effective);

        if (r == 0 && tracee->slot >= 0)
                look_at_copies(supervisor, tracee, &judgement->view.tracee);
        return r;
}

/* A file's other name is another way to it. */
static int judge_new_name(Supervisor *supervisor, Tracee *tracee, Judgement *judgement,
                          RuleOutcome *ret)
{
        RuleOutcome naming;
        int r;

        if (ret->action->kind != ACTION_ALLOW && ret->action->kind != ACTION_ALLOW_FOREVER)
                return 0;
        r = file_names_judge(supervisor, tracee, &judgement->effective.call,
                             &judgement->view.caller, &naming);
        if (r > 0)
                *ret = naming;
        return r < 0 ? r : 0;
}

/* Pins if need be, then asks the rules. */
static int judge_pinned(Supervisor *supervisor, Tracee *tracee, Judgement *judgement,
                        RuleOutcome *ret)
{
        int number = judgement->effective.call.number, r = 0;
        bool names = file_names_concern(supervisor, number);
        bool pinned = names || needs_pins(supervisor, number, NULL);

        if (pinned)
                r = pin(supervisor, tracee, judgement);
        if (r == 0 && names)
                file_names_look_up(&judgement->effective.call, &judgement->view.caller);
        if (r == 0)
                r = rule_asking_match(supervisor, tracee, &judgement->view.caller,
                                      &judgement->effective.call, &judgement->wish.path, ret);
        if (r == 0 && names)
                r = judge_new_name(supervisor, tracee, judgement, ret);
        if (r < 0 || pinned || !needs_pins(supervisor, number, ret))
                return r;
        return pin(supervisor, tracee, judgement);
}

#define SERVER_IS_SILENT                                                                           \
        "where a path leads is not known: the server of its file system does not answer"

/* A condition could not be judged: the rules do not guess. Where the kernel would have said the
 * same (a directory that is not there) the program sees that error. */
static void refuse_unjudged(Supervisor *supervisor, Tracee *tracee, const Action *action)
{
        tracee->call->by = BY_SUPERVISOR;
        tracee->call->unverified_reason =
                strdup(tracee->put_off && tracee->put_off->in_vain
                               ? SERVER_IS_SILENT
                               : "what a rule's condition needs cannot be read");
        carry_out_result(supervisor, tracee, CALL_ABORTED, -action->error_number);
}

/* Calls that wait are as many as they like, slots are few: without any no rule could be judged, and
 * no thread be made. */
static void make_room(Supervisor *supervisor, Tracee *tracee)
{
        if (tracee->call && (tracee->state == TRACEE_HELD || tracee->state == TRACEE_DELAYED) &&
            landing_memory_is_scarce(supervisor->landing))
                pinned_arguments_set_aside(supervisor, tracee);
}

/* The rules have spoken: what they said is carried out. */
static void apply_outcome(Supervisor *supervisor, Tracee *tracee, const Judgement *judgement,
                          const RuleOutcome *outcome)
{
        OpenCall *call = tracee->call;

        call->logged = outcome->log && call->is_decoded;
        call->by = BY_RULE;
        call->rule = (int64_t) outcome->number;
        if (outcome->unreadable) {
                refuse_unjudged(supervisor, tracee, outcome->action);
                return;
        }
        if (outcome->judged_memory && !pinned_arguments_are_judged(&judgement->effective)) {
                fail_closed_call(supervisor, tracee, judgement->effective.incomplete);
                return;
        }
        if (outcome->judged_memory)
                path_check_mark(call);
        if (tracee->put_off && tracee->put_off->in_vain && call->verified == VERIFIED_YES) {
                call->verified = VERIFIED_NO;
                call->unverified_reason = strdup(SERVER_IS_SILENT);
        }
        if (judgement->effective.incomplete && call->verified == VERIFIED_YES) {
                call->verified = VERIFIED_NO;
                call->unverified_reason = strdup(judgement->effective.incomplete);
        }
        decision_apply(supervisor, tracee, outcome->action);
        if (tracee->state != TRACEE_RUNNING) /* nobody knows how long */
                name_turn_leave(supervisor, tracee_tid(tracee));
        make_room(supervisor, tracee);
}

/* A call that runs with other arguments and that nobody will hear of: its thread takes its own ones
 * back by itself. 1 when it was let go, 0 when it has to be followed to its exit. */
static int let_go(Supervisor *supervisor, Tracee *tracee, Judgement *judgement)
{
        const PinnedCall *effective = &judgement->effective;
        CallRegisters call;
        int r = 0;

        if (effective->incomplete || !way_back_suits(supervisor, tracee, effective->call.number) ||
            !path_check_is_spared(supervisor, tracee, effective, &judgement->view, &call))
                return 0;
        if (!judgement->has_registers)
                r = tracee_get_registers(tracee_tid(tracee), &judgement->registers);
        if (r == 0)
                r = way_back_take(supervisor, tracee, &judgement->registers, &call);
        if (r < 0)
                return r;
        supervisor_resume(supervisor, tracee, 0);
        return 1;
}

/* What the rules say, or have said before the call was put off. */
static int ask_rules(Supervisor *supervisor, Tracee *tracee, Judgement *judgement, RuleOutcome *ret)
{
        const PutOff *put_off = tracee->put_off;

        if (!put_off || !put_off->decided)
                return judge_pinned(supervisor, tracee, judgement, ret);
        *ret = put_off->outcome;
        judgement->effective = put_off->effective;
        if (tracee->slot >= 0)
                look_at_copies(supervisor, tracee, &judgement->view.tracee);
        return 0;
}

static const char *why_not_judged(int error)
{
        switch (error) {
        case -E2BIG:
                return "the directory that gets another name has more files than are looked at";
        case -EREMOTE:
                return "a directory that gets another name has files that a server would have to "
                       "be asked for";
        case -ETIMEDOUT:
        case -EBUSY:
                return SERVER_IS_SILENT;
        default:
                return "memory or descriptors lack to judge the call";
        }
}

static void judge(Supervisor *supervisor, Tracee *tracee, Judgement *judgement)
{
        bool alone = file_names_take_turns(supervisor, &judgement->effective.call);
        RuleOutcome outcome;
        bool unseen, decode;
        int r;

        r = alone ? name_turn_take(supervisor, tracee) : 1;
        if (r == 0)
                return;
        if (r > 0)
                r = ask_rules(supervisor, tracee, judgement, &outcome);
        unseen = r == 0 && passes_unseen(&outcome);
        if (alone && unseen) { /* it has to be followed to its end all the same */
                outcome.log = false;
                unseen = false;
        }
        decode = r == 0 && (!unseen || outcome.judged_memory) && needs_decoding(&outcome);

        if (unseen && !is_changed(judgement)) {
                supervisor_resume(supervisor, tracee, 0);
                return;
        }
        if (unseen)
                r = let_go(supervisor, tracee, judgement);
        if (r > 0)
                return;
        judgement->view.for_record = r == 0 && !alone && is_for_record(&outcome);
        if (r == 0) {
                r = open_call(tracee, judgement, decode);
                if (r == -EINPROGRESS &&
                    put_off_decided(supervisor, tracee, &outcome, &judgement->effective) < 0)
                        r = -ENOMEM;
        }
        if (r == TRACEE_GONE)
                return;
        if (r == -EINPROGRESS)
                judge_later(supervisor, tracee, judgement);
        else if (r < 0)
                fail_closed_call(supervisor, tracee, why_not_judged(r));
        else
                apply_outcome(supervisor, tracee, judgement, &outcome);
}

/* A guard refuses: as a rule's refusal, but by the supervisor. */
static void refuse_guarded(Supervisor *supervisor, Tracee *tracee, Judgement *judgement, int error,
                           const char *why)
{
        int r = open_call(tracee, judgement, true);

        if (r == -EINPROGRESS) {
                judge_later(supervisor, tracee, judgement);
                return;
        }
        if (r < 0) {
                fail_closed_call(supervisor, tracee, why);
                return;
        }
        tracee->call->by = BY_SUPERVISOR;
        tracee->call->unverified_reason = strdup(why);
        carry_out_result(supervisor, tracee, CALL_ABORTED, error);
}

/* All registers are fetched where they will probably be needed. They do not tell the architecture:
 * the filter answers every call of a foreign one by itself. */
static int read_stop(Judgement *judgement, const Tracee *tracee)
{
        TraceeCall *stop = &judgement->stop;
        CallRegisters call;
        int r;

        judgement->has_registers = way_back_was_taken(tracee);
        if (!judgement->has_registers)
                return tracee_get_call(tracee_tid(tracee), stop);
        r = tracee_get_registers(tracee_tid(tracee), &judgement->registers);
        if (r < 0)
                return r;
        call = registers_call(&judgement->registers);
        *stop = (TraceeCall){
                .stop = TRACEE_CALL_SECCOMP,
                .architecture = AUDIT_ARCH_X86_64,
                .instruction_pointer = registers_instruction_pointer(&judgement->registers),
                .stack_pointer = registers_stack_pointer(&judgement->registers),
                .number = call.number,
        };
        memcpy(stop->arguments, call.arguments, sizeof(stop->arguments));
        return 0;
}

static int judgement_begin(Judgement *judgement, const Tracee *tracee)
{
        int r;

        judged_view_init(&judgement->view, tracee);
        judgement->wish = (PathQuestion){0};
        judgement->view.tracee.wish = &judgement->wish;
        /* compared as bytes, padding included */
        memset(&judgement->own, 0, sizeof(judgement->own));
        memset(&judgement->effective, 0, sizeof(judgement->effective));
        judgement->waits_since_ns = 0;
        r = read_stop(judgement, tracee);
        if (r < 0)
                return r;
        if (judgement->stop.stop != TRACEE_CALL_SECCOMP ||
            judgement->stop.architecture != AUDIT_ARCH_X86_64)
                return -EPROTO;
        judgement->own.number = judgement->stop.number;
        memcpy(judgement->own.arguments, judgement->stop.arguments,
               sizeof(judgement->own.arguments));
        judgement->effective.call = judgement->own;
        return 0;
}

void decision_at_entry(Supervisor *supervisor, Tracee *tracee)
{
        _cleanup_(judgement_release) Judgement judgement;
        const char *why = NULL;
        uint64_t place;
        int r = judgement_begin(&judgement, tracee);

        if (r == TRACEE_GONE)
                return;
        if (r < 0) {
                fail_closed_call(supervisor, tracee, "a call of a foreign architecture");
                return;
        }
        place = tracee->way_back.instruction_pointer;
        r = way_back_repeats(tracee, judgement.stop.instruction_pointer);
        if (r > 0) {
                timed_wait_repeats(tracee, place, judgement.stop.stack_pointer);
                supervisor_resume(supervisor, tracee, 0);
        } else if (r < 0 && r != TRACEE_GONE) {
                fail_closed_call(supervisor, tracee, "cannot put the registers of a call back");
        }
        if (r != 0 || tighten_comes_first(supervisor, tracee, &judgement.own))
                return;
        if (!tracee->put_off) {
                supervisor->calls++;
                tracee->process->calls++;
        }
        carry_out_settle(supervisor, tracee, false);
        if (resume_broken(supervisor, tracee, &judgement))
                return;
        r = guard_judge(supervisor, tracee, &judgement.own, &judgement.effective.call, &why);
        if (r == TRACEE_GONE)
                return;
        if (r < 0)
                refuse_guarded(supervisor, tracee, &judgement, r, why);
        else
                judge(supervisor, tracee, &judgement);
}
