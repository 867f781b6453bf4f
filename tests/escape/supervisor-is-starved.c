/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prlimit64, sched_setaffinity, setpriority on the supervisor: allowed by the kernel for one's own.
 */
#include <sys/resource.h>

#include "attack.h"

int main(void)
{
        pid_t pid = supervisor_pid();
        struct rlimit none = {0, 0};
        static const int limits[] = {RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_CPU, RLIMIT_DATA,
                                     RLIMIT_STACK};
        cpu_set_t one;

        for (int i = 0; i < 5; i++)
                if (prlimit(pid, (enum __rlimit_resource) limits[i], &none, NULL) == 0)
                        SAY("open: the supervisor's limit %d\n", limits[i]);
        CPU_ZERO(&one);
        CPU_SET(0, &one);
        if (sched_setaffinity(pid, sizeof(one), &one) == 0)
                SAY("open: the supervisor's processors\n");
        if (setpriority(PRIO_PROCESS, (id_t) pid, 19) == 0)
                SAY("open: the supervisor's priority\n");
        deed_mkdir();
        deed_open(secret_path());
        return 0;
}
