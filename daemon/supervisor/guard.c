/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/guard.h"

#include <linux/sched.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "rules/argument-cube.h"
#include "rules/guard-list.h"
#include "supervisor/pinned-arguments.h"
#include "supervisor/placement.h"

/* A child made with CLONE_UNTRACED would be nobody's tracee. The flag means nothing to an untraced
 * program, so taking it out changes nothing that it could see. */
static int judge_clone(const CallRegisters *call, CallRegisters *ret_call)
{
        if (!(call->arguments[0] & CLONE_UNTRACED))
                return 0;
        *ret_call = *call;
        ret_call->arguments[0] &= ~(uint64_t) CLONE_UNTRACED;
        return 1;
}

/* What cannot be read now the kernel might be able to read in a moment (mprotect by another
 * thread): it is refused here, with what the kernel would say. */
static int refuse_uncopied(int error, const char *why, const char **ret_why)
{
        if (error == -ESRCH)
                return error;
        *ret_why = why;
        return error == -EFAULT ? error : -EAGAIN;
}

/* The flags are in memory, which another thread may change: the kernel reads them from our copy. */
static int judge_clone3(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                        CallRegisters *ret_call, const char **ret_why)
{
        struct clone_args *copy;
        uint64_t address, size = call->arguments[1];
        int r;

        if (size < CLONE_ARGS_SIZE_VER0 || size > LANDING_SLOT_ROOM)
                return 0; /* the kernel refuses it: EINVAL, E2BIG */
        r = pinned_copy(supervisor, tracee, call->arguments[0], size, &address, (void **) &copy);
        if (r < 0)
                return refuse_uncopied(r, "the arguments of clone3 could not be copied", ret_why);
        if (copy->flags & (CLONE_NEWUSER | CLONE_NEWNS) &&
            !rule_set_opens_guard(supervisor->rules, "namespaces")) {
                *ret_why =
                        "in namespaces of its own a program gives paths and rights other meanings";
                return -EPERM;
        }
        copy->flags &= ~(uint64_t) CLONE_UNTRACED;
        *ret_call = *call;
        ret_call->arguments[0] = address;
        return 1;
}

/* The process that a pidfd of the caller's is for: "Pid:" of its fdinfo. */
static int pidfd_target(const Tracee *tracee, int pidfd, pid_t *ret)
{
        _cleanup_free_ char *path = string_format("/proc/%d/fdinfo/%d", tracee_pid(tracee), pidfd);
        _cleanup_(fclosep) FILE *file = path ? fopen(path, "re") : NULL;
        char line[256];

        while (file && fgets(line, sizeof(line), file))
                if (sscanf(line, "Pid: %d", ret) == 1)
                        return 0;
        return -EBADF;
}

/* A signal by pidfd may be meant for us; every thread of ours counts. */
static int judge_pidfd_signal(const Tracee *tracee, const CallRegisters *call, const char **ret_why)
{
        pid_t target;

        /* The kernel takes a directory of /proc as well, whose fdinfo names nobody. */
        if (pidfd_target(tracee, (int) call->arguments[0], &target) < 0) {
                *ret_why = "a signal by what is no pidfd";
                return -EBADF;
        }
        if (target != getpid())
                return 0;
        *ret_why = "a signal for the supervisor";
        return -EPERM;
}

bool guard_forbids_core_files(const RuleSet *rules)
{
        static const int making[] = {SYS_open, SYS_creat, SYS_openat, SYS_openat2};
        ActionKind kind = rule_set_default(rules)->kind;
        bool any = kind == ACTION_ALLOW || kind == ACTION_ALLOW_FOREVER;

        for (size_t i = 0; any && i < ELEMENTS_OF(making); i++)
                any = !rule_set_has_rules(rules, making[i]);
        return !any && !rule_set_opens_guard(rules, "core-files");
}

static int judge_key_request(const Supervisor *supervisor, const CallRegisters *call,
                             const char **ret_why)
{
        if (!call->arguments[2] || rule_set_opens_guard(supervisor->rules, "key-upcalls"))
                return 0;
        *ret_why = "the kernel would have a program outside the jail look for the key";
        return -EPERM;
}

/* RLIMIT_CORE, from our copy: it may become 0 only. */
static int judge_core_limit(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                            CallRegisters *ret_call, const char **ret_why)
{
        bool plain = call->number == SYS_setrlimit;
        unsigned resource = (unsigned) call->arguments[plain ? 0 : 1], index = plain ? 1 : 2;
        const struct rlimit *copy;
        uint64_t address;
        int r;

        if (resource != RLIMIT_CORE || !call->arguments[index] ||
            !guard_forbids_core_files(supervisor->rules))
                return 0;
        r = pinned_copy(supervisor, tracee, call->arguments[index], sizeof(*copy), &address,
                        (void **) &copy);
        if (r < 0)
                return refuse_uncopied(r, "the limit could not be copied", ret_why);
        if (copy->rlim_cur != 0) {
                *ret_why = "the kernel would write a core file that no rule has seen";
                return -EPERM;
        }
        *ret_call = *call;
        ret_call->arguments[index] = address;
        return 1;
}

bool guard_installs_filter(const CallRegisters *call)
{
        return (call->number == SYS_seccomp &&
                (uint32_t) call->arguments[0] == SECCOMP_SET_MODE_FILTER) ||
               (call->number == SYS_prctl && (uint32_t) call->arguments[0] == PR_SET_SECCOMP);
}

/* Any thread of the supervisor's, those that read memory in its name as well. */
static bool is_our_thread(pid_t tid)
{
        char path[48];

        if (tid <= 0)
                return false;
        snprintf(path, sizeof(path), "/proc/self/task/%d", tid);
        return access(path, F_OK) == 0;
}

/* Which root each process has is looked at from now on: a call may be shared (CLONE_FS), and
 * pivot_root moves everybody. */
static void forget_root(void *value, void *context)
{
        Process *process = value;

        (void) context;
        process->our_root = false;
}

int guard_judge(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                CallRegisters *ret_call, const char **ret_why)
{
        placement_before_call(supervisor, call->number);
        if (guard_aims_at(call, is_our_thread)) {
                *ret_why = "it is aimed at the supervisor";
                return -EPERM;
        }
        switch (call->number) {
        case SYS_chroot:
        case SYS_pivot_root:
                id_map_walk(&supervisor->tracees.processes, forget_root, NULL);
                return 0;
        case SYS_clone:
                return judge_clone(call, ret_call);
        case SYS_clone3:
                return judge_clone3(supervisor, tracee, call, ret_call, ret_why);
        case SYS_pidfd_send_signal:
                return judge_pidfd_signal(tracee, call, ret_why);
        case SYS_request_key:
                return judge_key_request(supervisor, call, ret_why);
        case SYS_setrlimit:
        case SYS_prlimit64:
                return judge_core_limit(supervisor, tracee, call, ret_call, ret_why);
        case SYS_seccomp:
        case SYS_prctl:
                tracee->process->own_filters |= guard_installs_filter(call);
                return 0;
        default:
                return 0;
        }
}

/* ---- calls of a person's ---- */

/* The guard of the list that refuses a call in the kernel; NULL for one that is made for this jail:
 * its supervisor's threads, the landing page's addresses. */
static const Guard *refusing_guard(const Supervisor *supervisor, const CallRegisters *call)
{
        const Guard *guard;

        for (size_t i = 0; (guard = guard_get(i)); i++)
                if (guard->number == call->number && cube_has(&guard->cube, call->arguments) &&
                    !rule_set_opens_guard(supervisor->rules, guard->name))
                        return guard->wall == GUARD_ERRNO ? guard : NULL;
        return NULL;
}

static int say_who_refuses(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                           Problem *problem)
{
        const Guard *guard = refusing_guard(supervisor, call);
        TraceeView view = tracee_view(tracee);
        CallerView caller = tracee_view_caller(&view);
        const RuleQuery query = {.registers = call,
                                 .view = &caller,
                                 .exe = tracee->process->exe,
                                 .pid = tracee_pid(tracee),
                                 .peek = true};
        RuleOutcome outcome;

        if (guard)
                return problem_set(problem, -EPERM, "the guard '%s' refuses this call: %s",
                                   guard->name, guard->reason);
        if (rule_set_match(supervisor->rules, &query, &outcome) == 0 &&
            outcome.action->kind == ACTION_ABORT_FOREVER)
                return outcome.number
                               ? problem_set(problem, -EPERM,
                                             "rule %zu refuses this call for ever in the kernel",
                                             outcome.number)
                               : problem_set(problem, -EPERM,
                                             "the rules' default refuses this call for ever in the "
                                             "kernel");
        return problem_set(problem, -EPERM,
                           "this call aims at the jail's supervisor or at its landing page: "
                           "refused in the kernel");
}

/* The flags of clone3 are in memory; those of a call that is put in are not there yet. */
static int check_clone(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                       const void *memory, size_t size, Problem *problem)
{
        TraceeView view = tracee_view(tracee);
        uint64_t flags = call->arguments[0], refused = CLONE_UNTRACED;

        if (call->number == SYS_clone3 && memory && size >= sizeof(flags))
                memcpy(&flags, memory, sizeof(flags));
        else if (call->number == SYS_clone3 &&
                 tracee_read_memory(&view, call->arguments[0], &flags, sizeof(flags)) !=
                         (ssize_t) sizeof(flags))
                return problem_set(problem, -EPERM, "the flags of clone3 cannot be read");
        if (!rule_set_opens_guard(supervisor->rules, "namespaces"))
                refused |= CLONE_NEWUSER | CLONE_NEWNS;
        if (flags & refused)
                return problem_set(problem, -EPERM,
                                   flags & CLONE_UNTRACED
                                           ? "a child born with CLONE_UNTRACED would run without a "
                                             "supervisor"
                                           : "the guard 'namespaces' refuses this call");
        return 0;
}

int guard_check_person(Supervisor *supervisor, Tracee *tracee, const CallRegisters *call,
                       const void *memory, size_t size, Problem *problem)
{
        const char *why = NULL;

        if (call->number >= SYSCALL_TABLE_END && !filter_plan_call(supervisor->plan, call->number))
                return problem_set(problem, -ENOSYS,
                                   "no kernel that is known here has call %d; it answers ENOSYS",
                                   call->number);
        if (guard_aims_at(call, is_our_thread))
                return problem_set(problem, -EPERM, "this call aims at the jail's supervisor");
        if (filter_plan_evaluate(supervisor->plan, call).kind == FILTER_ERRNO)
                return say_who_refuses(supervisor, tracee, call, problem);
        if (call->number == SYS_clone || call->number == SYS_clone3)
                return check_clone(supervisor, tracee, call, memory, size, problem);
        if (call->number == SYS_pidfd_send_signal && judge_pidfd_signal(tracee, call, &why) < 0)
                return problem_set(problem, -EPERM, "%s", why);
        if (call->number == SYS_chroot || call->number == SYS_pivot_root)
                id_map_walk(&supervisor->tracees.processes, forget_root, NULL);
        placement_before_call(supervisor, call->number);
        return 0;
}
