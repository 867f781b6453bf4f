/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Takes the secret's open descriptor out of a process that is not in the jail. */
#include "victim.h"

int main(void)
{
        char path[64];
        int pidfd = (int) syscall(SYS_pidfd_open, victim_pid(), 0);

        deed_show((int) syscall(SYS_pidfd_getfd, pidfd, 50, 0));
        snprintf(path, sizeof(path), "/proc/%d/fd/50", victim_pid());
        deed_open(path);
        return 0;
}
