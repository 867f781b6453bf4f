/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Its memory, its descriptors, itself as a tracee of ours. */
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "attack.h"

static void opened(pid_t pid, const char *name, int mode)
{
        char path[64];

        snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
        if (open(path, mode | O_CLOEXEC) >= 0)
                SAY("open: the supervisor's %s\n", name);
}

int main(void)
{
        pid_t pid = supervisor_pid();
        int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
        char byte;
        struct iovec here = {&byte, 1};
        struct iovec there = {(void *) 0x400000, 1};

        opened(pid, "mem", O_RDONLY);
        opened(pid, "mem", O_RDWR);
        opened(pid, "environ", O_RDONLY);
        opened(pid, "maps", O_RDONLY);
        opened(pid, "fd/0", O_RDWR);
        opened(pid, "oom_score_adj", O_WRONLY);
        for (int fd = 0; fd < 64; fd++)
                if (syscall(SYS_pidfd_getfd, pidfd, fd, 0) >= 0)
                        SAY("open: the supervisor's descriptor %d\n", fd);
        if (process_vm_readv(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT)
                SAY("open: the supervisor's memory can be read\n");
        if (process_vm_writev(pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT)
                SAY("open: the supervisor's memory can be written\n");
        if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0)
                SAY("open: the supervisor can be traced\n");
        if (syscall(SYS_kcmp, getpid(), pid, 0, 0, 0) >= 0)
                SAY("open: kcmp with the supervisor\n");
        return 0;
}
