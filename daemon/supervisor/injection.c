/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/injection.h"

#include <signal.h>
#include <string.h>

#include "hook/landing-page.h"
#include "supervisor/carry-out.h"
#include "supervisor/guard.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/timed-wait.h"

/* The x86-64 psABI's area below the stack pointer that a leaf function may use. */
#define RED_ZONE 128
/* Output buffers lie below the red zone; a thread's stack is rarely smaller than this. */
#define OUTPUT_BYTES_MAX 65536u

typedef enum InjectionStage {
        INJECTION_STOPPING,  /* PTRACE_INTERRUPT was sent */
        INJECTION_SKIPPING,  /* a held call goes to its exit stop, not executed */
        INJECTION_CALLING,   /* the injected call runs */
        INJECTION_RETURNING, /* the second interrupt: in its stop the registers are put back, so
                                that the kernel itself restarts what was broken off */
        INJECTION_REHOLDING, /* the held call comes back to its seccomp stop */
} InjectionStage;

typedef struct Injection {
        InjectionStage stage;
        bool was_held;
        Registers saved;
        uint64_t saved_mask;
        int deferred_signal; /* a SIGSTOP that came meanwhile, sent again at the end */
        CallExpression expression;
        OpenCall *call; /* for the log */
        int slot;       /* of the landing page, for strings; -1 */
        uint64_t output_address[SYSCALL_ARGUMENTS_MAX];
        InjectionDone done;
        void *userdata;
        InjectionResult result;
} Injection;

static void injection_free(Supervisor *supervisor, Injection *injection)
{
        landing_memory_give_slot(supervisor->landing, injection->slot);
        call_expression_release(&injection->expression);
        open_call_free(injection->call);
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++)
                free((void *) injection->result.output[i]);
        free(injection);
}

/* Tells the result, writes the record, and forgets. */
static void injection_finish(Supervisor *supervisor, Tracee *tracee)
{
        Injection *injection = TAKE_PTR(tracee->injection);
        InjectionResult *result = &injection->result;

        if (injection->call->is_decoded) {
                const CallEnd end = {.returned = result->executed,
                                     .result = result->result,
                                     .ended = result->executed ? NULL : "killed",
                                     .ended_ns = monotonic_ns()};

                call_log_write(&supervisor->log, tracee, injection->call, &end);
                supervisor_log_written(supervisor);
        }
        result->call = injection->call;
        injection->done(injection->userdata, result);
        injection_free(supervisor, injection);
        supervisor_touch(supervisor);
}

void injection_gone(Supervisor *supervisor, Tracee *tracee)
{
        Injection *injection = tracee->injection;

        if (!injection)
                return;
        if (!injection->result.executed)
                injection->result.why_not = "the thread ended or ran another program meanwhile";
        injection_finish(supervisor, tracee);
}

bool injection_steps(const Tracee *tracee)
{
        return tracee->injection && tracee->injection->stage == INJECTION_CALLING;
}

/* ---- where the arguments go ---- */

static int place_input(Supervisor *supervisor, Tracee *tracee, Injection *injection,
                       TypedArgument *argument, size_t *offset)
{
        unsigned char *slot;

        if (injection->slot < 0) {
                injection->slot = landing_memory_take_slot(supervisor->landing);
                if (injection->slot < 0)
                        return injection->slot;
        }
        if (argument->size > LANDING_SLOT_BYTES - *offset)
                return -E2BIG;
        slot = landing_memory_slot(supervisor->landing, injection->slot);
        memcpy(slot + *offset, argument->bytes, argument->size);
        argument->value = landing_slot_address(tracee->process->landing, injection->slot) + *offset;
        *offset = (*offset + argument->size + 15) & ~(size_t) 15;
        return 0;
}

static int place_output(Injection *injection, unsigned index, uint64_t *top)
{
        TypedArgument *argument = &injection->expression.arguments[index];

        *top = (*top - argument->size) & ~UINT64_C(63);
        argument->value = *top;
        injection->output_address[index] = *top;
        injection->result.output[index] = calloc(1, argument->size + 1);
        injection->result.output_size[index] = argument->size;
        return injection->result.output[index] ? 0 : -ENOMEM;
}

static int place_arguments(Supervisor *supervisor, Tracee *tracee, Injection *injection)
{
        uint64_t top = registers_stack_pointer(&injection->saved) - RED_ZONE;
        CallExpression *expression = &injection->expression;
        size_t offset = 0;
        int r = 0;

        for (unsigned i = 0; i < expression->argument_count && r == 0; i++) {
                TypedArgument *argument = &expression->arguments[i];

                if (argument->output)
                        r = place_output(injection, i, &top);
                else if (argument->bytes)
                        r = place_input(supervisor, tracee, injection, argument, &offset);
        }
        return r;
}

static int open_record(Tracee *tracee, Injection *injection, uid_t who, const CallRegisters *call)
{
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);

        (void) who;
        injection->call->original = *call;
        int r = decode_call(call, &caller, &DECODE_LIMITS_DEFAULT, &injection->call->decoded);

        injection->call->is_decoded = r == 0;
        injection->call->resumed_ns = monotonic_ns();
        return r;
}

/* ---- the way in ---- */

/* Where an injected call is made. */
static uint64_t pad_of(const Tracee *tracee)
{
        return tracee->process->landing + LANDING_PAD_OFFSET;
}

/* The thread stands where it can take the call: registers and mask are saved, the call begins. */
static int begin_call(Supervisor *supervisor, Tracee *tracee)
{
        Injection *injection = tracee->injection;
        pid_t tid = tracee_tid(tracee);
        CallRegisters call = {.number = injection->expression.number};
        Registers registers;
        int r = 0;

        if (!injection->was_held)
                r = tracee_get_registers(tid, &injection->saved);
        if (r == 0)
                r = tracee_get_signal_mask(tid, &injection->saved_mask);
        if (r == 0)
                r = tracee_set_signal_mask(tid, UINT64_MAX);
        if (r == 0)
                r = place_arguments(supervisor, tracee, injection);
        for (unsigned i = 0; i < injection->expression.argument_count; i++)
                call.arguments[i] = injection->expression.arguments[i].value;
        if (r == 0)
                r = open_record(tracee, injection, injection->call->who, &call);
        if (r < 0)
                return r;
        registers = injection->saved;
        registers_prepare_call(&registers, pad_of(tracee), &call);
        r = tracee_set_registers(tid, &registers);
        injection->stage = INJECTION_CALLING;
        return r < 0 ? r : tracee_resume(tid, TRACEE_STEP, 0);
}

/* ---- the way back ---- */

/* At a second stop inside the kernel's signal handling: what is put back here the kernel restarts
 * itself. */
static void put_back(Supervisor *supervisor, Tracee *tracee, const Stop *stop)
{
        Injection *injection = tracee->injection;
        pid_t tid = tracee_tid(tracee);

        if (timed_wait_begins_anew(tracee, &injection->saved))
                injection->result.note = "the thread was in a wait whose end nobody knows but the "
                                         "kernel (a socket's "
                                         "own timeout, say), which begins it anew";
        registers_heal_interrupted_call(&injection->saved);
        timed_wait_goes_on(supervisor, tracee, 0);
        (void) tracee_set_registers(tid, &injection->saved); /* gone: waitpid() reports it */
        (void) tracee_set_signal_mask(tid, injection->saved_mask);
        if (injection->deferred_signal)
                (void) tgkill(tracee_pid(tracee), tid, injection->deferred_signal);
        injection_finish(supervisor, tracee);
        if (stop->kind == STOP_GROUP) {
                tracee->state = TRACEE_LISTENING;
                (void) tracee_listen(tid);
                return;
        }
        timed_wait_resume(supervisor, tracee);
        supervisor_resume(supervisor, tracee, 0);
}

static void hold_again(Supervisor *supervisor, Tracee *tracee)
{
        Injection *injection = tracee->injection;

        (void) tracee_set_signal_mask(tracee_tid(tracee), injection->saved_mask);
        if (injection->deferred_signal)
                (void) tgkill(tracee_pid(tracee), tracee_tid(tracee), injection->deferred_signal);
        tracee->state = TRACEE_HELD;
        injection_finish(supervisor, tracee);
}

static void leave(Supervisor *supervisor, Tracee *tracee)
{
        Injection *injection = tracee->injection;
        pid_t tid = tracee_tid(tracee);
        int r;

        (void) supervisor;
        if (injection->was_held) {
                Registers registers = injection->saved;

                registers_rewind_call(&registers);
                r = tracee_set_registers(tid, &registers);
                injection->stage = INJECTION_REHOLDING;
        } else {
                r = tracee_interrupt(tid);
                injection->stage = INJECTION_RETURNING;
        }
        if (r == 0)
                (void) tracee_resume(tid, TRACEE_RUN, 0);
}

static void take_result(Tracee *tracee)
{
        Injection *injection = tracee->injection;
        InjectionResult *result = &injection->result;
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        Registers registers;

        if (tracee_get_registers(tracee_tid(tracee), &registers) < 0)
                return;
        if (registers_instruction_pointer(&registers) !=
            pad_of(tracee) + SYSCALL_INSTRUCTION_BYTES) {
                result->why_not = "the program had the thread sent elsewhere, by a restartable "
                                  "sequence (rseq): no call was made";
                return;
        }
        result->executed = true;
        result->result = registers_result(&registers);
        result->ran_ns = monotonic_ns() - injection->call->resumed_ns;
        for (unsigned i = 0; i < SYSCALL_ARGUMENTS_MAX; i++)
                if (result->output[i])
                        (void) tracee_read_memory(&view, injection->output_address[i],
                                                  (void *) result->output[i],
                                                  result->output_size[i]);
        (void) decode_call_exit(&injection->call->decoded, result->result, &caller,
                                &DECODE_LIMITS_DEFAULT);
}

/* ---- stops ---- */

static bool takes_while_calling(Supervisor *supervisor, Tracee *tracee, const Stop *stop)
{
        Injection *injection = tracee->injection;

        if (stop->kind == STOP_SIGNAL && stop->value == SIGTRAP) {
                take_result(tracee);
                leave(supervisor, tracee);
                return true;
        }
        if (stop->kind == STOP_SIGNAL && stop->value == SIGSTOP)
                injection->deferred_signal = SIGSTOP;
        else if (stop->kind == STOP_SIGNAL) {
                injection->result.why_not = "the injected call crashed";
                leave(supervisor, tracee);
                return true;
        } else if (stop->kind == STOP_BIRTH || stop->kind == STOP_EXEC) {
                return false; /* the injected call makes a process, or another image */
        }
        (void) tracee_resume(tracee_tid(tracee), TRACEE_STEP, 0);
        return true;
}

static bool takes_when_stopped(Supervisor *supervisor, Tracee *tracee)
{
        int r = begin_call(supervisor, tracee);

        if (r < 0 && r != TRACEE_GONE) {
                tracee->injection->result.why_not =
                        "there is no room for the call's arguments in the program";
                (void) tracee_set_signal_mask(tracee_tid(tracee), tracee->injection->saved_mask);
                leave(supervisor, tracee);
        }
        return true;
}

/* The thread may be on its way to another stop when it is interrupted, and every stop forgets a
 * PTRACE_INTERRUPT that waits: it is asked for again. */
static bool takes_while_stopping(Supervisor *supervisor, Tracee *tracee, const Stop *stop)
{
        if (stop->kind == STOP_TRAP || stop->kind == STOP_GROUP)
                return takes_when_stopped(supervisor, tracee);
        (void) tracee_interrupt(tracee_tid(tracee)); /* gone: waitpid() reports it */
        return false;
}

bool injection_takes(Supervisor *supervisor, Tracee *tracee, const Stop *stop)
{
        if (stop->kind == STOP_EXITED || stop->kind == STOP_KILLED)
                return false;
        switch (tracee->injection->stage) {
        case INJECTION_STOPPING:
                return takes_while_stopping(supervisor, tracee, stop);
        case INJECTION_SKIPPING:
                return stop->kind == STOP_SYSCALL && takes_when_stopped(supervisor, tracee);
        case INJECTION_CALLING:
                return takes_while_calling(supervisor, tracee, stop);
        case INJECTION_RETURNING:
                if (stop->kind == STOP_SIGNAL && stop->value == SIGSTOP) {
                        tracee->injection->deferred_signal = SIGSTOP;
                        (void) tracee_interrupt(tracee_tid(tracee));
                        (void) tracee_resume(tracee_tid(tracee), TRACEE_RUN, 0);
                } else {
                        put_back(supervisor, tracee, stop);
                }
                return true;
        case INJECTION_REHOLDING:
                if (stop->kind == STOP_SECCOMP) {
                        hold_again(supervisor, tracee);
                } else {
                        if (stop->kind == STOP_SIGNAL)
                                tracee->injection->deferred_signal = stop->value;
                        (void) tracee_resume(tracee_tid(tracee), TRACEE_RUN, 0);
                }
                return true;
        }
        return false;
}

/* ---- start ---- */

static int start_from_hold(Tracee *tracee)
{
        Injection *injection = tracee->injection;
        pid_t tid = tracee_tid(tracee);
        int r = tracee_get_registers(tid, &injection->saved);

        if (r == 0)
                r = tracee_skip_call(tid, -ENOSYS);
        if (r == 0)
                r = tracee_resume(tid, TRACEE_RUN_TO_SYSCALL, 0);
        injection->was_held = true;
        injection->stage = INJECTION_SKIPPING;
        return r;
}

void injection_held(Supervisor *supervisor, Tracee *tracee)
{
        (void) supervisor;
        if (tracee->injection->stage == INJECTION_STOPPING)
                (void) start_from_hold(tracee);
}

static int check_state(const Tracee *tracee, Problem *problem)
{
        pid_t tid = tracee_tid(tracee);
        char state;

        if (tracee->injection)
                return problem_set(problem, -EBUSY,
                                   "thread %d is executing an injected call already; wait for it",
                                   tid);
        if (!tracee->process->landing || tracee->state == TRACEE_FRESH)
                return problem_set(problem, -EBUSY,
                                   "thread %d has not begun to run its program; try again", tid);
        if (tracee->state == TRACEE_DELAYED)
                return problem_set(
                        problem, -EBUSY,
                        "thread %d waits for a rule's delay, or for where a path leads; try again",
                        tid);
        if (process_state(tid, &state) == 0 && state == 'D')
                return problem_set(problem, -EBUSY,
                                   "thread %d cannot take a call now: it is in uninterruptible "
                                   "sleep (a parent in vfork "
                                   "waits until its child runs a program or ends; use the child)",
                                   tid);
        return 0;
}

static int check_size(const CallExpression *expression, Problem *problem)
{
        size_t in = 0, out = 0;

        for (unsigned i = 0; i < expression->argument_count; i++) {
                const TypedArgument *argument = &expression->arguments[i];

                if (argument->output)
                        out += argument->size + 64;
                else if (argument->bytes)
                        in += argument->size + 16;
        }
        if (in > LANDING_SLOT_BYTES)
                return problem_set(problem, -E2BIG, "the call's strings have %zu bytes; %d fit", in,
                                   LANDING_SLOT_BYTES);
        if (out > OUTPUT_BYTES_MAX)
                return problem_set(problem, -E2BIG,
                                   "the call's output buffers have %zu bytes; %u fit", out,
                                   OUTPUT_BYTES_MAX);
        return 0;
}

/* Before its strings have addresses: the filter looks at no memory. */
static int check_filter(Supervisor *supervisor, Tracee *tracee, const CallExpression *expression,
                        Problem *problem)
{
        const TypedArgument *first = &expression->arguments[0];
        CallRegisters call = {.number = expression->number};

        for (unsigned i = 0; i < expression->argument_count; i++)
                call.arguments[i] = expression->arguments[i].value;
        return guard_check_person(supervisor, tracee, &call,
                                  expression->argument_count > 0 && !first->output ? first->bytes
                                                                                   : NULL,
                                  first->size, problem);
}

int injection_start(Supervisor *supervisor, Tracee *tracee, CallExpression *expression, uid_t who,
                    InjectionDone done, void *userdata, Problem *problem)
{
        Injection *injection = calloc(1, sizeof(*injection));
        int r;

        if (!injection) {
                call_expression_release(expression);
                return -ENOMEM;
        }
        injection->slot = -1;
        injection->expression = *expression;
        *expression = (CallExpression){0};
        injection->done = done;
        injection->userdata = userdata;
        injection->call = open_call_new(&(CallRegisters){.number = injection->expression.number});
        r = injection->call ? check_state(tracee, problem) : -ENOMEM;
        if (r == 0)
                r = check_size(&injection->expression, problem);
        if (r == 0)
                r = check_filter(supervisor, tracee, &injection->expression, problem);
        if (r < 0) {
                injection_free(supervisor, injection);
                return r;
        }
        injection->call->by = BY_INJECTION;
        injection->call->who = who;
        injection->call->injected = true;
        injection->stage = INJECTION_STOPPING;
        if (tracee->state == TRACEE_RUNNING)
                timed_wait_note(tracee);
        tracee->injection = injection;
        r = tracee->state == TRACEE_HELD ? start_from_hold(tracee)
                                         : tracee_interrupt(tracee_tid(tracee));
        if (r < 0) {
                tracee->injection = NULL;
                injection_free(supervisor, injection);
                return problem_set(problem, r, "thread %d is gone", tracee_tid(tracee));
        }
        return 0;
}
