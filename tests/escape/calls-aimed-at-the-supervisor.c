/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guards: supervisor, signals. Every call that takes a process by its number, for the supervisor's,
 * with what the kernel grants to a process of the same user or says something else of than EPERM.
 */
#include <linux/ioprio.h>
#include <sys/resource.h>

#include "attack.h"

#define NOWHERE 8L /* an address where nothing is */

static void aim(const char *name, long number, const long *at)
{
        long result = syscall(number, at[0], at[1], at[2], at[3], at[4], at[5]);

        if (result >= 0 || errno != EPERM)
                SAY("open: %s of the supervisor was looked at (%s)\n", name,
                    result >= 0 ? "done" : strerror(errno));
}

#define AIM(call, ...) aim(#call, SYS_##call, (const long[6]){__VA_ARGS__})

/* A pidfd that was not asked for by number: /proc's directory of the process serves as one. */
static void aim_by_descriptor(pid_t pid)
{
        char path[64];
        int fd;

        snprintf(path, sizeof(path), "/proc/%d", pid);
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0 && syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) == 0)
                SAY("open: the supervisor was signalled by a descriptor\n");
}

int main(void)
{
        pid_t pid = supervisor_pid();

        AIM(kill, pid, 0);
        AIM(kill, -pid, 0);
        AIM(tkill, pid, 0);
        AIM(tgkill, pid, pid, 0);
        AIM(tgkill, 1, pid, 0);
        AIM(rt_sigqueueinfo, pid, SIGUSR1, NOWHERE);
        AIM(rt_tgsigqueueinfo, pid, pid, SIGUSR1, NOWHERE);
        AIM(rt_tgsigqueueinfo, 1, pid, SIGUSR1, NOWHERE);
        AIM(pidfd_open, pid, 0);
        AIM(prlimit64, pid, RLIMIT_NOFILE, NOWHERE, 0);
        AIM(sched_setaffinity, pid, 8, NOWHERE);
        AIM(sched_setscheduler, pid, SCHED_BATCH, NOWHERE);
        AIM(sched_setparam, pid, NOWHERE);
        AIM(sched_setattr, pid, NOWHERE, 0);
        AIM(migrate_pages, pid, 64, NOWHERE, NOWHERE);
        AIM(move_pages, pid, 0, 0, 0, 0, -1);
        AIM(setpgid, pid, 0);
        AIM(setpriority, PRIO_PROCESS, pid, 19);
        AIM(ioprio_set, IOPRIO_WHO_PROCESS, pid, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
        aim_by_descriptor(pid);
        return 0;
}
