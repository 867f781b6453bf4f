/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/own-filter.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "supervisor/kernel-features.h"

/* Allowed with any arguments. Nothing here makes, changes, renames or removes a file, starts a
 * program, reaches the network or changes an identity. */
static const int plain_calls[] = {
        /* the jail: its threads, their memory, their descriptors */
        SCMP_SYS(ptrace),
        SCMP_SYS(wait4),
        SCMP_SYS(waitid),
        SCMP_SYS(process_vm_readv),
        SCMP_SYS(process_vm_writev),
        SCMP_SYS(pidfd_open),
        SCMP_SYS(pidfd_getfd),
        SCMP_SYS(pidfd_send_signal),
        SCMP_SYS(kill),
        SCMP_SYS(tkill),
        SCMP_SYS(tgkill),
        SCMP_SYS(kcmp),
        SCMP_SYS(sched_setaffinity),
        SCMP_SYS(sched_getaffinity),
        SCMP_SYS(sched_getscheduler),
        SCMP_SYS(sched_getparam),
        SCMP_SYS(sched_getattr),
        SCMP_SYS(getpriority),
        SCMP_SYS(getpgid),
        SCMP_SYS(getsid),
        /* looking at files */
        SCMP_SYS(read),
        SCMP_SYS(readv),
        SCMP_SYS(pread64),
        SCMP_SYS(preadv),
        SCMP_SYS(lseek),
        SCMP_SYS(close),
        SCMP_SYS(close_range),
        SCMP_SYS(stat),
        SCMP_SYS(lstat),
        SCMP_SYS(fstat),
        SCMP_SYS(newfstatat),
        SCMP_SYS(statx),
        SCMP_SYS(statfs),
        SCMP_SYS(fstatfs),
        SCMP_SYS(access),
        SCMP_SYS(faccessat),
        SCMP_SYS(faccessat2),
        SCMP_SYS(readlink),
        SCMP_SYS(readlinkat),
        SCMP_SYS(getdents64),
        SCMP_SYS(getcwd),
        SCMP_SYS(getxattr),
        SCMP_SYS(lgetxattr),
        SCMP_SYS(fgetxattr),
        SCMP_SYS(name_to_handle_at),
        SCMP_SYS(openat2),
        /* what it holds open: the link, the log, a tracee's memory */
        SCMP_SYS(write),
        SCMP_SYS(writev),
        SCMP_SYS(pwrite64),
        SCMP_SYS(pwritev),
        SCMP_SYS(fcntl),
        SCMP_SYS(dup),
        SCMP_SYS(dup2),
        SCMP_SYS(dup3),
        SCMP_SYS(fsync),
        SCMP_SYS(fdatasync),
        SCMP_SYS(ftruncate),
        SCMP_SYS(pipe2),
        SCMP_SYS(eventfd2),
        SCMP_SYS(memfd_create),
        SCMP_SYS(sendto),
        SCMP_SYS(sendmsg),
        SCMP_SYS(recvfrom),
        SCMP_SYS(recvmsg),
        SCMP_SYS(shutdown),
        SCMP_SYS(getsockname),
        SCMP_SYS(getpeername),
        SCMP_SYS(getsockopt),
        SCMP_SYS(setsockopt),
        /* the loop */
        SCMP_SYS(epoll_create1),
        SCMP_SYS(epoll_ctl),
        SCMP_SYS(epoll_wait),
        SCMP_SYS(epoll_pwait),
        SCMP_SYS(epoll_pwait2),
        SCMP_SYS(timerfd_create),
        SCMP_SYS(timerfd_settime),
        SCMP_SYS(timerfd_gettime),
        SCMP_SYS(signalfd4),
        SCMP_SYS(poll),
        SCMP_SYS(ppoll),
        SCMP_SYS(select),
        SCMP_SYS(pselect6),
        /* the C library: memory, threads, signals, time */
        SCMP_SYS(brk),
        SCMP_SYS(munmap),
        SCMP_SYS(mremap),
        SCMP_SYS(madvise),
        SCMP_SYS(mincore),
        SCMP_SYS(msync),
        SYS_MSEAL,
        SCMP_SYS(futex),
        SCMP_SYS(futex_waitv),
        SCMP_SYS(set_robust_list),
        SCMP_SYS(get_robust_list),
        SCMP_SYS(set_tid_address),
        SCMP_SYS(rseq),
        SCMP_SYS(membarrier),
        SCMP_SYS(sched_yield),
        SCMP_SYS(getcpu),
        SCMP_SYS(rt_sigaction),
        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigreturn),
        SCMP_SYS(rt_sigpending),
        SCMP_SYS(rt_sigtimedwait),
        SCMP_SYS(rt_sigsuspend),
        SCMP_SYS(rt_sigqueueinfo),
        SCMP_SYS(rt_tgsigqueueinfo),
        SCMP_SYS(sigaltstack),
        SCMP_SYS(pause),
        SCMP_SYS(alarm),
        SCMP_SYS(restart_syscall),
        SCMP_SYS(nanosleep),
        SCMP_SYS(clock_nanosleep),
        SCMP_SYS(clock_gettime),
        SCMP_SYS(clock_getres),
        SCMP_SYS(gettimeofday),
        SCMP_SYS(time),
        SCMP_SYS(times),
        SCMP_SYS(getrandom),
        SCMP_SYS(getrlimit),
        SCMP_SYS(getrusage),
        SCMP_SYS(sysinfo),
        SCMP_SYS(uname),
        SCMP_SYS(arch_prctl),
        SCMP_SYS(umask),
        /* who it is */
        SCMP_SYS(getpid),
        SCMP_SYS(gettid),
        SCMP_SYS(getppid),
        SCMP_SYS(getpgrp),
        SCMP_SYS(getuid),
        SCMP_SYS(geteuid),
        SCMP_SYS(getresuid),
        SCMP_SYS(getgid),
        SCMP_SYS(getegid),
        SCMP_SYS(getresgid),
        SCMP_SYS(getgroups),
        SCMP_SYS(capget),
        SCMP_SYS(exit),
        SCMP_SYS(exit_group),
};

#define NEW_FILE     (O_CREAT | O_TRUNC | 020000000 /* __O_TMPFILE */)
#define MASKED(m, v) SCMP_CMP_MASKED_EQ, (m), (v)

/* Allowed where one argument is as it says. openat2 is allowed plainly, since its flags are in
 * memory, where a filter cannot look: the one call with which a file could still be made. */
typedef struct ConditionalCall {
        int number;
        struct scmp_arg_cmp condition;
} ConditionalCall;

static const ConditionalCall conditional_calls[] = {
        {SCMP_SYS(open), {1, MASKED(NEW_FILE, 0)}},
        {SCMP_SYS(openat), {2, MASKED(NEW_FILE, 0)}},
        {SCMP_SYS(mmap), {2, MASKED(PROT_WRITE | PROT_EXEC, 0)}},
        {SCMP_SYS(mmap), {2, MASKED(PROT_WRITE | PROT_EXEC, PROT_WRITE)}},
        {SCMP_SYS(mmap), {2, MASKED(PROT_WRITE | PROT_EXEC, PROT_EXEC)}},
        {SCMP_SYS(mprotect), {2, MASKED(PROT_EXEC, 0)}},
        /* a library that is loaded late: its read-only part */
        {SCMP_SYS(mprotect), {2, MASKED(PROT_WRITE, 0)}},
        /* threads, never processes */
        {SCMP_SYS(clone), {0, MASKED(CLONE_THREAD | CLONE_VM, CLONE_THREAD | CLONE_VM)}},
        {SCMP_SYS(socket), {0, SCMP_CMP_EQ, AF_NETLINK, 0}}, /* what a socket is: sock_diag */
        {SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, SECCOMP_IOCTL_NOTIF_RECV, 0}},
        {SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, SECCOMP_IOCTL_NOTIF_SEND, 0}},
        {SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, SECCOMP_IOCTL_NOTIF_ID_VALID, 0}},
        {SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, SECCOMP_IOCTL_NOTIF_ADDFD, 0}},
        {SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, TCGETS, 0}},     /* isatty() */
        {SCMP_SYS(ioctl), {1, SCMP_CMP_EQ, 0xc0686611, 0}}, /* PROCMAP_QUERY (served-memory.c) */
        {SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_SET_NAME, 0}},
        {SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_GET_NAME, 0}},
        {SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_SET_VMA, 0}}, /* malloc names its arenas */
        {SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_GET_DUMPABLE, 0}},
        {SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_CAPBSET_READ, 0}},
        {SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_CAP_AMBIENT, 0}},
        {SCMP_SYS(prlimit64), {2, SCMP_CMP_EQ, 0, 0}}, /* reading only */
#ifdef __SANITIZE_ADDRESS__
        /* the search for leaks at the end is a process that shares memory, and traces */
        {SCMP_SYS(clone), {0, MASKED(CLONE_VM, CLONE_VM)}},
        {SCMP_SYS(prctl), {0, SCMP_CMP_GE, 0, 0}},
#endif
};

/* clone3 has its flags in memory: the C library falls back to clone where it is not there. */
static const int absent_calls[] = {SCMP_SYS(clone3)};

static void releasep(scmp_filter_ctx *context)
{
        if (*context)
                seccomp_release(*context);
}

static int add_tables(scmp_filter_ctx context)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < ELEMENTS_OF(plain_calls); i++)
                r = seccomp_rule_add_array(context, SCMP_ACT_ALLOW, plain_calls[i], 0, NULL);
        for (size_t i = 0; r == 0 && i < ELEMENTS_OF(conditional_calls); i++)
                r = seccomp_rule_add_array(context, SCMP_ACT_ALLOW, conditional_calls[i].number, 1,
                                           &conditional_calls[i].condition);
        for (size_t i = 0; r == 0 && i < ELEMENTS_OF(absent_calls); i++)
                r = seccomp_rule_add_array(context, SCMP_ACT_ERRNO(ENOSYS), absent_calls[i], 0,
                                           NULL);
        return r;
}

int own_filter_install(void)
{
        _cleanup_(releasep) scmp_filter_ctx context = seccomp_init(SCMP_ACT_KILL_PROCESS);
        int r;

        if (!context)
                return -ENOMEM;
        r = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
        if (r == 0)
                r = seccomp_attr_set(context, SCMP_FLTATR_CTL_TSYNC, 1);
        /* without this an older kernel makes every branch of ours slow */
        if (r == 0)
                r = seccomp_attr_set(context, SCMP_FLTATR_CTL_SSB, 1);
        if (r == 0)
                r = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
        if (r == 0)
                r = add_tables(context);
        return r < 0 ? r : seccomp_load(context);
}
