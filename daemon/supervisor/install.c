/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/install.h"

#include <inttypes.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "hook/landing-page.h"
#include "supervisor/decoy-listener.h"
#include "supervisor/edge-wall.h"
#include "supervisor/hide-vdso.h"
#include "supervisor/kernel-features.h"
#include "supervisor/process-facts.h"
#include "supervisor/ptrace-request.h"

#define STACK_RED_ZONE      128
#define SYSCALL_INSTRUCTION 0x050f /* 0f 05 */

typedef struct FilterRequest {
        const struct sock_filter *list;
        size_t count;
        unsigned flags; /* of seccomp(2) */
} FilterRequest;

/* The jail's first. */
static FilterRequest first_filter(const Installer *installer, unsigned flags)
{
        return (FilterRequest){installer->filter, installer->filter_count, flags};
}

static int call(RemoteCaller *caller, int64_t *ret, int number, uint64_t a, uint64_t b, uint64_t c,
                uint64_t d, uint64_t e)
{
        const CallRegisters registers = {.number = number, .arguments = {a, b, c, d, e, 0}};

        return remote_call(caller, &registers, ret);
}

/* From the exec event to the end of execve, where the registers are those of the new image. */
static int go_to_exit_stop(Installer *installer, pid_t tid)
{
        TraceeCall stop;
        int r = tracee_resume(tid, TRACEE_RUN_TO_SYSCALL, 0);
        Stop reported;

        if (r == 0)
                r = remote_wait(tid, installer->later, &reported);
        if (r < 0)
                return r;
        if (reported.kind != STOP_SYSCALL)
                return -EPROTO;
        r = tracee_get_call(tid, &stop);
        if (r < 0)
                return r;
        return stop.architecture == AUDIT_ARCH_X86_64 ? 0 : -ENOEXEC;
}

/* The decoy's program goes onto the stack, below all that the image uses: nothing else is mapped
 * yet. */
static int put_decoy_filter(Tracee *tracee, const Registers *base, uint64_t *ret_address)
{
        struct {
                struct sock_fprog program;
                struct sock_filter filter[8];
        } image = {0};
        const TraceeView view = tracee_view(tracee);
        uint64_t address =
                (registers_stack_pointer(base) - STACK_RED_ZONE - sizeof(image)) & ~UINT64_C(15);
        const struct sock_filter *filter;
        size_t count;

        filter = decoy_filter(&count);
        image.program.len = (unsigned short) count;
        image.program.filter =
                (struct sock_filter *) (address + offsetof(__typeof__(image), filter));
        memcpy(image.filter, filter, count * sizeof(*filter));
        *ret_address = address;
        return tracee_write_memory(&view, address, &image, sizeof(image), false);
}

/* Whose decoy the process's filters are: the jail's, or its own where it was attached to. */
static int listener_of(const Installer *installer, const Process *process)
{
        return process->listener >= 0 ? process->listener : installer->listener;
}

static int install_listener(RemoteCaller *caller, Tracee *tracee, int pidfd, unsigned flags,
                            int *ret_listener, Problem *problem)
{
        uint64_t address;
        int64_t remote, ignored;
        int r, fd;

        r = put_decoy_filter(tracee, &caller->base, &address);
        if (r < 0)
                return problem_set(
                        problem, r,
                        "cannot write into the program's memory (%s); a program file that "
                        "is not readable cannot be jailed",
                        strerror(-r));
        r = call(caller, &remote, SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                 SECCOMP_FILTER_FLAG_NEW_LISTENER | flags, address, 0, 0);
        if (r < 0)
                return r;
        if (remote < 0)
                return problem_set(problem, (int) remote,
                                   "the kernel refuses a seccomp listener in the program: %s%s",
                                   strerror((int) -remote),
                                   remote == -EBUSY ? "; something outside has given this session "
                                                      "one already (a container?)"
                                                    : "");
        fd = pidfd_getfd(pidfd, (int) remote, 0);
        if (fd < 0)
                return problem_set(problem, -errno, "cannot take the seccomp listener over: %s",
                                   strerror(errno));
        *ret_listener = fd;
        return call(caller, &ignored, SYS_close, (uint64_t) remote, 0, 0, 0, 0);
}

/* What serving the private call takes. */
typedef struct MemfdGift {
        int listener, pidfd, fd;
        pid_t tid;
} MemfdGift;

static int serve_gift(void *context)
{
        const MemfdGift *gift = context;

        return decoy_serve(gift->listener, gift->pidfd, gift->tid, gift->fd);
}

/* The landing page's memfd as a descriptor of the program. */
static int give_memfd(Installer *installer, RemoteCaller *caller, const Process *process, int pidfd,
                      int64_t *ret_fd)
{
        const CallRegisters request = {.number = DECOY_NUMBER};
        MemfdGift gift = {
                .listener = listener_of(installer, process),
                .pidfd = pidfd,
                .fd = landing_memory_fd(installer->landing),
                .tid = caller->tid,
        };
        int r;

        caller->serve = serve_gift;
        caller->serve_context = &gift;
        r = remote_call(caller, &request, ret_fd);
        caller->serve = NULL;
        return r < 0 ? r : caller->served;
}

/* A filter that the program installed may answer mseal in the kernel's place. Where it has one the
 * mapping itself is looked at. */
static bool is_sealed(const Installer *installer, const Process *process)
{
        pid_t pid = (pid_t) process->id;
        unsigned filters;

        if (installer->filters > 0 && process_seccomp_filters(pid, &filters) == 0 &&
            filters <= installer->filters)
                return true;
        return process_mapping_is_sealed(pid, process->landing);
}

static int seal_landing(const Installer *installer, RemoteCaller *caller, const Process *process,
                        Problem *problem)
{
        int64_t result;
        int r = call(caller, &result, SYS_MSEAL, process->landing, LANDING_BYTES, 0, 0, 0);

        if (r == 0 && (result < 0 || !is_sealed(installer, process)))
                r = problem_set(problem, -EPERM,
                                "the landing page could not be sealed: a filter of the program's "
                                "own answers mseal");
        return r;
}

static int map_landing(Installer *installer, RemoteCaller *caller, Process *process, int pidfd,
                       Problem *problem)
{
        int64_t fd, base, result;
        int r = give_memfd(installer, caller, process, pidfd, &fd);

        if (r < 0)
                return r;
        if (fd < 0)
                return problem_set(problem, (int) fd,
                                   "cannot hand the landing page to the program: %s",
                                   strerror((int) -fd));
        r = call(caller, &base, SYS_mmap, LANDING_BASE, LANDING_BYTES, PROT_READ | PROT_EXEC,
                 MAP_SHARED | MAP_FIXED_NOREPLACE, (uint64_t) fd);
        if (r < 0)
                return r;
        if (base == -EEXIST)
                return problem_set(problem, (int) base,
                                   "the program occupies the addresses below 0x%x, where the "
                                   "landing page goes",
                                   LANDING_END);
        if (base != LANDING_BASE)
                return problem_set(problem, base < 0 ? (int) base : -EPROTO,
                                   "cannot map the landing page into the program: %s (do the rules "
                                   "refuse mmap?)",
                                   strerror(base < 0 ? (int) -base : EPROTO));
        process->landing = (uint64_t) base;
        /* refused by a rule, it stays open until the next exec: harmless, the memfd is sealed */
        r = call(caller, &result, SYS_close, (uint64_t) fd, 0, 0, 0, 0);
        return r == 0 && installer->seals ? seal_landing(installer, caller, process, problem) : r;
}

static int install_filter(Installer *installer, RemoteCaller *caller, const Process *process,
                          const FilterRequest *filter, Problem *problem)
{
        uint64_t address;
        int64_t result;
        int r = landing_memory_put_filter(installer->landing, process->landing, filter->list,
                                          filter->count, &address);

        if (r < 0)
                return problem_set(problem, r,
                                   "the filter of these rules has %zu instructions, more than fit",
                                   filter->count);
        r = call(caller, &result, SYS_seccomp, SECCOMP_SET_MODE_FILTER, filter->flags, address, 0,
                 0);
        if (r == 0 && result < 0)
                return problem_set(problem, (int) result, "the kernel refuses the filter: %s",
                                   strerror((int) -result));
        if (r == 0 && result > 0)
                return problem_set(problem, -EBUSY,
                                   "thread %lld has a filter of its own, which the others do not",
                                   (long long) result);
        return r;
}

static int make_calls(Installer *installer, RemoteCaller *caller, Tracee *tracee, bool with_filter,
                      Problem *problem)
{
        _cleanup_close_ int pidfd = pidfd_open(tracee_pid(tracee), 0);
        const FilterRequest filter = first_filter(installer, 0);
        int r = 0;

        if (pidfd < 0)
                return -errno;
        if (with_filter)
                r = install_listener(caller, tracee, pidfd, 0, &installer->listener, problem);
        if (r == 0)
                r = map_landing(installer, caller, tracee->process, pidfd, problem);
        if (r == 0 && with_filter && installer->edge_wall)
                r = edge_wall_put_up(caller, tracee);
        if (r == 0 && with_filter)
                r = install_filter(installer, caller, tracee->process, &filter, problem);
        if (r == 0 && with_filter)
                (void) process_seccomp_filters(caller->tid, &installer->filters);
        return r;
}

/* With every signal held back and a system-call instruction at the entry point; both are put back.
 */
static int make_calls_at_entry(Installer *installer, RemoteCaller *caller, Tracee *tracee,
                               bool with_filter, Problem *problem)
{
        uint64_t entry = registers_instruction_pointer(&caller->base), code, mask;
        int r = tracee_get_signal_mask(caller->tid, &mask), undone;

        if (r == 0)
                r = tracee_set_signal_mask(caller->tid, UINT64_MAX);
        if (r == 0)
                r = tracee_peek(caller->tid, entry, &code);
        if (r == 0)
                r = tracee_poke(caller->tid, entry,
                                (code & ~UINT64_C(0xffff)) | SYSCALL_INSTRUCTION);
        if (r < 0)
                return r == TRACEE_GONE
                               ? r
                               : problem_set(problem, r,
                                             "cannot write into the program's code (%s); a "
                                             "program file that is not readable cannot be jailed",
                                             strerror(-r));
        caller->pad = entry;
        r = make_calls(installer, caller, tracee, with_filter, problem);
        undone = tracee_poke(caller->tid, entry, code);
        if (undone == 0)
                undone = tracee_set_registers(caller->tid, &caller->base);
        if (undone == 0)
                undone = tracee_set_signal_mask(caller->tid, mask);
        return r < 0 ? r : undone;
}

int install_image(Installer *installer, Tracee *tracee, bool with_filter, Problem *problem)
{
        RemoteCaller caller = {.tid = tracee_tid(tracee), .later = installer->later};
        int r = go_to_exit_stop(installer, caller.tid);

        if (r == -ENOEXEC)
                return problem_set(
                        problem, r,
                        "a 32-bit program; this jail knows the x86_64 system calls only");
        if (r == 0)
                r = tracee_get_registers(caller.tid, &caller.base);
        if (r == 0)
                r = make_calls_at_entry(installer, &caller, tracee, with_filter, problem);
        if (r == 0 && rule_set_names_vdso_calls(installer->rules))
                r = vdso_hide(tracee, registers_stack_pointer(&caller.base));
        /* a stop signal came meanwhile: the next stop will be the group-stop again */
        if (r == 0 && caller.group_signal)
                r = tracee_interrupt(caller.tid);
        return r;
}

/* ---- a process that runs already ---- */

/* Its own code may be executed by another thread at any moment: the pad is in the vDSO, which every
 * x86_64 process has. */
static int find_pad(const Tracee *tracee, uint64_t *ret_pad)
{
        static const unsigned char instruction[] = {0x0f, 0x05};
        unsigned char code[8192];
        const TraceeView view = tracee_view(tracee);
        uint64_t start = 0, end = 0;
        const unsigned char *found = NULL;
        char **lines = NULL;
        int r = process_maps(tracee_pid(tracee), &lines);

        if (r < 0)
                return r;
        for (char **line = lines; *line && !end; line++)
                if (strstr(*line, "[vdso]") &&
                    sscanf(*line, "%" SCNx64 "-%" SCNx64, &start, &end) != 2)
                        end = 0;
        strv_free(lines);
        if (end > start && end - start > sizeof(code))
                end = start + sizeof(code);
        if (end > start && tracee_read_memory(&view, start, code, end - start) >= 0)
                found = memmem(code, end - start, instruction, sizeof(instruction));
        if (!found)
                return -ENOEXEC;
        *ret_pad = start + (uint64_t) (found - code);
        return 0;
}

/* What a thread that runs already is stopped for; `context` is the caller's. */
typedef int (*RunningCalls)(Installer *installer, RemoteCaller *caller, Tracee *tracee,
                            const void *context, Problem *problem);

static int make_running_calls(Installer *installer, RemoteCaller *caller, Tracee *tracee,
                              const void *context, Problem *problem)
{
        const FilterRequest filter = first_filter(installer, SECCOMP_FILTER_FLAG_TSYNC);
        const bool *with_listener = context;
        _cleanup_close_ int pidfd = pidfd_open(tracee_pid(tracee), 0);
        Process *process = tracee->process;
        int64_t result;
        int r;

        if (pidfd < 0)
                return -errno;
        r = call(caller, &result, SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (r == 0 && *with_listener) {
                process->listener = close_fd(process->listener);
                r = install_listener(caller, tracee, pidfd,
                                     SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH,
                                     &process->listener, problem);
        }
        /* one that shares its memory with a process that was prepared has the page */
        if (r == 0 && landing_memory_is_in(installer->landing, tracee_pid(tracee)))
                process->landing = LANDING_BASE;
        else if (r == 0)
                r = map_landing(installer, caller, process, pidfd, problem);
        return r < 0 ? r : install_filter(installer, caller, process, &filter, problem);
}

/* At a second stop inside the kernel's signal handling: what is put back here the kernel restarts
 * itself (injection.c does the same). */
static int put_back_running(RemoteCaller *caller, uint64_t mask, Stop *ret_stop)
{
        int r = 0;

        do {
                r = tracee_interrupt(caller->tid);
                if (r == 0)
                        r = tracee_resume(caller->tid, TRACEE_RUN, 0);
                if (r == 0)
                        r = remote_wait(caller->tid, caller->later, ret_stop);
                if (r < 0)
                        return r;
                if (ret_stop->kind == STOP_SIGNAL)
                        caller->group_signal = ret_stop->value;
        } while (ret_stop->kind == STOP_SIGNAL);
        registers_heal_interrupted_call(&caller->base);
        r = tracee_set_registers(caller->tid, &caller->base);
        return r < 0 ? r : tracee_set_signal_mask(caller->tid, mask);
}

/* At PTRACE_EVENT_STOP, with every signal held back; then it stands there again. */
static int call_running(Installer *installer, Tracee *tracee, uint64_t pad, RunningCalls calls,
                        const void *context, Stop *ret_stop, Problem *problem)
{
        RemoteCaller caller = {.tid = tracee_tid(tracee), .later = installer->later, .pad = pad};
        uint64_t mask;
        int r = tracee_get_registers(caller.tid, &caller.base), undone;

        if (r == 0)
                r = tracee_get_signal_mask(caller.tid, &mask);
        if (r == 0)
                r = tracee_set_signal_mask(caller.tid, UINT64_MAX);
        if (r < 0)
                return r;
        r = calls(installer, &caller, tracee, context, problem);
        undone = put_back_running(&caller, mask, ret_stop);
        if (caller.group_signal && undone == 0)
                (void) tgkill(tracee_pid(tracee), caller.tid, caller.group_signal);
        return r < 0 ? r : undone;
}

int install_running(Installer *installer, Tracee *tracee, bool with_listener, Stop *ret_stop,
                    Problem *problem)
{
        uint64_t pad;
        int r = find_pad(tracee, &pad);

        if (r == -ENOEXEC)
                return problem_set(
                        problem, r,
                        "process %d has no vDSO of x86_64: a 32-bit program, or one that "
                        "gave it up",
                        tracee_pid(tracee));
        return r < 0 ? r
                     : call_running(installer, tracee, pad, make_running_calls, &with_listener,
                                    ret_stop, problem);
}

static int install_request(Installer *installer, RemoteCaller *caller, Tracee *tracee,
                           const void *context, Problem *problem)
{
        return install_filter(installer, caller, tracee->process, context, problem);
}

int install_on_top(Installer *installer, Tracee *tracee, const struct sock_filter *filter,
                   size_t count, bool process, Stop *ret_stop, Problem *problem)
{
        const FilterRequest request = {filter, count, process ? SECCOMP_FILTER_FLAG_TSYNC : 0};

        return call_running(installer, tracee, tracee->process->landing + LANDING_PAD_OFFSET,
                            install_request, &request, ret_stop, problem);
}
