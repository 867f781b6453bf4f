/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attacks on the supervisor, and on a process of the same user that is not in the jail. */
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "rules/guard-list.h"
#include "supervisor/doctor-attack.h"
#include "supervisor/doctor-deed.h"

/* Each call that takes a process by its number; none of them could do harm. */
static int supervisor_by_number(void)
{
        pid_t pid = tracer();
        CallRegisters call;

        for (size_t i = 0; guard_aim(i, pid, &call); i++) {
                const uint64_t *at = call.arguments;
                int r = result_of(syscall(call.number, at[0], at[1], at[2], at[3], at[4], at[5]));

                if (r != -EPERM && r != -ENOSYS)
                        return 0;
        }
        return -EPERM;
}

/* To the kernel a directory of /proc is as good as a pidfd. Signal 0 asks only whether one may. */
static int supervisor_by_descriptor(void)
{
        _cleanup_free_ char *path = string_format("/proc/%d", tracer());
        _cleanup_close_ int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

        return fd < 0 ? -errno : result_of(syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0));
}

static int supervisor_memory(void)
{
        _cleanup_close_ int fd = -1;

        return open_memory_of(tracer(), &fd);
}

static int outsider_by_proc_mem(void)
{
        _cleanup_close_ int fd = -1;
        int r = open_memory_of(ground()->outsider, &fd), one = 1;

        return r < 0 ? r
                     : result_of(pwrite(fd, &one, sizeof(one), (off_t) ground()->outsider_address));
}

/* The kernel opens what the descriptor is open on. */
static int outsider_descriptor(void)
{
        _cleanup_free_ char *path = string_format("/proc/%d/fd/0", ground()->outsider);
        _cleanup_close_ int fd =
                path ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;

        return result_of(fd);
}

static int rights_of_a_program(void)
{
        return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? -EPERM : 0;
}

static int core_file(void)
{
        const struct rlimit some = {4096, 4096};

        return result_of(syscall(SYS_setrlimit, RLIMIT_CORE, &some));
}

static int key_upcall(void)
{
        return result_of(
                syscall(SYS_request_key, "user", "seccomp-jail-doctor", "", -1L /* a keyring */));
}

static const Attack attacks[] = {
        ATTACK("supervisor-by-number", "stops, slows down or kills who judges", "the call stops",
               EPERM, supervisor_by_number),
        ATTACK("supervisor-by-descriptor", "stops or kills who judges", "the call stops", EBADF,
               supervisor_by_descriptor),
        ATTACK("supervisor-memory", "changes who judges", "non-dumpable", EACCES,
               supervisor_memory),
        ATTACK("outsider-proc-mem", "changes a process outside", "Landlock domain", EACCES,
               outsider_by_proc_mem),
        ATTACK("outsider-descriptor", "takes a file from a process outside", "Landlock domain",
               EACCES, outsider_descriptor),
        ATTACK("setuid-program", "a program's owner lends it his rights", "no_new_privs", EPERM,
               rights_of_a_program),
        ATTACK("core-file", "the kernel writes a file where nothing may be made", "the call stops",
               EPERM, core_file),
        ATTACK("key-upcall", "the kernel starts a program outside", "the call stops", EPERM,
               key_upcall),
};

AttackList attacks_on_processes(void)
{
        return (AttackList){attacks, ELEMENTS_OF(attacks)};
}
