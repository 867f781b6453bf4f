/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An untraced child that we trace ourselves: its TRACE events would come to us. */
#include <sys/ptrace.h>

#include "attack.h"

int main(void)
{
        int go[2];
        char byte = 'x';
        int status;
        pid_t pid;

        if (pipe(go) < 0)
                return 1;
        pid = (pid_t) syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0, 0, 0);
        if (pid == 0) {
                if (read(go[0], &byte, 1) == 1)
                        deed_mkdir();
                _exit(0);
        }
        if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESECCOMP) == 0)
                SAY("open: a tracer of its own\n");
        if (write(go[1], &byte, 1) < 0)
                return 1;
        while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
                ptrace(PTRACE_CONT, pid, 0, 0);
        return 0;
}
