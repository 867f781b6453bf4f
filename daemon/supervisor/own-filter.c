/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/own-filter.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "supervisor/filter.h"
#include "supervisor/kernel-features.h"

/* Allowed with any arguments. Nothing here makes, changes, renames or removes a file, starts a
 * program, reaches the network or changes an identity. */
static const int plain_calls[] = {
        /* the jail: its threads, their memory, their descriptors */
        SYS_ptrace,
        SYS_wait4,
        SYS_waitid,
        SYS_process_vm_readv,
        SYS_process_vm_writev,
        SYS_pidfd_open,
        SYS_pidfd_getfd,
        SYS_pidfd_send_signal,
        SYS_kill,
        SYS_tkill,
        SYS_tgkill,
        SYS_kcmp,
        SYS_sched_setaffinity,
        SYS_sched_getaffinity,
        SYS_sched_getscheduler,
        SYS_sched_getparam,
        SYS_sched_getattr,
        SYS_getpriority,
        SYS_getpgid,
        SYS_getsid,
        /* looking at files */
        SYS_read,
        SYS_readv,
        SYS_pread64,
        SYS_preadv,
        SYS_lseek,
        SYS_close,
        SYS_close_range,
        SYS_stat,
        SYS_lstat,
        SYS_fstat,
        SYS_newfstatat,
        SYS_statx,
        SYS_statfs,
        SYS_fstatfs,
        SYS_access,
        SYS_faccessat,
        SYS_faccessat2,
        SYS_readlink,
        SYS_readlinkat,
        SYS_getdents64,
        SYS_getcwd,
        SYS_getxattr,
        SYS_lgetxattr,
        SYS_fgetxattr,
        SYS_name_to_handle_at,
        SYS_openat2,
        /* what it holds open: the link, the log, a tracee's memory */
        SYS_write,
        SYS_writev,
        SYS_pwrite64,
        SYS_pwritev,
        SYS_fcntl,
        SYS_dup,
        SYS_dup2,
        SYS_dup3,
        SYS_fsync,
        SYS_fdatasync,
        SYS_ftruncate,
        SYS_pipe2,
        SYS_eventfd2,
        SYS_memfd_create,
        SYS_sendto,
        SYS_sendmsg,
        SYS_recvfrom,
        SYS_recvmsg,
        SYS_shutdown,
        SYS_getsockname,
        SYS_getpeername,
        SYS_getsockopt,
        SYS_setsockopt,
        /* the loop */
        SYS_epoll_create1,
        SYS_epoll_ctl,
        SYS_epoll_wait,
        SYS_epoll_pwait,
        SYS_epoll_pwait2,
        SYS_timerfd_create,
        SYS_timerfd_settime,
        SYS_timerfd_gettime,
        SYS_signalfd4,
        SYS_poll,
        SYS_ppoll,
        SYS_select,
        SYS_pselect6,
        /* the C library: memory, threads, signals, time */
        SYS_brk,
        SYS_munmap,
        SYS_mremap,
        SYS_madvise,
        SYS_mincore,
        SYS_msync,
        SYS_MSEAL,
        SYS_futex,
        SYS_futex_waitv,
        SYS_set_robust_list,
        SYS_get_robust_list,
        SYS_set_tid_address,
        SYS_rseq,
        SYS_membarrier,
        SYS_sched_yield,
        SYS_getcpu,
        SYS_rt_sigaction,
        SYS_rt_sigprocmask,
        SYS_rt_sigreturn,
        SYS_rt_sigpending,
        SYS_rt_sigtimedwait,
        SYS_rt_sigsuspend,
        SYS_rt_sigqueueinfo,
        SYS_rt_tgsigqueueinfo,
        SYS_sigaltstack,
        SYS_pause,
        SYS_alarm,
        SYS_restart_syscall,
        SYS_nanosleep,
        SYS_clock_nanosleep,
        SYS_clock_gettime,
        SYS_clock_getres,
        SYS_gettimeofday,
        SYS_time,
        SYS_times,
        SYS_getrandom,
        SYS_getrlimit,
        SYS_getrusage,
        SYS_sysinfo,
        SYS_uname,
        SYS_arch_prctl,
        SYS_umask,
        /* who it is */
        SYS_getpid,
        SYS_gettid,
        SYS_getppid,
        SYS_getpgrp,
        SYS_getuid,
        SYS_geteuid,
        SYS_getresuid,
        SYS_getgid,
        SYS_getegid,
        SYS_getresgid,
        SYS_getgroups,
        SYS_capget,
        SYS_exit,
        SYS_exit_group,
};

#define NEW_FILE (O_CREAT | O_TRUNC | 020000000 /* __O_TMPFILE */)
#define WHOLE    UINT64_MAX

/* Allowed where one argument is, under a mask, as it says. openat2 is allowed plainly, since its
 * flags are in memory, where a filter cannot look: the one call with which a file could still be
 * made. */
typedef struct ConditionalCall {
        int number;
        unsigned argument;
        uint64_t mask, bits;
} ConditionalCall;

static const ConditionalCall conditional_calls[] = {
        {SYS_open, 1, NEW_FILE, 0},
        {SYS_openat, 2, NEW_FILE, 0},
        {SYS_mmap, 2, PROT_WRITE | PROT_EXEC, 0},
        {SYS_mmap, 2, PROT_WRITE | PROT_EXEC, PROT_WRITE},
        {SYS_mmap, 2, PROT_WRITE | PROT_EXEC, PROT_EXEC},
        {SYS_mprotect, 2, PROT_EXEC, 0},
        /* a library that is loaded late: its read-only part */
        {SYS_mprotect, 2, PROT_WRITE, 0},
        /* threads, never processes */
        {SYS_clone, 0, CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM},
        {SYS_socket, 0, WHOLE, AF_NETLINK}, /* what a socket is: sock_diag */
        {SYS_ioctl, 1, WHOLE, SECCOMP_IOCTL_NOTIF_RECV},
        {SYS_ioctl, 1, WHOLE, SECCOMP_IOCTL_NOTIF_SEND},
        {SYS_ioctl, 1, WHOLE, SECCOMP_IOCTL_NOTIF_ID_VALID},
        {SYS_ioctl, 1, WHOLE, SECCOMP_IOCTL_NOTIF_ADDFD},
        {SYS_ioctl, 1, WHOLE, TCGETS},     /* isatty() */
        {SYS_ioctl, 1, WHOLE, 0xc0686611}, /* PROCMAP_QUERY (served-memory.c) */
        {SYS_prctl, 0, WHOLE, PR_SET_NAME},
        {SYS_prctl, 0, WHOLE, PR_GET_NAME},
        {SYS_prctl, 0, WHOLE, PR_SET_VMA}, /* malloc names its arenas */
        {SYS_prctl, 0, WHOLE, PR_GET_DUMPABLE},
        {SYS_prctl, 0, WHOLE, PR_CAPBSET_READ},
        {SYS_prctl, 0, WHOLE, PR_CAP_AMBIENT},
        {SYS_prlimit64, 2, WHOLE, 0}, /* reading only */
#ifdef __SANITIZE_ADDRESS__
        /* the search for leaks at the end is a process that shares memory, and traces */
        {SYS_clone, 0, CLONE_VM, CLONE_VM},
        {SYS_prctl, 0, 0, 0},
#endif
};

/* clone3 has its flags in memory: the C library falls back to clone where it is not there. */
static const int absent_calls[] = {SYS_clone3};

/* The call's place in the plan, made when it has none: there is room for all of the tables. */
static FilterCall *add_call(FilterPlan *plan, int number, FilterVerdictKind otherwise)
{
        FilterCall *call = plan->calls;

        while (call < plan->calls + plan->call_count && call->number != number)
                call++;
        if (call == plan->calls + plan->call_count) {
                *call = (FilterCall){.number = number, .otherwise = {.kind = otherwise}};
                plan->call_count++;
        }
        return call;
}

static int add_condition(FilterPlan *plan, const ConditionalCall *condition)
{
        FilterCall *call = add_call(plan, condition->number, FILTER_KILL);
        FilterPart *parts = reallocarray(call->parts, call->part_count + 1, sizeof(*parts)), *part;

        if (!parts)
                return -ENOMEM;
        call->parts = parts;
        part = &parts[call->part_count++];
        *part = (FilterPart){.verdict = {.kind = FILTER_ALLOW}};
        part->cube.mask[condition->argument] = condition->mask;
        part->cube.bits[condition->argument] = condition->bits;
        return 0;
}

static int by_number(const void *one, const void *other)
{
        return ((const FilterCall *) one)->number - ((const FilterCall *) other)->number;
}

static int make_plan(FilterPlan **ret)
{
        _cleanup_(filter_plan_freep) FilterPlan *plan = calloc(1, sizeof(*plan));
        size_t room = ELEMENTS_OF(plain_calls) + ELEMENTS_OF(conditional_calls) +
                      ELEMENTS_OF(absent_calls);
        int r = 0;

        if (plan)
                plan->calls = calloc(room, sizeof(*plan->calls));
        if (!plan || !plan->calls)
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTS_OF(plain_calls); i++)
                add_call(plan, plain_calls[i], FILTER_ALLOW);
        for (size_t i = 0; r == 0 && i < ELEMENTS_OF(conditional_calls); i++)
                r = add_condition(plan, &conditional_calls[i]);
        for (size_t i = 0; i < ELEMENTS_OF(absent_calls); i++)
                add_call(plan, absent_calls[i], FILTER_ERRNO)->otherwise.error_number = ENOSYS;
        if (r < 0)
                return r;
        qsort(plan->calls, plan->call_count, sizeof(*plan->calls), by_number);
        *ret = TAKE_PTR(plan);
        return 0;
}

/* In every thread; without SPEC_ALLOW an older kernel makes every branch of ours slow. */
static int load(struct sock_filter *list, size_t count)
{
        const struct sock_fprog program = {.len = (unsigned short) count, .filter = list};
        long r = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                         SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);

        if (r < 0)
                return -errno;
        return r > 0 ? -ECANCELED : 0; /* a thread that has a filter of its own */
}

int own_filter_install(void)
{
        const FilterOptions options = {.allow_magic_number = -1, .rest = FILTER_REST_IS_KILLED};
        _cleanup_(filter_plan_freep) FilterPlan *plan = NULL;
        _cleanup_free_ struct sock_filter *list = NULL;
        size_t count;
        int r = make_plan(&plan);

        if (r == 0)
                r = filter_build(plan, &options, &list, &count, NULL);
        return r < 0 ? r : load(list, count);
}
