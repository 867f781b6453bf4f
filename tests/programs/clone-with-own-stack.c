/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clone(2) sharing memory, and one that reports its end by no signal at all. */
#include <sched.h>

#include "program.h"

static int value;

static int child(void *argument)
{
        value = *(int *) argument;
        return 4;
}

int main(void)
{
        static char stack[65536] __attribute__((aligned(16)));
        int wanted = 42;
        int status;
        pid_t pid = clone(child, stack + sizeof(stack), CLONE_VM | SIGCHLD, &wanted);

        MUST(pid > 0);
        say_end_of("shared memory", pid);
        SAY("value %d\n", value);
        pid = clone(child, stack + sizeof(stack), 0, &wanted);
        MUST(pid > 0);
        MUST(waitpid(pid, &status, __WCLONE) == pid);
        say_status("no signal", status);
        return 0;
}
