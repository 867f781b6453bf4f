/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guards: affinity. A thread whose calls are judged all the time may be moved to the supervisor's
 * processor. It must neither see that, nor inherit it to its children, nor lose a processor by it.
 */
#include "attack.h"

static void expect_processors(const cpu_set_t *own, const char *when)
{
        cpu_set_t now;

        CPU_ZERO(&now);
        if (syscall(SYS_sched_getaffinity, 0, sizeof(now), &now) < 0 || !CPU_EQUAL(own, &now))
                SAY("open: the processors are other ones %s\n", when);
}

static void be_judged(void)
{
        for (int i = 0; i < 3000; i++)
                syscall(SYS_mkdir, forbidden_directory(), 0700);
}

int main(void)
{
        cpu_set_t own;

        supervisor_pid();
        CPU_ZERO(&own);
        syscall(SYS_sched_getaffinity, 0, sizeof(own), &own);
        be_judged();
        expect_processors(&own, "while calls are judged");
        be_judged();
        if (syscall(SYS_sched_setaffinity, 0, sizeof(own), &own) < 0)
                SAY("open: the processors cannot be set any more\n");
        expect_processors(&own, "after they were set");
        be_judged();
        if (fork() == 0) {
                expect_processors(&own, "in a child");
                _exit(0);
        }
        wait_all();
        return 0;
}
