/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The vfork child dies of a signal while its parent waits in the kernel. */
#include "program.h"

int main(void)
{
        pid_t pid = vfork();

        if (pid == 0) {
                kill(getpid(), SIGKILL);
                _exit(1);
        }
        say_end_of("child", pid);
        return 0;
}
