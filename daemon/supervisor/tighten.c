/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/tighten.h"

#include <limits.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>

#include "hook/landing-page.h"
#include "supervisor/fail-closed.h"
#include "supervisor/filter.h"
#include "supervisor/guard.h"
#include "supervisor/injection.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-loop.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/timed-wait.h"

/* Each costs the calls that it is about a little, and the kernel takes 32768 instructions in all:
 * the last one takes back everything that is left. */
#define TIGHTENINGS_MAX 6

/* What a thread is tight for that nothing passes of any more. */
#define TIGHT_FOR_GOOD UINT_MAX

/* Between two looks at threads that have not stopped yet; each is twice as long as the last. */
#define LOOK_USEC_MIN 2000
#define LOOK_USEC_MAX 64000
/* A thread that could not be stopped for so long is ended. */
#define PATIENCE_NS UINT64_C(15000000000)

typedef struct Waiting {
        TightenDone done;
        void *userdata;
} Waiting;

/* A filter that comes on top of the first. */
typedef struct TopFilter {
        struct sock_filter *list; /* owned */
        size_t count;
} TopFilter;

struct Tightening {
        bool possible;                 /* something passes, and can be taken back */
        bool taken_back[CALL_NUMBERS]; /* calls that passed under the first filter and do not now */
        unsigned generation;           /* of the newest filter, 0 for the first */
        TopFilter newest;
        TopFilter strictest; /* that takes everything back, once it was needed */

        bool underway;        /* threads are waited for */
        unsigned left;        /* about so many */
        uint64_t look_usec;   /* until the next look */
        uint64_t patience_ns; /* when it ends, CLOCK_MONOTONIC */
        sd_event_source *timer;
        Waiting *waiting; /* who is told; owned */
        size_t waiting_count;
};

Tightening *tightening_free(Tightening *tightening)
{
        if (!tightening)
                return NULL;
        sd_event_source_disable_unref(tightening->timer);
        free(tightening->newest.list);
        free(tightening->strictest.list);
        free(tightening->waiting);
        free(tightening);
        return NULL;
}

/* ---- what can be taken back ---- */

static bool something_passes(const FilterPlan *plan)
{
        for (size_t i = 0; i < plan->call_count; i++)
                if (filter_call_passes_yet(&plan->calls[i]))
                        return true;
        return false;
}

/* The program's own threads install it, with a call that its rules may refuse. */
static bool can_install_more(const FilterPlan *plan)
{
        const CallRegisters install = {
                .number = SYS_seccomp,
                .arguments = {SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
                              LANDING_BASE + LANDING_FILTER_OFFSET},
        };

        return filter_plan_evaluate(plan, &install).kind != FILTER_ERRNO;
}

int tighten_prepare(Supervisor *supervisor, FilterPlan *plan, bool possible)
{
        Tightening *tightening = calloc(1, sizeof(*tightening));

        if (!tightening)
                return -ENOMEM;
        supervisor->tightening = tightening;
        tightening->possible = possible && something_passes(plan) && can_install_more(plan);
        if (!tightening->possible)
                filter_plan_trace_mutable(plan);
        return 0;
}

/* ---- which threads ---- */

/* Whether it may still make calls that the rules do not let pass. Without the landing page it has
 * not begun its program. */
static bool is_behind(const Supervisor *supervisor, const Tracee *tracee)
{
        return tracee->tight < supervisor->tightening->generation && tracee->process->landing;
}

bool tighten_is_due(const Supervisor *supervisor, const Tracee *tracee)
{
        return tracee->wants_all || is_behind(supervisor, tracee);
}

bool tighten_comes_first(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call)
{
        pid_t tid = tracee_tid(tracee);
        Registers registers;
        int r;

        if (!supervisor->tightening->possible || !guard_installs_filter(call) ||
            tracee->tight == TIGHT_FOR_GOOD || tracee->process->tight == TIGHT_FOR_GOOD)
                return false;
        tracee->wants_all = true;
        r = tracee_get_registers(tid, &registers);
        if (r == 0) {
                registers_rewind_call(&registers);
                r = tracee_set_registers(tid, &registers);
        }
        if (r == 0)
                supervisor_resume(supervisor, tracee, 0);
        else if (r != TRACEE_GONE)
                fail_closed_process(supervisor, tracee_pid(tracee),
                                    "a call cannot be made again under stricter rules");
        return true;
}

void tighten_born(Tracee *tracee, bool new_process, unsigned maker_tight)
{
        Process *process = tracee->process;

        if (new_process)
                process->tight = maker_tight;
        /* the kernel gives a process's filter to its threads and to those being made in one go */
        tracee->tight = maker_tight > process->tight ? maker_tight : process->tight;
}

/* Whether a thread cannot execute an instruction of the program before it has the filter. An
 * interrupt waits for it, or for the moment that it is resumed; so it is enough that it was not in
 * user mode once. */
static bool is_settled(const Supervisor *supervisor, const Tracee *tracee)
{
        char state;

        if (!is_behind(supervisor, tracee))
                return true;
        if (tracee->injection)
                return injection_steps(tracee);
        if (tracee->state != TRACEE_RUNNING)
                return true;
        return process_state(tracee_tid(tracee), &state) < 0 || (state != 'R' && state != 'S');
}

typedef struct Look {
        Supervisor *supervisor;
        bool give_up; /* those that are not settled are ended */
        unsigned unsettled;
} Look;

static void look_at_thread(void *value, void *userdata)
{
        Tracee *tracee = value;
        Look *look = userdata;

        if (is_settled(look->supervisor, tracee))
                return;
        look->unsettled++;
        if (!look->give_up)
                return;
        fail_closed_process(look->supervisor, tracee_pid(tracee),
                            "a thread could not be stopped for rules that became stricter");
}

/* ---- until it holds ---- */

static void finish(Supervisor *supervisor)
{
        Tightening *tightening = supervisor->tightening;
        Waiting *waiting = TAKE_PTR(tightening->waiting);
        size_t count = tightening->waiting_count;

        tightening->underway = false;
        tightening->waiting_count = 0;
        tightening->timer = sd_event_source_disable_unref(tightening->timer);
        for (size_t i = 0; i < count; i++)
                waiting[i].done(waiting[i].userdata);
        free(waiting);
        supervisor_touch(supervisor);
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata);

static int look_again(Supervisor *supervisor)
{
        Tightening *tightening = supervisor->tightening;
        uint64_t usec = tightening->look_usec;

        tightening->timer = sd_event_source_disable_unref(tightening->timer);
        tightening->look_usec = usec < LOOK_USEC_MAX ? 2 * usec : usec;
        supervisor_touch(supervisor);
        return sd_event_add_time_relative(supervisor->event, &tightening->timer, CLOCK_MONOTONIC,
                                          usec, 0, on_look, supervisor);
}

static void look_at_all(Supervisor *supervisor)
{
        Tightening *tightening = supervisor->tightening;
        Look look = {.supervisor = supervisor, .give_up = monotonic_ns() > tightening->patience_ns};

        id_map_walk(&supervisor->tracees.tracees, look_at_thread, &look);
        tightening->left = look.unsettled;
        if (look.unsettled == 0 || look.give_up)
                finish(supervisor);
        else if (look_again(supervisor) < 0)
                supervisor_stop(supervisor, "stopped");
}

static int on_look(sd_event_source *source, uint64_t usec, void *userdata)
{
        (void) source;
        (void) usec;
        look_at_all(userdata);
        return 0;
}

int tighten_wait(Supervisor *supervisor, TightenDone done, void *userdata)
{
        Tightening *tightening = supervisor->tightening;
        Waiting *waiting;

        if (!tightening || !tightening->underway)
                return 1;
        waiting =
                reallocarray(tightening->waiting, tightening->waiting_count + 1, sizeof(*waiting));
        if (!waiting)
                return -ENOMEM;
        waiting[tightening->waiting_count++] = (Waiting){done, userdata};
        tightening->waiting = waiting;
        return 0;
}

void tighten_end(Supervisor *supervisor)
{
        if (supervisor->tightening)
                finish(supervisor);
}

/* ---- beginning ---- */

static void interrupt_thread(void *value, void *userdata)
{
        Supervisor *supervisor = userdata;
        Tracee *tracee = value;

        if (!is_behind(supervisor, tracee))
                return;
        supervisor->tightening->left++;
        /* one that stands somewhere is interrupted when it is resumed */
        if (tracee->state != TRACEE_RUNNING || tracee->injection)
                return;
        timed_wait_note(tracee);
        (void) tracee_interrupt(tracee_tid(tracee)); /* gone: waitpid() reports it */
}

static void begin(Supervisor *supervisor)
{
        Tightening *tightening = supervisor->tightening;

        tightening->underway = true;
        tightening->left = 0;
        tightening->look_usec = LOOK_USEC_MIN;
        tightening->patience_ns = monotonic_ns() + PATIENCE_NS;
        id_map_walk(&supervisor->tracees.tracees, interrupt_thread, supervisor);
        if (tightening->left == 0)
                finish(supervisor);
        else if (look_again(supervisor) < 0)
                supervisor_stop(supervisor, "stopped");
}

/* A filter that takes `numbers` back. */
static int make_filter(const Supervisor *supervisor, const bool *numbers, TopFilter *filter)
{
        const FilterOptions options = {.allow_magic_number = -1, .rest = FILTER_REST_PASSES};
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        TopFilter made;
        int r = filter_plan_tighten(rule_set_sealed(supervisor->rules), numbers, &plan);

        if (r >= 0)
                r = filter_build(plan, &options, &made.list, &made.count, &problem);
        if (r < 0)
                return r;
        free(filter->list);
        *filter = made;
        return 0;
}

static int make_strictest(const Supervisor *supervisor)
{
        Tightening *tightening = supervisor->tightening;
        _cleanup_free_ bool *numbers = NULL;

        if (tightening->strictest.list)
                return 0;
        numbers = calloc(CALL_NUMBERS, sizeof(*numbers));
        if (!numbers)
                return -ENOMEM;
        rule_set_mark_passing(supervisor->rules, numbers);
        return make_filter(supervisor, numbers, &tightening->strictest);
}

void tighten_to_rules(Supervisor *supervisor)
{
        Tightening *tightening = supervisor->tightening;
        int r;

        if (!tightening->possible)
                return;
        r = rule_set_find_outdated(supervisor->rules, tightening->taken_back);
        if (r == 0)
                return;
        if (r < 0 || tightening->generation + 1 == TIGHTENINGS_MAX)
                rule_set_mark_passing(supervisor->rules, tightening->taken_back);
        r = make_filter(supervisor, tightening->taken_back, &tightening->newest);
        if (r < 0) {
                fail_closed_jail(supervisor,
                                 "no filter could be made for rules that became stricter");
                return;
        }
        tightening->generation++;
        begin(supervisor);
}

/* ---- one thread ---- */

static int install_one(Supervisor *supervisor, Tracee *tracee, const TopFilter *filter,
                       bool process, Stop *ret_stop, Problem *problem)
{
        return install_on_top(&supervisor->installer, tracee, filter->list, filter->count, process,
                              ret_stop, problem);
}

/* For all threads of the process if that can be. *ret_stop: where it stands afterwards. */
static int install(Supervisor *supervisor, Tracee *tracee, Stop *ret_stop, Problem *problem)
{
        const Tightening *tightening = supervisor->tightening;
        const TopFilter *filter = tracee->wants_all ? &tightening->strictest : &tightening->newest;
        Process *process = tracee->process;
        int r = tracee->wants_all ? make_strictest(supervisor) : 0;

        if (r == 0 && !process->apart) {
                r = install_one(supervisor, tracee, filter, true, ret_stop, problem);
                if (r == 0)
                        process->tight =
                                tracee->wants_all ? TIGHT_FOR_GOOD : tightening->generation;
                if (r != -EBUSY)
                        return r;
                process->apart = true; /* a thread has a filter of its own, others do not */
                problem_release(problem);
                r = 0;
        }
        return r < 0 ? r : install_one(supervisor, tracee, filter, false, ret_stop, problem);
}

/* What broke a call off was our interrupt: the program does not hear of it. */
static int heal(Tracee *tracee)
{
        Registers registers;
        int r = tracee_get_registers(tracee_tid(tracee), &registers);

        if (r == 0 && registers_heal_interrupted_call(&registers))
                r = tracee_set_registers(tracee_tid(tracee), &registers);
        return r;
}

static void end_process(Supervisor *supervisor, const Tracee *tracee, int error, Problem *problem)
{
        problem_set(problem, error, "the filter for stricter rules could not be installed: %s",
                    strerror(-error));
        fail_closed_process(supervisor, tracee_pid(tracee), problem_text(problem));
}

void tighten_thread(Supervisor *supervisor, Tracee *tracee)
{
        Tightening *tightening = supervisor->tightening;
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        Stop stop = {.kind = STOP_TRAP};
        bool lacks_it = tracee->wants_all || tracee->process->tight < tightening->generation;
        int r = lacks_it ? install(supervisor, tracee, &stop, &problem) : heal(tracee);

        if (r == TRACEE_GONE)
                return;
        if (r < 0) {
                end_process(supervisor, tracee, r, &problem);
                return;
        }
        timed_wait_goes_on(supervisor, tracee, 0);
        tracee->tight = tracee->wants_all ? TIGHT_FOR_GOOD : tightening->generation;
        tracee->wants_all = false;
        if (stop.kind == STOP_GROUP) {
                ptrace_dispatch(supervisor, &stop);
        } else {
                timed_wait_resume(supervisor, tracee);
                supervisor_resume(supervisor, tracee, 0);
        }
        if (tightening->underway && tightening->left > 0 && --tightening->left == 0)
                look_at_all(supervisor);
}
