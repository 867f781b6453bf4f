/* SPDX-License-Identifier: GPL-3.0-or-later */
/* signal_process(0), signal_process(-group): the supervisor must not be of our group. */
#include "attack.h"

int main(void)
{
        signal(SIGTERM, SIG_IGN);
        signal(SIGUSR1, SIG_IGN);
        supervisor_pid();
        if (getpgid(supervisor_pid()) == getpgrp())
                SAY("open: the supervisor is in our process group\n");
        if (getsid(supervisor_pid()) == getsid(0))
                SAY("open: the supervisor is in our session\n");
        kill(0, SIGUSR1);
        deed_mkdir();
        return 0;
}
