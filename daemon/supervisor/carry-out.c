/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/carry-out.h"

#include <signal.h>
#include <string.h>

#include "supervisor/decision.h"
#include "supervisor/fail-closed.h"
#include "supervisor/file-names.h"
#include "supervisor/name-turn.h"
#include "supervisor/path-check.h"
#include "supervisor/pending-calls.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/placement.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/result-bytes.h"
#include "supervisor/slot-queue.h"
#include "supervisor/timed-wait.h"

/* The kernel's own codes for "this call will be made again": ERESTARTSYS … ERESTART_RESTARTBLOCK.
 */
#define ERESTART_FIRST 512
#define ERESTART_LAST  516
/* ERESTARTNOHAND, of those: unless a handler runs. */
#define RESTARTS_UNLESS_HANDLED (-514)

static void count_call(Supervisor *supervisor, const Tracee *tracee, const OpenCall *call,
                       const CallEnd *end)
{
        uint64_t resumed = call->resumed_ns ? call->resumed_ns : end->ended_ns;

        statistics_add(supervisor->statistics, &(StatisticsCall){
                                                       .number = call->decoded.registers.number,
                                                       .pid = tracee_pid(tracee),
                                                       .comm = tracee->process->comm,
                                                       .result = end->result,
                                                       .returned = end->returned,
                                                       .refused = call->action == CALL_ABORTED,
                                                       .held_ns = resumed - call->entered_ns,
                                                       .ran_ns = end->ended_ns - resumed,
                                               });
}

static void write_record_of(Supervisor *supervisor, const Tracee *tracee, const OpenCall *call,
                            const CallEnd *end)
{
        count_call(supervisor, tracee, call, end);
        if (!call->logged)
                return;
        if (call_log_write(&supervisor->log, tracee, call, end) < 0)
                call_log_note(&supervisor->log, "record-lost",
                              "the record of a call did not fit the log");
        supervisor_log_written(supervisor);
}

static void write_record(Supervisor *supervisor, Tracee *tracee, const CallEnd *how)
{
        CallEnd end = *how;

        end.ended_ns = monotonic_ns();
        write_record_of(supervisor, tracee, tracee->call, &end);
}

static void end_waiting(Tracee *tracee)
{
        OpenCall *call = tracee->call;

        call->resumed_ns = monotonic_ns();
        if (call->by != BY_RULE && !tracee->awaits_turn)
                tracee->process->held_ns += call->resumed_ns - call->entered_ns;
        if (call->pending)
                pending_call_end(call->pending, false);
        tracee->state = TRACEE_RUNNING;
}

/* What makes names runs alone, by the names that it was judged by. False when nothing is left to be
 * done now: it waits for its turn, or is over. */
static bool hold_names(Supervisor *supervisor, Tracee *tracee, CallRegisters *executed)
{
        OpenCall *call = tracee->call;
        bool anew = !name_turn_is_of(supervisor, tracee) || call->resumed_ns;
        int r;

        if (!file_names_take_turns(supervisor, executed))
                return true;
        r = name_turn_take(supervisor, tracee);
        if (r == 0) {
                end_waiting(tracee);
                tracee->state = TRACEE_DELAYED;
                return false;
        }
        if (r > 0)
                r = file_names_hold(supervisor, tracee, anew, executed);
        if (r == 0)
                return true;
        if (r == -EBADMSG) {
                call->verified = VERIFIED_CHANGED;
                r = -EACCES;
        }
        if (r == -ENOMEM || r == -ENOSPC || r == -ENXIO || r == -EINPROGRESS)
                fail_closed_call(supervisor, tracee, "its paths cannot be looked at when it runs");
        else
                carry_out_result(supervisor, tracee, CALL_ALLOWED, r);
        return false;
}

void carry_out_allow(Supervisor *supervisor, Tracee *tracee)
{
        OpenCall *call = tracee->call;
        CallRegisters executed;
        int r;

        call->action = CALL_ALLOWED;
        r = pinned_arguments_bring_back(supervisor, tracee);
        if (r == -ENOSPC && !landing_memory_has_slot(supervisor->landing) &&
            slot_queue_add(supervisor, tracee) == 0)
                return;
        if (r < 0) {
                fail_closed_call(supervisor, tracee,
                                 "there is no room for the copies of its arguments");
                return;
        }
        placement_before_call(supervisor, call->decoded.registers.number);
        if (call->by == BY_USER)
                path_check_mark(call);
        executed = path_check_call(supervisor, tracee);
        if (!hold_names(supervisor, tracee, &executed))
                return;
        call->pinned |= executed.number != call->original.number;
        call->pinned |= timed_wait_shorten(supervisor, tracee, &executed);
        end_waiting(tracee);
        if (call->pinned) {
                r = tracee_change_call(tracee_tid(tracee), &call->original, &executed);
                call->executed = executed;
                if (r < 0 && r != TRACEE_GONE) {
                        fail_closed_call(supervisor, tracee,
                                         "cannot set the registers of the call");
                        return;
                }
        }
        supervisor_resume(supervisor, tracee, 0);
}

/* A rule's signal comes when the call has returned: delivered on the way out. */
static void send_signal_after(const Tracee *tracee)
{
        if (tracee->call->signal_after)
                (void) tgkill(tracee_pid(tracee), tracee_tid(tracee), tracee->call->signal_after);
}

/* The call is over: what was copied for it is of no use any more. */
static void drop_call(Supervisor *supervisor, Tracee *tracee)
{
        landing_memory_give_slot(supervisor->landing, tracee->slot);
        tracee->slot = -1;
        tracee->call = open_call_free(tracee->call);
}

void carry_out_result(Supervisor *supervisor, Tracee *tracee, CallAction action, int64_t result)
{
        const CallEnd end = {.returned = true, .result = result};
        int r;

        tracee->call->action = action;
        end_waiting(tracee);
        r = tracee_skip_call(tracee_tid(tracee), result);
        if (r < 0 && r != TRACEE_GONE) /* it must not run: nothing less is left */
                fail_closed_process(supervisor, tracee_pid(tracee), "a call cannot be skipped");
        write_record(supervisor, tracee, r < 0 ? &(CallEnd){.ended = "killed"} : &end);
        send_signal_after(tracee);
        drop_call(supervisor, tracee);
        if (r == 0)
                supervisor_resume(supervisor, tracee, 0);
}

/* A signal waits that the thread does not block. */
static bool has_signal_waiting(const Tracee *tracee)
{
        uint64_t waiting, blocked;

        return process_pending_signals(tracee_tid(tracee), &waiting) == 0 &&
               tracee_get_signal_mask(tracee_tid(tracee), &blocked) == 0 && (waiting & ~blocked);
}

void carry_out_interrupt(Supervisor *supervisor, Tracee *tracee)
{
        /* nothing to deliver: nothing would be restarted either */
        if (!has_signal_waiting(tracee) || tracee_skip_call(tracee_tid(tracee), -EINTR) < 0) {
                carry_out_result(supervisor, tracee, CALL_INTERRUPTED, -EINTR);
                return;
        }
        tracee->call->action = CALL_INTERRUPTED;
        tracee->call->interrupting = true;
        end_waiting(tracee);
        supervisor_resume(supervisor, tracee, 0);
}

/* At the exit of the call that was skipped for it. The interrupt brings the thread into the
 * kernel's signal handling even if another thread has taken the signal by now: only there the
 * result is one that a program may see. */
static void break_off(Supervisor *supervisor, Tracee *tracee)
{
        CallEnd end = {.returned = true, .result = -EINTR};
        pid_t tid = tracee_tid(tracee);
        Registers registers;
        int r = tracee_interrupt(tid);

        if (r == 0)
                r = tracee_get_registers(tid, &registers);
        if (r == 0) {
                end.result = registers_break_off_call(&registers, tracee->call->original.number);
                r = tracee_set_registers(tid, &registers);
        }
        if (r < 0)
                end = (CallEnd){.ended = "killed"};
        write_record(supervisor, tracee, &end);
        drop_call(supervisor, tracee);
        supervisor_resume(supervisor, tracee, 0);
}

/* The number as well: a call that the kernel will make again must be the program's own. */
static int put_back_arguments(const Tracee *tracee)
{
        const OpenCall *call = tracee->call;

        return tracee_change_call(tracee_tid(tracee), &call->executed, &call->original);
}

/* The kernel will make the call again by itself; it was decided, so it shall not be asked about
 * again. */
static void remember_broken(Tracee *tracee, bool unless_handled)
{
        BrokenCall *broken = &tracee->broken;

        open_call_free(broken->call);
        *broken = (BrokenCall){
                .valid = !unless_handled && !tracee->call->edited_from,
                .unless_handled = unless_handled,
                .since_ns = tracee->call->waits_since_ns ? tracee->call->waits_since_ns
                                                         : tracee->call->resumed_ns,
                .registers = tracee->call->original,
                .instruction_pointer = tracee->call->instruction_pointer,
                .stack_pointer = tracee->call->stack_pointer,
                .call = TAKE_PTR(tracee->call),
        };
}

/* The call has run; its result is made another. A buffer that cannot be written fails the call:
 * EFAULT is what the kernel would say. A failed call has answered nothing that could be changed. */
static int64_t change_result(Tracee *tracee, int64_t result)
{
        const Action *after = tracee->call->after;
        _cleanup_(result_bytes_release) ResultBytes bytes = {0};
        int r = 0;

        if (result >= 0 || after->after_return)
                r = result_bytes_prepare(tracee, after->writes, after->write_count, &result, &bytes,
                                         NULL);
        if (r == 0)
                r = result_bytes_write(tracee, &bytes, NULL);
        if (r < 0)
                result = -EFAULT;
        else if (after->after_return)
                result = after->error_number ? -after->error_number : after->value;
        else if (bytes.sized)
                result = bytes.size;
        (void) tracee_set_result(tracee_tid(tracee), result); /* gone: waitpid() reports it */
        return result;
}

static bool is_restart(int64_t result)
{
        return result <= -ERESTART_FIRST && result >= -ERESTART_LAST;
}

void carry_out_exit(Supervisor *supervisor, Tracee *tracee, int64_t result)
{
        OpenCall *call = tracee->call;
        CallEnd end = {.returned = true, .result = result};
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        int r;

        if (call->interrupting) {
                break_off(supervisor, tracee);
                return;
        }
        r = call->pinned ? put_back_arguments(tracee) : 0;
        if (r < 0 && r != TRACEE_GONE)
                fail_closed_process(supervisor, tracee_pid(tracee),
                                    "the registers of a call cannot be put back");
        if (r < 0)
                end = (CallEnd){.ended = "killed"};
        else
                end.result = result = path_check_exit(supervisor, tracee, result);
        if (call->after && end.returned && !is_restart(result))
                end.result = result = change_result(tracee, result);
        if (call->logged && end.returned)
                (void) decode_call_exit(&call->decoded, result, &caller, &DECODE_LIMITS_DEFAULT);
        if (end.returned && timed_wait_may_go_on(call, result)) {
                send_signal_after(tracee);
                landing_memory_give_slot(supervisor->landing, tracee->slot);
                tracee->slot = -1;
                remember_broken(tracee, true);
                tracee->broken.unwritten_ns = monotonic_ns();
                supervisor_resume(supervisor, tracee, 0);
                return;
        }
        write_record(supervisor, tracee, &end);
        if (is_restart(result)) {
                remember_broken(tracee, false);
        } else {
                send_signal_after(tracee);
                drop_call(supervisor, tracee);
        }
        supervisor_resume(supervisor, tracee, 0);
}

void carry_out_settle(Supervisor *supervisor, Tracee *tracee, bool again)
{
        const CallEnd end = {.returned = true,
                             .result = again ? RESTARTS_UNLESS_HANDLED : -EINTR,
                             .ended_ns = tracee->broken.unwritten_ns};

        if (!tracee->broken.unwritten_ns)
                return;
        tracee->broken.unwritten_ns = 0;
        write_record_of(supervisor, tracee, tracee->broken.call, &end);
}

void carry_out_ended(Supervisor *supervisor, Tracee *tracee, const char *how)
{
        CallEnd end = {.ended = how};

        carry_out_settle(supervisor, tracee, false);
        if (!tracee->call)
                return;
        if (strcmp(how, "exec") == 0)
                end.returned = true; /* a successful execve is a return of 0 into the new image */
        if (tracee->call->pending)
                pending_call_end(tracee->call->pending, true);
        write_record(supervisor, tracee, &end);
        drop_call(supervisor, tracee);
}
