/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/install.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/syscall.h>

#include "hook/landing-page.h"
#include "supervisor/decoy-listener.h"
#include "supervisor/kernel-features.h"
#include "supervisor/ptrace-request.h"

#define STACK_RED_ZONE      128
#define SYSCALL_INSTRUCTION 0x050f /* 0f 05 */

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

static int install_listener(Installer *installer, RemoteCaller *caller, Tracee *tracee, int pidfd,
                            Problem *problem)
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
                 SECCOMP_FILTER_FLAG_NEW_LISTENER, address, 0, 0);
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
        installer->listener = fd;
        return call(caller, &ignored, SYS_close, (uint64_t) remote, 0, 0, 0, 0);
}

/* The landing page's memfd as a descriptor of the program. */
static int give_memfd(Installer *installer, RemoteCaller *caller, int pidfd, int64_t *ret_fd)
{
        const CallRegisters request = {.number = DECOY_NUMBER};
        int r = remote_call_begin(caller, &request), served;

        if (r < 0)
                return r;
        served = decoy_serve(installer->listener, pidfd, caller->tid,
                             landing_memory_fd(installer->landing));
        r = remote_call_finish(caller, ret_fd);
        return r < 0 ? r : served;
}

static int map_landing(Installer *installer, RemoteCaller *caller, Process *process, int pidfd,
                       Problem *problem)
{
        int64_t fd, base, result;
        int r = give_memfd(installer, caller, pidfd, &fd);

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
        if (r < 0)
                return r;
        if (!kernel_has(KERNEL_MSEAL))
                return 0;
        r = call(caller, &result, SYS_MSEAL, process->landing, LANDING_BYTES, 0, 0, 0);
        process->sealed = r == 0 && result == 0;
        return r;
}

static int install_filter(Installer *installer, RemoteCaller *caller, Process *process,
                          Problem *problem)
{
        uint64_t address;
        int64_t result;
        int r = landing_memory_put_filter(installer->landing, process->landing, installer->filter,
                                          installer->filter_count, &address);

        if (r < 0)
                return problem_set(problem, r,
                                   "the filter of these rules has %zu instructions, more than fit",
                                   installer->filter_count);
        r = call(caller, &result, SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, address, 0, 0);
        if (r == 0 && result < 0)
                return problem_set(problem, (int) result, "the kernel refuses the filter: %s",
                                   strerror((int) -result));
        return r;
}

static int make_calls(Installer *installer, RemoteCaller *caller, Tracee *tracee, bool with_filter,
                      Problem *problem)
{
        _cleanup_close_ int pidfd = pidfd_open(tracee_pid(tracee), 0);
        int r = 0;

        if (pidfd < 0)
                return -errno;
        if (with_filter)
                r = install_listener(installer, caller, tracee, pidfd, problem);
        if (r == 0)
                r = map_landing(installer, caller, tracee->process, pidfd, problem);
        if (r == 0 && with_filter)
                r = install_filter(installer, caller, tracee->process, problem);
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
        /* a stop signal came meanwhile: the next stop will be the group-stop again */
        if (r == 0 && caller.group_signal)
                r = tracee_interrupt(caller.tid);
        return r;
}
