/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ptrace inside the jail: attach, seize and TRACEME, to carry out calls in a sibling's name. */
#include <sys/ptrace.h>

#include "attack.h"

int main(void)
{
        pid_t pid = fork();

        if (pid == 0)
                for (;;)
                        pause();
        if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESECCOMP) == 0 ||
            ptrace(PTRACE_ATTACH, pid, 0, 0) == 0)
                SAY("open: a sibling can be traced\n");
        signal_process(pid, SIGKILL);
        wait_all();
        if (fork() == 0) {
                if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0)
                        SAY("open: TRACEME\n");
                _exit(0);
        }
        wait_all();
        return 0;
}
