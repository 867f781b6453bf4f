/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/ptrace-loop.h"

#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "supervisor/attach.h"
#include "supervisor/carry-out.h"
#include "supervisor/decision.h"
#include "supervisor/decoy-listener.h"
#include "supervisor/fail-closed.h"
#include "supervisor/hand-over.h"
#include "supervisor/injection.h"
#include "supervisor/name-turn.h"
#include "supervisor/open-call.h"
#include "supervisor/path-check.h"
#include "supervisor/pending-calls.h"
#include "supervisor/placement.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/put-off.h"
#include "supervisor/resolve-path.h"
#include "supervisor/slot-queue.h"
#include "supervisor/tighten.h"
#include "supervisor/timed-wait.h"
#include "supervisor/way-back.h"

/*
 * A new task tells of itself twice, in any order: by its maker's birth event, which says whose copy
 * it is, and by its own first stop. It runs only when both were seen. A maker that is killed in
 * between never tells.
 */
typedef struct Birth {
        uint64_t id;          /* tid, the key */
        Process *maker;       /* a reference; NULL until the birth event */
        unsigned maker_tight; /* its maker's `tight` at the birth event */
        Tracer *tracer;       /* that saw its first stop; NULL until then */
        bool stopped;         /* its first stop was seen */
        int group_signal;     /* stopped, and by this signal: it was born into a group-stop */
        bool shares_files;    /* with its maker */
        pid_t origin;  /* stopped, and no maker yet: the process that the maker is a thread of */
        bool put_back; /* its maker's argument registers had been changed: the copy's are put right
                        */
        CallRegisters own;   /* put_back: what they were */
        cpu_set_t *own_mask; /* its maker's, which placement.h has moved; owned */
        Supervisor *supervisor;
        sd_event_source *patience; /* nobody whose death would be seen can be its maker */
} Birth;

/* A maker that lives tells of it long before. */
#define MAKER_TELLS_USEC 1000000

static void birth_free(Birth *birth)
{
        process_release(birth->maker);
        sd_event_source_disable_unref(birth->patience);
        free(birth->own_mask);
        free(birth);
}

static Birth *birth_of(Supervisor *supervisor, pid_t tid)
{
        Birth *birth = id_map_get(&supervisor->births, (uint64_t) tid);

        if (birth)
                return birth;
        birth = calloc(1, sizeof(*birth));
        if (!birth)
                return NULL;
        birth->id = (uint64_t) tid;
        birth->supervisor = supervisor;
        if (id_map_put(&supervisor->births, birth) < 0) {
                free(birth);
                return NULL;
        }
        return birth;
}

static int put_back_registers(pid_t tid, const CallRegisters *own)
{
        Registers registers;
        int r = tracee_get_registers(tid, &registers);

        if (r < 0)
                return r;
        registers_set_arguments(&registers, own->arguments);
        return tracee_set_registers(tid, &registers);
}

/* Both have been seen: it runs. What cannot be supervised is killed. */
static void deliver(Supervisor *supervisor, Birth *birth)
{
        pid_t tid = (pid_t) birth->id;
        int group_signal = birth->group_signal;
        Tracee *tracee = NULL;
        bool new_process = false;
        int r = tracee_table_add(&supervisor->tracees, tid, birth->maker, &tracee, &new_process);

        if (r == 0) {
                tracee->tracer = birth->tracer;
                tighten_born(tracee, new_process, birth->maker_tight);
        }
        if (r == 0 && new_process && birth->maker) {
                tracee->process->shares_files = birth->shares_files;
                birth->maker->shares_files |= birth->shares_files;
        }
        if (r == 0 && birth->put_back)
                r = put_back_registers(tid, &birth->own);
        if (birth->own_mask)
                placement_born(tid, birth->own_mask);
        id_map_take(&supervisor->births, birth->id);
        birth_free(birth);
        if (r < 0 && r != TRACEE_GONE) {
                fail_closed_process(supervisor, tid, "a new thread cannot be supervised");
                return;
        }
        if (!tracee)
                return;
        if (new_process)
                supervisor->events->process_started(supervisor->events_userdata, tracee->process);
        if (supervisor->stopping)
                kill(tid, SIGKILL);
        else if (supervisor->attached && new_process && attach_completes(supervisor, tracee))
                return;
        if (group_signal && !supervisor->stopping)
                ptrace_group_stop(tracee, group_signal);
        else
                supervisor_resume(supervisor, tracee, 0);
}

int ptrace_adopt_first(Supervisor *supervisor, pid_t tid)
{
        Tracee *tracee;
        bool new_process;
        int r = tracee_table_add(&supervisor->tracees, tid, NULL, &tracee, &new_process);

        if (r == 0)
                tracee->state = TRACEE_RUNNING;
        return r;
}

/* Whether the call that makes a task lets it have its maker's descriptors. What cannot be known is
 * taken for granted. */
static bool shares_files(const Supervisor *supervisor, const Tracee *maker)
{
        const struct clone_args *arguments;
        Registers registers;
        CallRegisters call;

        if (tracee_get_registers(tracee_tid(maker), &registers) < 0)
                return true;
        call = registers_call(&registers);
        switch (call.number) {
        case SYS_fork:
        case SYS_vfork:
                return false;
        case SYS_clone:
                return call.arguments[0] & CLONE_FILES;
        case SYS_clone3: /* its arguments were copied (guard.c) */
                if (maker->slot < 0)
                        return true;
                arguments = landing_memory_slot(supervisor->landing, maker->slot);
                return arguments->flags & CLONE_FILES;
        default:
                return true;
        }
}

static cpu_set_t *copy_mask(const cpu_set_t *mask)
{
        cpu_set_t *copy = malloc(sizeof(*copy));

        if (copy)
                *copy = *mask;
        return copy;
}

static void on_birth(Supervisor *supervisor, Tracee *tracee)
{
        unsigned long message;
        Birth *birth = NULL;
        int r = tracee_get_event_message(tracee_tid(tracee), &message);

        if (r == 0 && !tracee_table_get(&supervisor->tracees, (pid_t) message)) {
                birth = birth_of(supervisor, (pid_t) message);
                r = birth ? 0 : -ENOMEM;
        }
        if (r < 0) {
                /* what was made is looked at itself once its maker is gone */
                if (r != TRACEE_GONE)
                        fail_closed_process(supervisor, tracee_pid(tracee),
                                            "what a thread has made cannot be known");
                return;
        }
        if (birth) {
                birth->maker = process_reference(tracee->process);
                birth->maker_tight = tracee->tight;
                birth->shares_files = shares_files(supervisor, tracee);
                birth->put_back = tracee->call && tracee->call->pinned;
                if (placement_mask(tracee))
                        birth->own_mask = copy_mask(placement_mask(tracee));
                if (birth->put_back)
                        birth->own = tracee->call->original;
                if (birth->stopped)
                        deliver(supervisor, birth);
        }
        supervisor_resume(supervisor, tracee, 0);
}

/* Its parent, or for a thread its own process, while that lives. */
static pid_t origin_of(pid_t tid)
{
        pid_t pid, parent = 0;

        if (process_thread_group(tid, &pid) == 0 && pid != tid)
                return pid;
        (void) process_parent(tid, &parent); /* gone: its death is next */
        return parent;
}

static int on_untold(sd_event_source *source, uint64_t usec, void *userdata)
{
        Birth *birth = userdata;

        (void) source;
        (void) usec;
        if (birth->maker)
                birth->patience = sd_event_source_disable_unref(birth->patience);
        else
                deliver(birth->supervisor, birth);
        return 0;
}

/* Its maker may have died before it was seen, and no death will come that could be the maker's. */
static void await_maker(Supervisor *supervisor, Birth *birth)
{
        birth->origin = origin_of((pid_t) birth->id);
        if (process_table_get(&supervisor->tracees, birth->origin))
                return;
        if (sd_event_add_time_relative(supervisor->event, &birth->patience, CLOCK_MONOTONIC,
                                       MAKER_TELLS_USEC, 0, on_untold, birth) < 0)
                deliver(supervisor, birth);
        else
                supervisor_touch(supervisor);
}

static void on_stranger(Supervisor *supervisor, const Stop *stop)
{
        Birth *birth = birth_of(supervisor, stop->tid);

        if (!birth) {
                fail_closed_process(supervisor, stop->tid, "no memory to supervise a new thread");
                return;
        }
        if (stop->kind == STOP_EXITED || stop->kind == STOP_KILLED) {
                id_map_take(&supervisor->births, birth->id);
                birth_free(birth);
                return;
        }
        birth->stopped = true;
        birth->group_signal = stop->kind == STOP_GROUP ? stop->value : 0;
        birth->tracer = tracer_self();
        if (birth->maker)
                deliver(supervisor, birth);
        else
                await_maker(supervisor, birth);
}

typedef struct OrphanSearch {
        Supervisor *supervisor;
        Birth *found;
} OrphanSearch;

static void collect_orphan(void *value, void *context)
{
        Birth *birth = value;
        OrphanSearch *search = context;

        if (birth->stopped && !birth->maker &&
            !process_table_get(&search->supervisor->tracees, birth->origin))
                search->found = birth;
}

/* Somebody died: a task whose maker that was will not be told of any more. It is looked at itself.
 */
static void deliver_orphans(Supervisor *supervisor)
{
        for (;;) {
                OrphanSearch search = {.supervisor = supervisor};

                id_map_walk(&supervisor->births, collect_orphan, &search);
                if (!search.found)
                        return;
                deliver(supervisor, search.found);
        }
}

static void note_program_end(Supervisor *supervisor, const Stop *stop)
{
        if (stop->kind == STOP_EXITED) {
                supervisor->exit_status = stop->value;
        } else {
                supervisor->exit_signal = stop->value;
                supervisor->exit_status = 128 + stop->value;
        }
        if (!supervisor->end_reason)
                supervisor->end_reason = stop->kind == STOP_EXITED ? "exited" : "killed";
}

static void on_death(Supervisor *supervisor, Tracee *tracee, const Stop *stop)
{
        Process *ended;

        carry_out_ended(supervisor, tracee, stop->kind == STOP_EXITED ? "exit" : "killed");
        injection_gone(supervisor, tracee);
        name_turn_leave(supervisor, stop->tid);
        placement_end(supervisor, tracee);
        if (stop->tid == supervisor->program_pid)
                note_program_end(supervisor, stop);
        tracee_table_remove(&supervisor->tracees, tracee, &ended);
        if (ended) {
                rule_set_end_process(supervisor->rules, (int) ended->id);
                supervisor->events->process_ended(supervisor->events_userdata, ended, false);
                process_release(ended);
        }
        if (supervisor->births.count > 0)
                deliver_orphans(supervisor);
}

/* exec by a thread that is not the leader: it takes over the leader's tid, all others are gone. */
static void take_over_leader(Supervisor *supervisor, Tracee *leader, pid_t old_tid)
{
        Tracee *caller = tracee_table_get(&supervisor->tracees, old_tid);
        Process *ended;

        if (!caller || caller == leader)
                return;
        carry_out_ended(supervisor, leader, "killed");
        injection_gone(supervisor, leader);
        placement_move(supervisor, caller, leader); /* the thread that goes on is the caller's */
        leader->tracer = caller->tracer;
        leader->call = TAKE_PTR(caller->call);
        leader->tight = caller->tight;
        landing_memory_give_slot(supervisor->landing, leader->slot);
        leader->slot = caller->slot;
        leader->way_back = (WayBack){0};
        leader->put_off = put_off_free(leader->put_off);
        leader->awaits_turn = false;
        name_turn_leave(supervisor, tracee_tid(leader));
        name_turn_leave(supervisor, old_tid);
        caller->slot = -1;
        if (leader->call && leader->call->pending)
                pending_call_move(leader->call->pending, leader);
        injection_gone(supervisor, caller);
        tracee_table_remove(&supervisor->tracees, caller, &ended);
}

/* The program made our private call by itself. */
static int on_private_call(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        (void) userdata;
        if (!(events & EPOLLIN)) /* the last process of the jail is gone */
                return sd_event_source_set_enabled(source, SD_EVENT_OFF);
        (void) decoy_refuse(fd); /* its caller was killed just now, at worst */
        return 0;
}

/* The jail's first image is ready to run. */
static int begin_jail(Supervisor *supervisor)
{
        int r = sd_event_add_io(supervisor->event, NULL, supervisor->installer.listener, EPOLLIN,
                                on_private_call, NULL);

        if (r < 0)
                return r;
        supervisor_touch(supervisor);
        supervisor->state = JAIL_RUNNING;
        supervisor->events->started(supervisor->events_userdata);
        return 0;
}

/* Chroot and its kind are stopped by the guard list; other namespaces only if the rules leave them
 * closed. */
static bool root_can_be_known(const Supervisor *supervisor, pid_t tid)
{
        return !rule_set_opens_guard(supervisor->rules, "namespaces") &&
               !rule_set_opens_guard(supervisor->rules, "setns") && shares_our_root(tid);
}

/* The decoy's and that of the rules; what the program's starter had put on comes on top of them. */
static bool has_our_filters_only(pid_t tid)
{
        unsigned count;

        return process_seccomp_filters(tid, &count) == 0 && count == 2;
}

static void on_exec(Supervisor *supervisor, Tracee *tracee)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        bool first = supervisor->state == JAIL_STARTING;
        unsigned long old_tid;
        int r;

        if (tracee_get_event_message(tracee_tid(tracee), &old_tid) == 0)
                take_over_leader(supervisor, tracee, (pid_t) old_tid);
        if (tracee->process->ran)
                supervisor->events->process_ended(supervisor->events_userdata, tracee->process,
                                                  true);
        tracee->process->landing = 0;
        tracee->process->shares_files = false; /* execve(2) made copies */
        r = process_renew(tracee->process);
        if (r == 0 && !tracee->process->lacks_filter) /* else attach.c is about to */
                r = install_image(&supervisor->installer, tracee, first, &problem);
        if (r == TRACEE_GONE)
                return;
        if (r == 0 && first)
                r = begin_jail(supervisor);
        if (r == 0 && !path_check_exec(supervisor, tracee))
                r = problem_set(&problem, -EACCES,
                                "nothing allows %s, which runs in place of what was judged",
                                tracee->process->exe ? tracee->process->exe : "an image");
        carry_out_ended(supervisor, tracee, "exec");
        if (r < 0) {
                problem_set(&problem, r, "the program could not be prepared: %s", strerror(-r));
                if (first)
                        supervisor->events->start_failed(supervisor->events_userdata,
                                                         problem_text(&problem));
                fail_closed_process(supervisor, tracee_pid(tracee), problem_text(&problem));
                return;
        }
        tracee->process->ran = true;
        if (first) {
                tracee->process->our_root = root_can_be_known(supervisor, tracee_tid(tracee));
                tracee->process->own_filters = !has_our_filters_only(tracee_tid(tracee));
        }
        supervisor->events->process_started(supervisor->events_userdata, tracee->process);
        supervisor_resume(supervisor, tracee, 0);
}

static void on_syscall_stop(Supervisor *supervisor, Tracee *tracee)
{
        TraceeCall stop;
        int r = tracee_get_call(tracee_tid(tracee), &stop);

        if (r == TRACEE_GONE)
                return;
        if (r < 0)
                fail_closed_process(supervisor, tracee_pid(tracee),
                                    "what a stop at a call is about cannot be read");
        else if (stop.stop == TRACEE_CALL_EXIT && tracee->call)
                carry_out_exit(supervisor, tracee, stop.result);
        else
                supervisor_resume(supervisor, tracee, 0);
}

static bool stops_the_process(int signal)
{
        return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* Every signal reaches the program unchanged. A traced thread is woken even for a signal that the
 * program ignores, which some calls answer with EINTR although nothing happened: such a call goes
 * on (engine-facts, finding 3). */
static void on_signal(Supervisor *supervisor, Tracee *tracee, int signal)
{
        Registers registers;

        if (!stops_the_process(signal) && !(signal == SIGCONT && tracee->group_signal)) {
                int r = tracee_get_registers(tracee_tid(tracee), &registers);

                if (r == 0 && registers_heal_interrupted_call(&registers))
                        r = tracee_set_registers(tracee_tid(tracee), &registers);
                timed_wait_goes_on(supervisor, tracee, signal);
                if (r == TRACEE_GONE)
                        return;
        } else {
                carry_out_settle(supervisor, tracee, false);
        }
        tracee->group_signal = 0;
        supervisor_resume(supervisor, tracee, signal);
}

void ptrace_group_stop(Tracee *tracee, int signal)
{
        tracee->state = TRACEE_LISTENING;
        tracee->group_signal = signal;
        (void) tracee_listen(tracee_tid(tracee)); /* gone: waitpid() reports it */
}

/* A stop at which the program's registers may be looked at, by a handler or by us. */
static bool is_between_calls(const Stop *stop)
{
        return stop->kind == STOP_SIGNAL || stop->kind == STOP_TRAP || stop->kind == STOP_GROUP;
}

static bool is_end(const Stop *stop)
{
        return stop->kind == STOP_EXITED || stop->kind == STOP_KILLED;
}

/* Another tracer may have taken the task over since this one waited for the stop: by an exec, where
 * the thread that goes on keeps its own tracer. Its end counts whoever tells of it. */
static bool is_of_this_tracer(const Tracee *tracee, const Stop *stop)
{
        return tracee->tracer == tracer_self() || stop->kind == STOP_EXEC || is_end(stop);
}

static void dispatch(Supervisor *supervisor, const Stop *stop)
{
        Tracee *tracee = tracee_table_get(&supervisor->tracees, stop->tid);

        if (!tracee) {
                on_stranger(supervisor, stop);
                return;
        }
        if (!is_of_this_tracer(tracee, stop))
                return;
        if (tracee->hand_over && !is_end(stop)) {
                hand_over_complete(supervisor, tracee, stop);
                return;
        }
        if (is_between_calls(stop) && way_back_leave(tracee) == TRACEE_GONE)
                return;
        if (tracee->injection && injection_takes(supervisor, tracee, stop))
                return;
        switch (stop->kind) {
        case STOP_EXITED:
        case STOP_KILLED:
                on_death(supervisor, tracee, stop);
                break;
        case STOP_SECCOMP:
                if (!hand_over_rejoin(supervisor, tracee) &&
                    !placement_count_stop(supervisor, tracee))
                        decision_at_entry(supervisor, tracee);
                break;
        case STOP_SYSCALL:
                on_syscall_stop(supervisor, tracee);
                break;
        case STOP_EXEC:
                tracee->sequences = (SequenceArea){0}; /* the image's that is gone */
                on_exec(supervisor, tracee);
                break;
        case STOP_BIRTH:
                on_birth(supervisor, tracee);
                break;
        case STOP_GROUP:
                ptrace_group_stop(tracee, stop->value);
                break;
        case STOP_SIGNAL:
                on_signal(supervisor, tracee, stop->value);
                break;
        case STOP_TRAP:
                if (tracee->process->lacks_filter && attach_completes(supervisor, tracee))
                        break;
                if (tighten_is_due(supervisor, tracee)) {
                        tighten_thread(supervisor, tracee);
                        break;
                }
                supervisor_resume(supervisor, tracee, 0);
                break;
        case STOP_EVENT_OTHER:
                supervisor_resume(supervisor, tracee, 0);
                break;
        }
}

void ptrace_dispatch(Supervisor *supervisor, const Stop *stop)
{
        dispatch(supervisor, stop);
        slot_queue_serve(supervisor);
}
