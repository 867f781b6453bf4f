/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the supervisor does for speed must not show: affinity is what the program set. */
#include <sched.h>

#include "program.h"

static void say_processors(const char *what)
{
        cpu_set_t set;

        MUST(sched_getaffinity(0, sizeof(set), &set) == 0);
        SAY("%s: %d\n", what, CPU_COUNT(&set));
}

int main(void)
{
        cpu_set_t all, one;
        pid_t pid;

        MUST(sched_getaffinity(0, sizeof(all), &all) == 0);
        for (int i = 0; i < 20000; i++)
                syscall(SYS_getppid);
        say_processors("after many calls");
        CPU_ZERO(&one);
        CPU_SET(0, &one);
        MUST(sched_setaffinity(0, sizeof(one), &one) == 0);
        say_processors("one");
        pid = fork();
        if (pid == 0) {
                say_processors("child of one");
                _exit(0);
        }
        say_end_of("child", pid);
        MUST(sched_setaffinity(0, sizeof(all), &all) == 0);
        say_processors("all again");
        return 0;
}
