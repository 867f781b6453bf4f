/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of prctl that would loosen what holds us. */
#include "attack.h"

int main(void)
{
        static const int options[][2] = {
                {PR_SET_NO_NEW_PRIVS, 0},    {PR_SET_SECCOMP, 0},         {PR_SET_PTRACER, 0},
                {PR_SET_CHILD_SUBREAPER, 1}, {PR_SET_PDEATHSIG, SIGKILL}, {PR_SET_TIMERSLACK, 1},
                {PR_SET_KEEPCAPS, 1},
        };
        struct sched_param parameters = {.sched_priority = 0};

        for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
                prctl(options[i][0], options[i][1], 0, 0, 0);
        syscall(SYS_sched_setscheduler, 0, SCHED_IDLE, &parameters);
        deed_mkdir();
        deed_open(secret_path());
        return 0;
}
