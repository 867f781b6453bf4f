/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tree of processes, four deep, three wide: every one of them is counted by its exit status. */
#include "program.h"

static int grow(int depth)
{
        int count = 1;

        for (int i = 0; depth > 0 && i < 3; i++) {
                pid_t pid = fork();
                int status;

                MUST(pid >= 0);
                if (pid == 0)
                        _exit(grow(depth - 1));
                MUST(waitpid(pid, &status, 0) == pid);
                count += WEXITSTATUS(status);
        }
        return count;
}

int main(void)
{
        SAY("%d processes\n", grow(4));
        return 0;
}
