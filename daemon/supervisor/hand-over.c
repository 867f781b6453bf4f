/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/hand-over.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>

#include "hook/landing-page.h"
#include "supervisor/fail-closed.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-loop.h"
#include "supervisor/ptrace-request.h"

/* Turns of the parking loop, 25 to 50 nanoseconds each, before it ends its process: some seconds of
 * processor time, of which a tracer that is alive needs microseconds to come for its thread. */
#define PARK_TURNS (UINT64_C(1) << 26)

/* What a tracee on its way was doing. */
typedef struct HandOver {
        Registers registers; /* as at its seccomp stop */
        uint64_t mask;       /* its blocked signals */
} HandOver;

static uint64_t park_start(const Tracee *tracee)
{
        return tracee->process->landing + LANDING_PAD_OFFSET +
               (uint64_t) (landing_pad_park - landing_pad_start);
}

static uint64_t park_end(const Tracee *tracee)
{
        return tracee->process->landing + LANDING_PAD_OFFSET +
               (uint64_t) (landing_pad_end - landing_pad_start);
}

/* ---- whether ---- */

/* Yama lets a process be seized by its ancestors only, and by whom it has named: descendants of the
 * waiting stub have named nobody. */
static bool yama_is_in_the_way(void)
{
        _cleanup_(fclosep) FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
        int scope = 0;

        return file && (fscanf(file, "%d", &scope) != 1 || scope != 0);
}

bool hand_over_can_be(const Supervisor *supervisor)
{
        return tracers_count(supervisor->tracers) > 1 &&
               !rule_set_opens_guard(supervisor->rules, "ptrace") && !yama_is_in_the_way();
}

unsigned hand_over_forced(void)
{
        const char *every = secure_getenv("SECCOMP_JAIL_HAND_OVER");

        return every ? (unsigned) strtoul(every, NULL, 10) : 0;
}

/* What opening its memory takes is what seizing it takes: that it is not hidden (PR_SET_DUMPABLE),
 * and that its user and its capabilities are within ours. */
static bool can_be_seized(pid_t tid)
{
        _cleanup_close_ int fd = -1;
        char path[32];

        snprintf(path, sizeof(path), "/proc/%d/mem", tid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        return fd >= 0;
}

/* The first thread of several stays: another one that execs takes its number over, whoever traces
 * it at the moment. */
static bool is_movable(const Supervisor *supervisor, const Tracee *tracee)
{
        const Process *process = tracee->process;
        TraceeCall stop;

        if (!supervisor->hands_over || supervisor->attached || supervisor->stopping ||
            tracee->stays)
                return false;
        if (process->landing == 0 || !process->ran || process->lacks_filter)
                return false;
        if (tracee->call || tracee->injection || tracee->hand_over)
                return false;
        if (tracee_tid(tracee) == tracee_pid(tracee) && process->threads > 1)
                return false;
        if (tracee_get_call(tracee_tid(tracee), &stop) < 0 || stop.stop != TRACEE_CALL_SECCOMP ||
            stop.architecture != AUDIT_ARCH_X86_64 || stop.instruction_pointer < LANDING_END)
                return false;
        return can_be_seized(tracee_tid(tracee));
}

/* ---- restartable sequences ---- */

#define UNREGISTER 1 /* RSEQ_FLAG_UNREGISTER */

/* At a seccomp stop with these registers: makes the call in place of the thread's own, up to its
 * exit stop. Nothing of the program runs meanwhile, not even what an interrupt leads to. */
static int call_instead(Supervisor *supervisor, pid_t tid, const Registers *registers,
                        const SequenceArea *area, uint64_t flags, int64_t *ret_result)
{
        const CallRegisters call = {
                .number = SYS_rseq,
                .arguments = {area->address, area->size, flags, area->signature}};
        Registers changed = *registers;
        Stop stop;
        int r;

        registers_set_call(&changed, &call);
        r = tracee_set_registers(tid, &changed);
        if (r == 0)
                r = tracee_resume(tid, TRACEE_RUN_TO_SYSCALL, 0);
        if (r == 0)
                r = remote_wait(tid, &supervisor->later, &stop);
        if (r == 0 && stop.kind != STOP_SYSCALL)
                r = -EPROTO;
        if (r == 0)
                r = tracee_get_registers(tid, &changed);
        *ret_result = registers_result(&changed);
        return r;
}

/* The thread makes its own call anew, judged as if nothing had been. */
static int repeat_call(Supervisor *supervisor, Tracee *tracee, const Registers *registers)
{
        Registers own = *registers;
        int r;

        registers_rewind_call(&own);
        r = tracee_set_registers(tracee_tid(tracee), &own);
        if (r == 0)
                supervisor_resume(supervisor, tracee, 0);
        return r;
}

static void end_astray(Supervisor *supervisor, const Tracee *tracee)
{
        call_log_note(&supervisor->log, "killed",
                      "a thread did not do what it was to do for another tracer");
        supervisor_log_written(supervisor);
        kill(tracee_pid(tracee), SIGKILL);
}

/* 1: it has none now. 0: it is refused, and stays where it is. */
static int forget_sequences(Supervisor *supervisor, Tracee *tracee, const Registers *registers)
{
        pid_t tid = tracee_tid(tracee);
        SequenceArea area;
        int64_t result;
        int r = tracee_get_sequence_area(tid, &area);

        if (r < 0 || !area.address)
                return r < 0 ? r : 1;
        r = call_instead(supervisor, tid, registers, &area, UNREGISTER, &result);
        if (r == 0 && result == 0) {
                tracee->sequences = area;
                return 1;
        }
        tracee->stays = true;
        return r < 0 ? r : repeat_call(supervisor, tracee, registers);
}

bool hand_over_rejoin(Supervisor *supervisor, Tracee *tracee)
{
        const SequenceArea area = tracee->sequences;
        pid_t tid = tracee_tid(tracee);
        Registers registers;
        int64_t result;
        int r;

        if (!area.address)
                return false;
        tracee->sequences = (SequenceArea){0};
        r = tracee_get_registers(tid, &registers);
        if (r == 0) /* refused: then it goes without, as on a kernel that has no rseq */
                r = call_instead(supervisor, tid, &registers, &area, 0, &result);
        if (r == 0)
                r = repeat_call(supervisor, tracee, &registers);
        if (r < 0 && r != TRACEE_GONE)
                end_astray(supervisor, tracee);
        return true;
}

/* ---- the old tracer's part ---- */

static int park(Tracee *tracee, HandOver *hand_over)
{
        pid_t tid = tracee_tid(tracee);
        Registers parked;
        int r;

        r = tracee_get_signal_mask(tid, &hand_over->mask);
        if (r == 0)
                r = tracee_set_signal_mask(tid, UINT64_MAX);
        if (r < 0)
                return r;
        parked = hand_over->registers;
        registers_park(&parked, park_start(tracee), PARK_TURNS);
        r = tracee_set_registers(tid, &parked);
        return r < 0 ? r : tracee_detach(tid, 0);
}

typedef struct Seizure {
        pid_t tid;
        int r;
} Seizure;

static void seize(void *argument)
{
        Seizure *seizure = argument;

        seizure->r = tracee_seize(seizure->tid, true);
        if (seizure->r == 0)
                (void) tracee_interrupt(seizure->tid); /* gone: waitpid() reports it */
}

/* It died on the way, or it has to: nobody will report that to us any more. */
static void bury(Supervisor *supervisor, Tracee *tracee, const char *why)
{
        const Stop stop = {.tid = tracee_tid(tracee), .kind = STOP_KILLED, .value = SIGKILL};

        if (why)
                fail_closed_process(supervisor, tracee_pid(tracee), why);
        if (stop_queue_push(&supervisor->later, &stop) < 0)
                supervisor_stop(supervisor, "no-memory");
}

static bool is_dying(pid_t tid)
{
        char state;

        return process_state(tid, &state) < 0 || state == 'Z' || state == 'X';
}

bool hand_over_begin(Supervisor *supervisor, Tracee *tracee, Tracer *to)
{
        Seizure seizure = {.tid = tracee_tid(tracee)};
        HandOver *hand_over;
        int r;

        if (!is_movable(supervisor, tracee))
                return false;
        hand_over = malloc(sizeof(*hand_over));
        if (!hand_over)
                return false;
        r = tracee_get_registers(tracee_tid(tracee), &hand_over->registers);
        if (r == 0)
                r = forget_sequences(supervisor, tracee, &hand_over->registers);
        if (r <= 0) {
                free(hand_over);
                if (r < 0 && r != TRACEE_GONE)
                        end_astray(supervisor, tracee);
                return true;
        }
        tracee->hand_over = hand_over;
        r = park(tracee, hand_over);
        if (r == TRACEE_GONE)
                return true; /* killed at its stop: waitpid() reports it */
        tracee->tracer = to;
        if (r == 0)
                tracer_run(to, seize, &seizure);
        if (r < 0 || seizure.r < 0)
                bury(supervisor, tracee,
                     is_dying(seizure.tid) ? NULL
                                           : "the thread could not be handed to another tracer");
        return true;
}

/* ---- the new tracer's part ---- */

static int put_back(Tracee *tracee, HandOver *hand_over)
{
        pid_t tid = tracee_tid(tracee);
        Registers now;
        int r = tracee_get_registers(tid, &now);

        if (r < 0)
                return r;
        if (registers_instruction_pointer(&now) < park_start(tracee) ||
            registers_instruction_pointer(&now) >= park_end(tracee))
                return -ENXIO;
        registers_rewind_call(&hand_over->registers);
        r = tracee_set_registers(tid, &hand_over->registers);
        return r < 0 ? r : tracee_set_signal_mask(tid, hand_over->mask);
}

void hand_over_complete(Supervisor *supervisor, Tracee *tracee, const Stop *stop)
{
        _cleanup_free_ HandOver *hand_over = TAKE_PTR(tracee->hand_over);
        int r = put_back(tracee, hand_over);

        if (r == TRACEE_GONE)
                return;
        if (r < 0) { /* a number that was used again in no time */
                (void) tracee_detach(stop->tid, 0);
                bury(supervisor, tracee, NULL);
                return;
        }
        tracee->arrived = true;
        if (stop->kind == STOP_GROUP)
                ptrace_group_stop(tracee, stop->value);
        else
                supervisor_resume(supervisor, tracee,
                                  stop->kind == STOP_SIGNAL && stop->value == SIGSTOP ? SIGSTOP
                                                                                      : 0);
}
