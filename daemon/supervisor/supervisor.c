/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/supervisor.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "hook/landing-page.h"
#include "rules/guard-list.h"
#include "supervisor/attach.h"
#include "supervisor/decoy-listener.h"
#include "supervisor/doorbell.h"
#include "supervisor/edge-wall.h"
#include "supervisor/filter.h"
#include "supervisor/guard.h"
#include "supervisor/hand-over.h"
#include "supervisor/injection.h"
#include "supervisor/kernel-features.h"
#include "supervisor/log-readers.h"
#include "supervisor/loop-wait.h"
#include "supervisor/name-turn.h"
#include "supervisor/privileges.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-loop.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/put-off.h"
#include "supervisor/seize.h"
#include "supervisor/slow-actions.h"
#include "supervisor/socket-name.h"
#include "supervisor/tighten.h"

/* A line waits at most this long for the file and the readers. */
#define LOG_FLUSH_USEC 20000

static void on_stopped(void *userdata, pid_t tid, int status);

static Tracer *tracer_of(void *userdata, pid_t tid)
{
        Supervisor *supervisor = userdata;
        const Tracee *tracee = tracee_table_get(&supervisor->tracees, tid);

        return tracee ? tracee->tracer : NULL;
}

static int on_nudge(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Supervisor *supervisor = userdata;
        eventfd_t count;

        (void) source;
        (void) events;
        (void) eventfd_read(fd, &count);
        supervisor->nudged = false;
        return 0;
}

static int start_tracers(Supervisor *supervisor)
{
        const TracersWork work = {
                .stopped = on_stopped, .tracer_of = tracer_of, .userdata = supervisor};

        supervisor->nudge = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (supervisor->nudge < 0)
                return -errno;
        if (sd_event_add_io(supervisor->event, NULL, supervisor->nudge, EPOLLIN, on_nudge,
                            supervisor) < 0)
                return -ENOMEM;
        return tracers_start(&work, &supervisor->tracers);
}

int supervisor_new(sd_event *event, Supervisor **ret)
{
        Supervisor *supervisor = calloc(1, sizeof(*supervisor));
        int r;

        if (!supervisor)
                return -ENOMEM;
        supervisor->event = sd_event_ref(event);
        supervisor->log_file = -1;
        supervisor->nudge = -1;
        supervisor->put_off_wake = -1;
        supervisor->installer.listener = -1;
        supervisor->statistics = statistics_new();
        supervisor->sockets = socket_names_new();
        r = supervisor->statistics && supervisor->sockets
                    ? landing_memory_create(&supervisor->landing)
                    : -ENOMEM;
        if (r == 0)
                r = name_turn_new(supervisor, &supervisor->name_turn);
        if (r == 0)
                r = doorbell_start(sd_event_get_fd(event), &supervisor->doorbell);
        if (r == 0)
                r = start_tracers(supervisor);
        if (r < 0) {
                supervisor_free(supervisor);
                return r;
        }
        supervisor->tracees.landing = supervisor->landing;
        supervisor->tracees.sockets = supervisor->sockets;
        *ret = supervisor;
        return 0;
}

Supervisor *supervisor_free(Supervisor *supervisor)
{
        if (!supervisor)
                return NULL;
        doorbell_stop(supervisor->doorbell);
        tracers_stop(supervisor->tracers);
        slow_actions_end(supervisor);
        name_turn_free(supervisor->name_turn);
        sd_event_source_disable_unref(supervisor->flush_timer);
        sd_event_source_disable_unref(supervisor->placement_timer);
        log_readers_release(supervisor);
        tightening_free(supervisor->tightening);
        rule_set_free(supervisor->rules);
        statistics_free(supervisor->statistics);
        landing_memory_free(supervisor->landing);
        free(supervisor->for_slot.tids);
        socket_names_free(supervisor->sockets);
        close_fd(supervisor->installer.listener);
        close_fd(supervisor->log_file);
        close_fd(supervisor->nudge);
        close_fd(supervisor->put_off_wake);
        call_log_release(&supervisor->log);
        stop_queue_release(&supervisor->later);
        strv_free(supervisor->argv);
        free(supervisor->filter);
        filter_plan_free(supervisor->plan);
        free(supervisor->program);
        free(supervisor->rules_name);
        free(supervisor->mode);
        sd_event_unref(supervisor->event);
        free(supervisor);
        return NULL;
}

/* ---- preparation: all that can fail before there is a process ---- */

static int set_diagnostics(Problem *problem, int error, const Diagnostics *diagnostics)
{
        _cleanup_text_ Text text = TEXT_INIT;

        for (size_t i = 0; i < diagnostics->count; i++)
                if (diagnostics->list[i].severity == SEVERITY_ERROR)
                        text_append_format(&text, "%s%u:%u: %s", text.length ? "\n" : "",
                                           diagnostics->list[i].line, diagnostics->list[i].column,
                                           diagnostics->list[i].message);
        return problem_set(problem, error, "%s",
                           text.length ? text_get(&text) : "the rules cannot be read");
}

static int read_rules(Supervisor *supervisor, const char *rules, Problem *problem)
{
        const char *text = rules ? rules : preset_text("ask-before-write");
        Diagnostics diagnostics = {0};
        int r = rule_set_parse(text, strlen(text), &supervisor->rules, &diagnostics);

        if (r < 0)
                set_diagnostics(problem, r, &diagnostics);
        diagnostics_release(&diagnostics);
        return r;
}

/* A word of the command line is what is wrong then, and the sentence begins with it. */
static int change_rule(Supervisor *supervisor, const char *call, const char *action,
                       const char *word, Problem *problem)
{
        _cleanup_problem_ Problem why = PROBLEM_INIT;
        size_t number;
        int r = rule_set_change(supervisor->rules, call, action, &number, &why);

        return r < 0 ? problem_set(problem, r, "%.128s: %s", word, problem_text(&why)) : r;
}

/* "mkdir=notify": the call before the first '=', the action behind it. */
static int apply_override(Supervisor *supervisor, const char *override, Problem *problem)
{
        const char *equals = strchr(override, '=');
        _cleanup_free_ char *call = NULL;

        if (!equals || equals == override)
                return problem_set(problem, -EINVAL,
                                   "rule \"%s\": write CALL=ACTION, for example mkdir=notify",
                                   override);
        call = strndup(override, (size_t) (equals - override));
        if (!call)
                return -ENOMEM;
        return change_rule(supervisor, call, equals + 1, override, problem);
}

/* The first one given stands first in the end. */
static int apply_overrides(Supervisor *supervisor, const JailOptions *options, Problem *problem)
{
        size_t count = 0;
        int r = 0;

        while (options->overrides && options->overrides[count])
                count++;
        while (r == 0 && count > 0)
                r = apply_override(supervisor, options->overrides[--count], problem);
        if (r == 0 && options->default_action)
                r = change_rule(supervisor, "default", options->default_action, "default", problem);
        return r;
}

/* Whether every image can have its page sealed: by this kernel, and under the rules, which later
 * images are prepared under. */
static bool can_seal(const FilterPlan *plan)
{
        const CallRegisters seal = {.number = SYS_MSEAL,
                                    .arguments = {LANDING_BASE, LANDING_BYTES}};

        return kernel_has(KERNEL_MSEAL) && filter_plan_evaluate(plan, &seal).kind != FILTER_ERRNO;
}

/* What the filter guards is known only now: our own threads, and where the landing page lies. */
static int add_guards(Supervisor *supervisor, FilterPlan *plan)
{
        bool seals = can_seal(plan);
        pid_t bell = doorbell_tid(supervisor->doorbell), first = bell, last = bell;
        int r;

        for (unsigned i = 0; i < tracers_count(supervisor->tracers); i++) {
                pid_t tid = tracer_tid(tracers_get(supervisor->tracers, i));

                first = tid < first ? tid : first;
                last = tid > last ? tid : last;
        }
        supervisor->installer.seals = seals;
        r = guard_protect_threads(plan, getpid(), first, last);
        if (r == 0)
                r = guard_protect_memory(plan, LANDING_BASE, LANDING_BYTES, !seals);
        return r;
}

static int make_filter(Supervisor *supervisor, bool may_tighten, Problem *problem)
{
        const FilterOptions options = {.allow_magic_number = DECOY_NUMBER};
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        int r = filter_plan_make(supervisor->rules, &plan, problem);

        if (r == 0)
                r = add_guards(supervisor, plan);
        if (r == 0)
                r = tighten_prepare(supervisor, plan, may_tighten);
        if (r == 0)
                r = filter_build(plan, &options, &supervisor->filter, &supervisor->filter_count,
                                 problem);
        if (r == 0)
                supervisor->plan = TAKE_PTR(plan);
        return r;
}

int supervisor_prepare(Supervisor *supervisor, const JailOptions *options, Problem *problem)
{
        int r = read_rules(supervisor, options->rules, problem);

        if (r == 0)
                r = apply_overrides(supervisor, options, problem);
        if (r < 0)
                return problem_set(problem, r, "the rules cannot be used: %s", strerror(-r));
        rule_set_seal(supervisor->rules);
        r = make_filter(supervisor, !options->attaches, problem);
        if (r < 0)
                return problem_set(problem, r, "no filter can be made of the rules: %s",
                                   strerror(-r));
        supervisor->tracees.memory_waits = rule_set_opens_guard(supervisor->rules, "userfaultfd");
        supervisor->hands_over = hand_over_can_be(supervisor);
        supervisor->hand_over_every = hand_over_forced();
        supervisor->installer = (Installer){
                .landing = supervisor->landing,
                .listener = -1,
                .seals = supervisor->installer.seals,
                .filter = supervisor->filter,
                .filter_count = supervisor->filter_count,
                .edge_wall = edge_wall_is_wanted(supervisor->rules),
                .rules = supervisor->rules,
                .later = &supervisor->later,
        };
        return 0;
}

static void forbid_core_file(void *value, void *context)
{
        const Process *process = value;
        struct rlimit limit;

        if (prlimit((pid_t) process->id, RLIMIT_CORE, NULL, &limit) < 0)
                return; /* gone */
        limit.rlim_cur = 0;
        if (prlimit((pid_t) process->id, RLIMIT_CORE, &limit, NULL) < 0 && errno != ESRCH)
                *(int *) context = -errno;
}

/* A core file is written by the kernel where the program likes, asked for by no call. Children
 * inherit the limit; guard.c refuses to raise it. */
static int forbid_core_files(Supervisor *supervisor, Problem *problem)
{
        int r = 0;

        if (!guard_forbids_core_files(supervisor->rules))
                return 0;
        id_map_walk(&supervisor->tracees.processes, forbid_core_file, &r);
        return r < 0 ? problem_set(problem, r, "cannot forbid the program core files: %s",
                                   strerror(-r))
                     : 0;
}

int supervisor_start(Supervisor *supervisor, pid_t pid, int pidfd, int stub_socket,
                     Problem *problem)
{
        int r = seize_stub(pid, pidfd, stub_socket, problem);

        if (r < 0)
                return r;
        clock_gettime(CLOCK_REALTIME, &supervisor->started);
        supervisor->program_pid = pid;
        r = ptrace_adopt_first(supervisor, pid);
        if (r < 0)
                return problem_set(problem, r, "process %d is gone", pid);
        r = forbid_core_files(supervisor, problem);
        return r < 0 ? r : seize_go(stub_socket, problem);
}

/* ---- its own walls ---- */

typedef struct Step {
        int (*step)(const void *argument);
        const void *argument;
        int r;
} Step;

static void take_step(void *argument)
{
        Step *step = argument;

        step->r = step->step(step->argument);
}

/* All tracers but this one. */
static int run_in_others(void *userdata, int (*step)(const void *argument), const void *argument)
{
        Supervisor *supervisor = userdata;
        Step taken = {.step = step, .argument = argument};

        for (unsigned i = 1; taken.r == 0 && i < tracers_count(supervisor->tracers); i++)
                tracer_run(tracers_get(supervisor->tracers, i), take_step, &taken);
        return taken.r;
}

int supervisor_drop_rights(Supervisor *supervisor, Problem *problem)
{
        const OtherThreads others = {.run = run_in_others, .userdata = supervisor};

        return privileges_drop(supervisor->program_pid, &others, problem);
}

int supervisor_attach(Supervisor *supervisor, pid_t pid, int pidfd, Problem *problem)
{
        int r = attach_process(supervisor, pid, pidfd, problem);

        return r < 0 ? r : forbid_core_files(supervisor, problem);
}

/* ---- the log's way out ---- */

static int on_flush(sd_event_source *source, uint64_t usec, void *userdata)
{
        Supervisor *supervisor = userdata;

        (void) source;
        (void) usec;
        supervisor->flush_timer = sd_event_source_disable_unref(supervisor->flush_timer);
        log_readers_serve(supervisor);
        if (supervisor->log_file >= 0 &&
            log_ring_flush(supervisor->log.ring, supervisor->log_file) < 0)
                supervisor->log_file = close_fd(supervisor->log_file); /* the disk is full, say */
        return 0;
}

void supervisor_log_written(Supervisor *supervisor)
{
        if (supervisor->flush_timer)
                return;
        if (supervisor->log_file < 0 && !supervisor->readers)
                return;
        if (sd_event_add_time_relative(supervisor->event, &supervisor->flush_timer, CLOCK_MONOTONIC,
                                       LOG_FLUSH_USEC, 1000, on_flush, supervisor) >= 0)
                supervisor_touch(supervisor);
}

/* ---- running ---- */

void supervisor_resume(Supervisor *supervisor, Tracee *tracee, int signal)
{
        TraceeResume how = TRACEE_RUN;

        if (tracee->put_off)
                tracee->put_off = put_off_free(tracee->put_off);
        if (!tracee->injection && tighten_is_due(supervisor, tracee))
                (void) tracee_interrupt(tracee_tid(tracee)); /* any stop forgets one that waits */
        if (injection_steps(tracee))
                how = TRACEE_STEP;
        else if (tracee->call)
                how = TRACEE_RUN_TO_SYSCALL;
        if (!tracee->call)
                name_turn_leave(supervisor, tracee_tid(tracee));
        tracee->state = TRACEE_RUNNING;
        if (tracee->tracer == tracer_self())
                tracer_resume_later(tracee_tid(tracee), how, signal);
        else /* gone: waitpid() reports it */
                (void) tracee_resume(tracee_tid(tracee), how, signal);
}

void supervisor_rules_changed(Supervisor *supervisor)
{
        tighten_to_rules(supervisor);
        supervisor->events->rules_changed(supervisor->events_userdata);
}

static void kill_process(void *value, void *context)
{
        const Process *process = value;

        (void) context;
        kill((pid_t) process->id, SIGKILL);
}

void supervisor_stop(Supervisor *supervisor, const char *reason)
{
        supervisor->stopping = true;
        supervisor->end_reason = reason;
        id_map_walk(&supervisor->tracees.processes, kill_process, NULL);
}

/* Serves all that is due, and leaves the loop prepared, so that its descriptor tells when more
 * comes. */
static int serve_events(Supervisor *supervisor, bool *prepared)
{
        int r;

        if (*prepared) {
                *prepared = false;
                r = sd_event_wait(supervisor->event, 0);
                if (r > 0)
                        r = sd_event_dispatch(supervisor->event);
                if (r < 0)
                        return r;
        }
        supervisor->event_touched = false;
        while ((r = sd_event_run(supervisor->event, 0)) > 0)
                ;
        if (r < 0)
                return r;
        r = sd_event_prepare(supervisor->event);
        if (r > 0)
                return sd_event_dispatch(supervisor->event);
        *prepared = r == 0;
        return r;
}

static void dispatch_later(Supervisor *supervisor)
{
        Stop stop;

        while (stop_queue_pop(&supervisor->later, &stop))
                ptrace_dispatch(supervisor, &stop);
}

static bool all_gone(const Supervisor *supervisor)
{
        return supervisor->tracees.tracees.count == 0 && supervisor->births.count == 0;
}

/* The first thread serves the event loop, and sees when all is over. */
static void tell_first(Supervisor *supervisor)
{
        if (tracer_self() == tracers_get(supervisor->tracers, 0) || supervisor->nudged)
                return;
        if (!supervisor->event_touched && !all_gone(supervisor))
                return;
        supervisor->nudged = eventfd_write(supervisor->nudge, 1) == 0;
}

static void on_stopped(void *userdata, pid_t tid, int status)
{
        Supervisor *supervisor = userdata;

        const Stop stop = stop_classify(tid, status);

        ptrace_dispatch(supervisor, &stop);
        dispatch_later(supervisor);
        tell_first(supervisor);
}

static void tell(Supervisor *supervisor)
{
        if (!supervisor->untold)
                return;
        supervisor->untold = false;
        supervisor->events->tell(supervisor->events_userdata);
}

/* What was answered goes on before anybody hears of it: telling wakes others, who take time. */
static void let_go_and_tell(Supervisor *supervisor)
{
        if (!supervisor->untold)
                return;
        tracers_unlock(supervisor->tracers);
        tracers_lock(supervisor->tracers);
        tell(supervisor);
}

static int trace(Supervisor *supervisor, bool *prepared)
{
        LoopWait wait;
        bool due = true;
        int r = 0;

        loop_wait_begin(&wait, supervisor->tracers, supervisor->doorbell,
                        sd_event_get_fd(supervisor->event));
        tracers_lock(supervisor->tracers);
        while (r >= 0 && !all_gone(supervisor)) {
                if (due || !*prepared || supervisor->event_touched) {
                        due = false;
                        r = serve_events(supervisor, prepared);
                        let_go_and_tell(supervisor);
                        continue;
                }
                tracers_unlock(supervisor->tracers);
                r = loop_wait(&wait);
                tracers_lock(supervisor->tracers);
                due = r > 0;
        }
        tracers_unlock(supervisor->tracers);
        loop_wait_end(&wait);
        return r < 0 ? r : 0;
}

static void finish(Supervisor *supervisor)
{
        clock_gettime(CLOCK_REALTIME, &supervisor->ended);
        supervisor->state = JAIL_ENDED;
        if (supervisor->log_file >= 0)
                (void) log_ring_flush(supervisor->log.ring, supervisor->log_file);
        tighten_end(supervisor);
        supervisor->events->ended(supervisor->events_userdata);
}

int supervisor_run(Supervisor *supervisor)
{
        bool prepared = false;
        int r;

        if (supervisor->attached)
                supervisor->events->started(supervisor->events_userdata);
        r = trace(supervisor, &prepared);

        supervisor->doorbell = doorbell_stop(supervisor->doorbell);
        supervisor->tracers = tracers_stop(supervisor->tracers);
        /* The loop goes on, as its next user expects it. */
        if (prepared && sd_event_wait(supervisor->event, 0) > 0)
                (void) sd_event_dispatch(supervisor->event);
        tell(supervisor);
        finish(supervisor);
        return r;
}

void supervisor_serve_until(Supervisor *supervisor, uint64_t usec, bool (*is_done)(void *userdata),
                            void *userdata)
{
        uint64_t now, end;

        if (sd_event_now(supervisor->event, CLOCK_MONOTONIC, &now) < 0)
                return;
        for (end = now + usec; !is_done(userdata) && now < end;) {
                if (sd_event_run(supervisor->event, end - now) < 0)
                        return;
                tell(supervisor);
                (void) sd_event_now(supervisor->event, CLOCK_MONOTONIC, &now);
        }
}
