/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/attach.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>

#include "supervisor/fail-closed.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-loop.h"
#include "supervisor/ptrace-request.h"
#include "supervisor/seize.h"
#include "supervisor/timed-wait.h"

/* A program that makes threads faster than they can be seized is given up after so many passes. */
#define PASSES_MAX 100
/* Stops of a thread that are served while it is waited for. */
#define STOPS_MAX 1000

/* The listener and the filter. */
#define FILTERS_INSTALLED 2

typedef struct Seizing {
        Supervisor *supervisor;
        bool found; /* something new in this pass */
        int error;
} Seizing;

/* ---- seizing ---- */

/* Why a thread cannot be seized that could be a moment ago: it was born of one that is seized,
 * whose child it became only now, or it ended. */
static bool is_settled(pid_t tid)
{
        pid_t tracer;
        char state;

        if (process_tracer(tid, &tracer) == 0 && tracer == getpid())
                return true;
        return process_state(tid, &state) < 0 || state == 'Z' || state == 'X';
}

static void take_thread(Seizing *seizing, pid_t tid, Process *maker)
{
        TraceeTable *table = &seizing->supervisor->tracees;
        pid_t tracer = 0;
        bool new_process, forced = false;
        Tracee *tracee;
        int r;

        if (tracee_table_get(table, tid))
                return;
        r = process_tracer(tid, &tracer);
        if (r == 0 && tracer == getpid())
                return; /* born of one that is seized: it will tell of itself */
        if (r == 0)
                r = seize_thread(tid, false, &forced);
        if (r == -EPERM && is_settled(tid))
                return;
        if (r == 0)
                r = tracee_table_add(table, tid, maker, &tracee, &new_process);
        if (r == TRACEE_GONE)
                return;
        if (r < 0) {
                seizing->error = r;
                return;
        }
        tracee->state = TRACEE_RUNNING;
        tracee->process->ran = true;
        tracee->process->landing = 0;
        tracee->process->lacks_filter = true;
        tracee->process->forced |= forced;
        seizing->found = true;
}

static void seize_tree(Seizing *seizing, pid_t pid, Process *maker);

static void seize_children(Seizing *seizing, pid_t pid, pid_t tid)
{
        Process *process = process_table_get(&seizing->supervisor->tracees, pid);
        char path[64];
        FILE *file;
        int child;

        snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
        file = fopen(path, "re");
        while (file && !seizing->error && fscanf(file, "%d", &child) == 1)
                seize_tree(seizing, child, process);
        if (file)
                fclose(file);
}

static void seize_tree(Seizing *seizing, pid_t pid, Process *maker)
{
        char path[32];
        struct dirent *entry;
        DIR *directory;

        snprintf(path, sizeof(path), "/proc/%d/task", pid);
        directory = opendir(path);
        while (directory && !seizing->error && (entry = readdir(directory))) {
                pid_t tid = atoi(entry->d_name);

                if (tid <= 0)
                        continue;
                take_thread(seizing, tid, maker);
                if (!seizing->error)
                        seize_children(seizing, pid, tid);
        }
        if (directory)
                closedir(directory);
}

static int seize_all(Supervisor *supervisor, pid_t pid, Problem *problem)
{
        Seizing seizing = {.supervisor = supervisor, .found = true};

        for (unsigned pass = 0; seizing.found && !seizing.error; pass++) {
                seizing.found = false;
                if (pass == PASSES_MAX)
                        return problem_set(problem, -EBUSY,
                                           "process %d makes threads and children faster than they "
                                           "can be taken; stop it first (kill -STOP)",
                                           pid);
                seize_tree(&seizing, pid, NULL);
        }
        if (seizing.error == -EPERM)
                return problem_set(problem, -EPERM,
                                   "cannot trace process %d or one of its children: it is traced "
                                   "already, is another user's, runs with other rights, or Yama "
                                   "forbids it (/proc/sys/kernel/yama/ptrace_scope)",
                                   pid);
        if (seizing.error < 0)
                return problem_set(problem, seizing.error, "cannot trace process %d: %s", pid,
                                   strerror(-seizing.error));
        return 0;
}

/* ---- what a process lacks ---- */

/* A filter of the program's own may have said "done" without anything being done. */
static int check_filters(const Tracee *tracee, unsigned wanted, Problem *problem)
{
        unsigned count;
        int r = process_seccomp_filters(tracee_tid(tracee), &count);

        if (r == 0 && count < wanted)
                r = problem_set(problem, -EPROTO,
                                "the filter was not installed, though the program's own filter "
                                "says so");
        return r;
}

/* `tracee` is stopped where it can make calls. */
static int install(Supervisor *supervisor, Tracee *tracee, Problem *problem)
{
        Process *process = tracee->process;
        unsigned count, missing = FILTERS_INSTALLED;
        Stop stop;
        int r = process_seccomp_filters(tracee_tid(tracee), &count);

        if (r < 0)
                return problem_set(problem, r,
                                   "this kernel does not tell which filters a process has (Linux "
                                   "5.9 does)");
        if (process->filters > count && process->filters - count < missing)
                missing = process->filters - count;
        r = install_running(&supervisor->installer, tracee, missing == FILTERS_INSTALLED, &stop,
                            problem);
        if (r == 0)
                r = check_filters(tracee, count + missing, problem);
        /* no_new_privs is set by now: what it has not gained it never will. */
        if (r == 0 && process->forced && seize_check(tracee_tid(tracee)) == -EPERM)
                r = problem_set(problem, -EPERM, "process %d has become more than its user's",
                                tracee_tid(tracee));
        if (r < 0)
                return r;
        process->lacks_filter = false;
        /* the filter lets it make none any more */
        process->memory_waits |= process_has_userfaultfd(tracee_tid(tracee));
        process->filters = count + missing;
        if (stop.kind == STOP_GROUP) {
                ptrace_dispatch(supervisor, &stop);
                return 0;
        }
        timed_wait_resume(supervisor, tracee);
        supervisor_resume(supervisor, tracee, 0);
        return 0;
}

/* Waits until `tracee` stands where it can make calls; what it stops for on the way is served. */
static int stop_thread(Supervisor *supervisor, Tracee *tracee)
{
        pid_t tid = tracee_tid(tracee);

        timed_wait_note(tracee);
        for (unsigned i = 0; i < STOPS_MAX; i++) {
                Stop stop;
                int r = tracee_interrupt(tid);

                if (r == 0)
                        r = remote_wait(tid, &supervisor->later, &stop);
                if (r < 0 || stop.kind == STOP_TRAP || stop.kind == STOP_GROUP)
                        return r;
                ptrace_dispatch(supervisor, &stop);
                tracee = tracee_table_get(&supervisor->tracees, tid);
                if (!tracee)
                        return TRACEE_GONE;
        }
        return -EBUSY;
}

typedef struct Choice {
        const Process *process;
        Tracee *tracee;
        char state;
} Choice;

/* One that can be stopped: not dead, not in uninterruptible sleep, best the first. */
static void choose_thread(void *value, void *userdata)
{
        Choice *choice = userdata;
        Tracee *tracee = value;
        char state;

        if (tracee->process != choice->process || process_state(tracee_tid(tracee), &state) < 0)
                return;
        if (state == 'Z' || state == 'X' || (choice->tracee && choice->state != 'D'))
                return;
        choice->tracee = tracee;
        choice->state = state;
}

typedef struct Completing {
        Supervisor *supervisor;
        Process *next; /* one that lacks its filter and has not been tried */
} Completing;

static void find_incomplete(void *value, void *userdata)
{
        Completing *completing = userdata;
        Process *process = value;

        if (process->lacks_filter && !process->filter_is_due)
                completing->next = process;
}

static int complete_process(Supervisor *supervisor, Process *process, Problem *problem)
{
        Choice choice = {.process = process};
        int r;

        process->filter_is_due = true;
        id_map_walk(&supervisor->tracees.tracees, choose_thread, &choice);
        if (!choice.tracee)
                return 0; /* it is dying */
        if (choice.state == 'D') {
                /* a parent in vfork: it runs nothing of its own until it has stopped */
                r = tracee_interrupt(tracee_tid(choice.tracee));
                return r == TRACEE_GONE ? 0 : r;
        }
        r = stop_thread(supervisor, choice.tracee);
        if (r == 0)
                r = install(supervisor, choice.tracee, problem);
        return r == TRACEE_GONE ? 0 : r;
}

static int complete_all(Supervisor *supervisor, Problem *problem)
{
        for (;;) {
                Completing completing = {.supervisor = supervisor};
                int r;

                id_map_walk(&supervisor->tracees.processes, find_incomplete, &completing);
                if (!completing.next)
                        return 0;
                r = complete_process(supervisor, completing.next, problem);
                if (r < 0)
                        return r;
        }
}

bool attach_completes(Supervisor *supervisor, Tracee *tracee)
{
        _cleanup_problem_ Problem problem = PROBLEM_INIT;
        Process *process = tracee->process;
        unsigned count;
        int r;

        if (!process->lacks_filter) {
                if (process_seccomp_filters(tracee_tid(tracee), &count) < 0 ||
                    count >= process->filters)
                        return false;
                process->lacks_filter = true; /* made before its maker had it */
        }
        r = install(supervisor, tracee, &problem);
        if (r == TRACEE_GONE || r == 0)
                return true;
        problem_set(&problem, r, "the filter could not be installed: %s", strerror(-r));
        fail_closed_process(supervisor, tracee_pid(tracee), problem_text(&problem));
        return true;
}

int attach_process(Supervisor *supervisor, pid_t pid, int pidfd, Problem *problem)
{
        int r;

        supervisor->attached = true;
        supervisor->program_pid = pid;
        clock_gettime(CLOCK_REALTIME, &supervisor->started);
        supervisor->state = JAIL_RUNNING;
        r = seize_all(supervisor, pid, problem);
        if (r < 0)
                return r;
        if (!process_table_get(&supervisor->tracees, pid) ||
            pidfd_send_signal(pidfd, 0, NULL, 0) < 0)
                return problem_set(problem, -ESRCH, "process %d is gone", pid);
        return complete_all(supervisor, problem);
}
