/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel's features that a jail is built from, each tried in a child process.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/openat2.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#include "supervisor/doctor.h"
#include "supervisor/process-facts.h"

/* Newer than the headers of the distributions that are built on. */
#ifndef SYS_mseal
#define SYS_mseal 462
#endif
#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1u << 1)
#endif

#define PAGE 4096u

/* ---- ptrace: by its number, since these are probes and no tracing ---- */

static long trace(unsigned request, pid_t pid, unsigned long address, void *data)
{
        return syscall(SYS_ptrace, (long) request, pid, address, data) < 0 ? -errno : 0;
}

/* Ends and reaps the child, so that nobody inherits it; answers `r`. */
static int end_child(pid_t pid, int r)
{
        int status;

        kill(pid, SIGKILL);
        while (waitpid(pid, &status, __WALL) == pid && !WIFEXITED(status) && !WIFSIGNALED(status))
                ;
        return r;
}

/* A child of this child that is seized as a jail's program is. */
static int seize_child(pid_t *ret_pid)
{
        const unsigned long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP |
                                      PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK |
                                      PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
        pid_t pid = fork();
        int r;

        if (pid < 0)
                return -errno;
        if (pid == 0) {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                for (;;)
                        pause();
        }
        r = (int) trace(PTRACE_SEIZE, pid, 0, (void *) options); /* NOLINT: a number as data */
        if (r < 0)
                return end_child(pid, r);
        *ret_pid = pid;
        return 0;
}

/* Makes one request of a child that is seized and stopped. */
static int request(unsigned number, unsigned long address, void *data)
{
        int status, r;
        pid_t pid;

        r = seize_child(&pid);
        if (r < 0)
                return r;
        r = (int) trace(PTRACE_INTERRUPT, pid, 0, NULL);
        if (r == 0 && waitpid(pid, &status, __WALL) != pid)
                r = -errno;
        if (r == 0)
                r = (int) trace(number, pid, address, data);
        return end_child(pid, r);
}

static int probe_seize(void)
{
        return request(PTRACE_CONT, 0, NULL);
}

static int probe_get_syscall_info(void)
{
        struct ptrace_syscall_info info = {0};

        return request(PTRACE_GET_SYSCALL_INFO, sizeof(info), &info);
}

static int probe_signal_mask(void)
{
        uint64_t mask;

        return request(PTRACE_GETSIGMASK, sizeof(mask), &mask);
}

static int probe_read_memory(void)
{
        char theirs = 0x5a, ours = 0;
        struct iovec local = {&ours, 1}, remote = {&theirs, 1};
        pid_t pid;
        int r = seize_child(&pid);

        if (r < 0)
                return r;
        if (process_vm_readv(pid, &local, 1, &remote, 1, 0) < 0)
                r = -errno;
        else if (ours != theirs)
                r = -EIO;
        return end_child(pid, r);
}

/* ---- seccomp ---- */

static int seccomp_has_action(unsigned action)
{
        return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0 ? -errno : 0;
}

static int probe_action_trace(void)
{
        return seccomp_has_action(SECCOMP_RET_TRACE);
}

static int probe_action_errno(void)
{
        return seccomp_has_action(SECCOMP_RET_ERRNO);
}

static int probe_action_notify(void)
{
        return seccomp_has_action(SECCOMP_RET_USER_NOTIF);
}

static int probe_action_kill(void)
{
        return seccomp_has_action(SECCOMP_RET_KILL_PROCESS);
}

/* A known flag gets as far as the program's address, which is none. */
static int seccomp_knows_flag(unsigned flag)
{
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag, NULL);
        return errno == EFAULT ? 0 : -errno;
}

static int probe_all_threads(void)
{
        return seccomp_knows_flag(SECCOMP_FILTER_FLAG_TSYNC);
}

static int open_listener(void)
{
        struct sock_filter allow = {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW};
        struct sock_fprog program = {1, &allow};
        long fd;

        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
                return -errno;
        fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                     &program);
        return fd < 0 ? -errno : (int) fd;
}

static int probe_listener(void)
{
        int fd = open_listener();

        return fd < 0 ? fd : 0;
}

/* Nothing waits to be answered: ENOENT where the flag is known. */
static int probe_add_fd(void)
{
        int fd = open_listener();
        struct seccomp_notif_addfd add = {.flags = SECCOMP_ADDFD_FLAG_SEND, .srcfd = (__u32) fd};

        if (fd < 0)
                return fd;
        if (ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0)
                return 0;
        return errno == ENOENT ? 0 : -errno;
}

static int probe_filter_count(void)
{
        unsigned count;

        return process_seccomp_filters(getpid(), &count);
}

/* ---- memory and descriptors ---- */

static int probe_mseal(void)
{
        void *page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (page == MAP_FAILED)
                return -errno;
        if (syscall(SYS_mseal, page, (unsigned long) PAGE, 0UL) < 0)
                return -errno;
        return munmap(page, PAGE) < 0 && errno == EPERM ? 0 : -EIO;
}

/* The supervisor's older mapping goes on writing, a new one may not. */
static int probe_future_write(void)
{
        int fd = memfd_create("doctor", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        char *ours, *theirs;

        if (fd < 0 || ftruncate(fd, PAGE) < 0)
                return -errno;
        ours = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (ours == MAP_FAILED || fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) < 0)
                return -errno;
        if (mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED)
                return -EIO;
        theirs = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
        if (theirs == MAP_FAILED)
                return -errno;
        *(volatile char *) ours = 'x';
        return *(volatile char *) theirs == 'x' ? 0 : -EIO;
}

static int probe_pidfd_open(void)
{
        return syscall(SYS_pidfd_open, getpid(), 0) < 0 ? -errno : 0;
}

static int probe_pidfd_getfd(void)
{
        int fd = (int) syscall(SYS_pidfd_open, getpid(), 0);

        if (fd < 0)
                return -errno;
        return syscall(SYS_pidfd_getfd, fd, fd, 0) < 0 ? -errno : 0;
}

static int probe_openat2(void)
{
        struct open_how how = {.flags = O_PATH, .resolve = RESOLVE_NO_SYMLINKS};

        return syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof(how)) < 0 ? -errno : 0;
}

/* ---- the table ---- */

typedef struct KernelFeature {
        const char *name;
        int (*probe)(void);
        const char *wall;  /* what of a jail stands on it */
        const char *use;   /* what it is good for */
        const char *since; /* the kernel that has it */
        const char
                *instead; /* what takes its place where it is missing; NULL: no jail without it */
} KernelFeature;

static const KernelFeature kernel_features[] = {
        {"ptrace-seize", probe_seize, "held calls", "every thread is traced from its birth",
         "Linux 3.4; is this process itself traced or in a container?", NULL},
        {"ptrace-get-syscall-info", probe_get_syscall_info, "held calls",
         "a stopped call and its entry are told apart in one request", "Linux 5.3", NULL},
        {"ptrace-signal-mask", probe_signal_mask, "injected calls",
         "signals wait while a call is injected", "Linux 3.11", NULL},
        {"process-vm-readv", probe_read_memory, "decoded arguments",
         "arguments are read in one call", "Linux 3.2, CONFIG_CROSS_MEMORY_ATTACH", NULL},
        {"seccomp-trace", probe_action_trace, "held calls",
         "the filter hands calls to the supervisor", "Linux 3.5", NULL},
        {"seccomp-errno", probe_action_errno, "abort-forever",
         "the filter refuses without a switch", "Linux 3.5", NULL},
        {"seccomp-notify", probe_action_notify, "decoy listener",
         "the program can have no listener of its own", "Linux 5.0", NULL},
        {"seccomp-kill-process", probe_action_kill, "own filter",
         "a supervisor that goes astray dies at once", "Linux 4.14", NULL},
        {"seccomp-all-threads", probe_all_threads, "attach, tightening",
         "one call puts the filter on all threads", "Linux 3.17", NULL},
        {"seccomp-listener", probe_listener, "decoy listener", "a listener can be had",
         "Linux 5.0; is there another listener around this session (a container)?", NULL},
        {"seccomp-addfd-send", probe_add_fd, "landing page",
         "the landing page's descriptor is a call's result", "Linux 5.14", NULL},
        {"seccomp-filter-count", probe_filter_count, "attach, tightening",
         "Seccomp_filters in /proc/PID/status shows who has the newest filter", "Linux 5.9", NULL},
        {"mseal", probe_mseal, "pinned arguments", "the landing page cannot be moved or covered",
         "Linux 6.10", "it lies lowest in memory and the filter checks addresses"},
        {"seal-future-write", probe_future_write, "pinned arguments",
         "the supervisor alone writes what was judged", "Linux 5.1", NULL},
        {"pidfd-open", probe_pidfd_open, "start, attach",
         "a seized process is proved to be the one that was meant", "Linux 5.3", NULL},
        {"pidfd-getfd", probe_pidfd_getfd, "decoy listener",
         "the listener is taken out of the program", "Linux 5.6", NULL},
        {"openat2", probe_openat2, "verified paths",
         "a swapped link is refused while a path is opened", "Linux 5.6", NULL},
};

static int add_feature(DoctorReport *report, const KernelFeature *feature)
{
        int r = doctor_probe(feature->probe);
        DoctorCheck *check;

        if (r == 0)
                check = doctor_report_add(report, feature->name, DOCTOR_OK, feature->wall, "%s",
                                          feature->use);
        else
                check = doctor_report_add(
                        report, feature->name, DOCTOR_MISSING, feature->wall, "%s: %s (%s)",
                        strerror(-r), feature->instead ? feature->instead : "no jail without it",
                        feature->since);
        if (!check)
                return -ENOMEM;
        check->required = !feature->instead;
        return 0;
}

static int add_kernel(DoctorReport *report)
{
        struct utsname name;
        bool known;

        if (uname(&name) < 0)
                return -errno;
        known = strcmp(name.machine, "x86_64") == 0;
        if (known && !doctor_report_add(report, "kernel", DOCTOR_OK, "", "%s %s %s", name.sysname,
                                        name.release, name.machine))
                return -ENOMEM;
        if (!known &&
            !doctor_report_add(report, "kernel", DOCTOR_MISSING, "",
                               "%s %s: only x86_64 is supported", name.sysname, name.machine))
                return -ENOMEM;
        report->checks[report->count - 1].required = true;
        return 0;
}

int doctor_collect_kernel(DoctorReport *report)
{
        int r = add_kernel(report);

        for (size_t i = 0; r == 0 && i < ELEMENTS_OF(kernel_features); i++)
                r = add_feature(report, &kernel_features[i]);
        return r;
}
