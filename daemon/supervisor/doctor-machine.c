/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How this machine is set up: what an administrator or a distribution chose and a jail has to live
 * with, and the doors that it must keep shut because the kernel has them.
 */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/number.h"
#include "supervisor/doctor.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#define LANDLOCK_VERSION   1u /* LANDLOCK_CREATE_RULESET_VERSION */
#define X32_BIT            0x40000000L
#define NOBODY             65534u
#define UFFD_USER_MODE     1 /* UFFD_USER_MODE_ONLY */
#define GUARDED            "guarded in every jail"
#define PAGE               4096u
#define I386_GETPID_NUMBER 20L

/* The first number of a file below /proc/sys. */
static int read_setting(const char *name, int64_t *ret)
{
        _cleanup_(fclosep) FILE *file = NULL;
        char path[128], line[64];

        snprintf(path, sizeof(path), "/proc/sys/%s", name);
        file = fopen(path, "re");
        if (!file)
                return -errno;
        if (!fgets(line, sizeof(line), file))
                return -EIO;
        line[strcspn(line, " \t\n")] = '\0';
        return number_parse_signed(line, ret);
}

/* Gives up the rights of root, as the program of a jail has none. */
static int become_ordinary(void)
{
        if (getuid() != 0)
                return 0;
        if (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
                return -errno;
        return prctl(PR_SET_DUMPABLE, 1) < 0 ? -errno : 0;
}

static int answer(const DoctorCheck *check)
{
        return check ? 0 : -ENOMEM;
}

/* ---- what a jail lives with ---- */

static int add_yama(DoctorReport *report)
{
        static const char *const scopes[] = {
                "0: a user may trace his own processes",
                "1: a program is traced that named its supervisor; attach needs root",
                "2: only a supervisor with CAP_SYS_PTRACE may trace: use the system service",
        };
        DoctorCheck *check;
        int64_t scope;

        if (read_setting("kernel/yama/ptrace_scope", &scope) < 0)
                return answer(doctor_report_add(report, "yama", DOCTOR_OK, "",
                                                "not there: nothing restricts tracing further"));
        if (scope >= 0 && scope < (int64_t) ELEMENTS_OF(scopes))
                return answer(doctor_report_add(report, "yama", DOCTOR_OK, "", "ptrace_scope %s",
                                                scopes[scope]));
        check = doctor_report_add(report, "yama", DOCTOR_MISSING, "held calls",
                                  "ptrace_scope %lld: nobody may trace until the next boot",
                                  (long long) scope);
        if (check)
                check->required = true;
        return answer(check);
}

static int add_landlock(DoctorReport *report)
{
        long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);

        if (version < 0)
                return answer(doctor_report_add(
                        report, "landlock", DOCTOR_MISSING, "the jail's edge",
                        "%s: memory of processes outside is kept by the filter and the rules alone",
                        strerror(errno)));
        return answer(doctor_report_add(report, "landlock", DOCTOR_OK, "the jail's edge", "ABI %ld",
                                        version));
}

static int add_lowest_address(DoctorReport *report)
{
        int64_t lowest;

        if (read_setting("vm/mmap_min_addr", &lowest) < 0)
                lowest = 0;
        return answer(doctor_report_add(report, "lowest-address", DOCTOR_OK, "pinned arguments",
                                        "vm.mmap_min_addr %lld", (long long) lowest));
}

/* ---- doors that the kernel has ---- */

static int probe_io_uring(void)
{
        syscall(SYS_io_uring_setup, 0, NULL);
        return errno == EINVAL || errno == EFAULT ? 0 : -errno;
}

static int probe_userfaultfd(void)
{
        int r = become_ordinary();

        if (r < 0)
                return r;
        return syscall(SYS_userfaultfd, O_CLOEXEC) < 0 ? -errno : 0;
}

static int probe_userfaultfd_user_mode(void)
{
        int r = become_ordinary();

        if (r < 0)
                return r;
        return syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE) < 0 ? -errno : 0;
}

/* getpid() by the i386 door: a kernel without it raises SIGSEGV. */
static int probe_i386(void)
{
        long result = I386_GETPID_NUMBER;

        __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
        return result == getpid() ? 0 : -ENOSYS;
}

static int probe_x32(void)
{
        return syscall(X32_BIT | SYS_getpid) == getpid() ? 0 : -errno;
}

static int probe_user_namespace(void)
{
        int r = become_ordinary();

        if (r < 0)
                return r;
        return unshare(CLONE_NEWUSER) < 0 ? -errno : 0;
}

/* Writes over a page of its own that it may not write. */
static int probe_forced_write(void)
{
        char *page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        int fd = open("/proc/self/mem", O_RDWR | O_CLOEXEC);

        if (page == MAP_FAILED || fd < 0)
                return -errno;
        return pwrite(fd, "x", 1, (off_t) (uintptr_t) page) < 0 ? -errno : 0;
}

/* A way that leads past or behind a ptrace supervisor where the jail does not shut it. */
typedef struct Door {
        const char *name;
        int (*probe)(void);
        const char *there;
        const char *absent; /* said with the kernel's errno in front */
} Door;

static const Door doors[] = {
        {"io_uring", probe_io_uring, "opens and connects without a call that a filter sees",
         "the kernel offers no io_uring"},
        {"userfaultfd", probe_userfaultfd, "anybody can make who reads his memory wait",
         "an ordinary user cannot make the kernel wait for him"},
        {"userfaultfd-user-mode", probe_userfaultfd_user_mode,
         "stops a program's own threads, never a reader in the kernel",
         "the kernel offers an ordinary user no userfaultfd"},
        {"i386-entry", probe_i386, "int 0x80 works: calls by other numbers",
         "the kernel has no i386 entry"},
        {"x32-entry", probe_x32, "calls with bit 30 set work: other numbers",
         "the kernel has no x32 entry"},
        {"user-namespaces", probe_user_namespace,
         "an ordinary user may make namespaces, and mounts in them",
         "an ordinary user may not make user namespaces"},
        {"forced-memory-writes", probe_forced_write,
         "/proc/self/mem writes over read-only pages, so pinned arguments lie in a sealed memfd",
         "proc_mem.force_override forbids it"},
};

static int add_door(DoctorReport *report, const Door *door)
{
        int r = doctor_probe(door->probe);

        if (r == 0)
                return answer(doctor_report_add(report, door->name, DOCTOR_OK, GUARDED, "%s",
                                                door->there));
        return answer(doctor_report_add(report, door->name, DOCTOR_CLOSED, "kernel", "%s: %s",
                                        strerror(-r), door->absent));
}

int doctor_collect_machine(DoctorReport *report)
{
        int r = add_yama(report);

        if (r == 0)
                r = add_landlock(report);
        if (r == 0)
                r = add_lowest_address(report);
        for (size_t i = 0; r == 0 && i < ELEMENTS_OF(doors); i++)
                r = add_door(report, &doors[i]);
        return r;
}
