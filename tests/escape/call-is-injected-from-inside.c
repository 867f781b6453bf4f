/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Asks the daemon to put the call in on our behalf. */
#include "ask.h"

int main(void)
{
        char pid[16], call[PATH_MAX + 32];

        supervisor_pid();
        snprintf(pid, sizeof(pid), "%d", getpid());
        snprintf(call, sizeof(call), "mkdir(\"%s\", 0700)", forbidden_directory());
        if (ASK("inject", pid, call) == 0)
                SAY("open: inject from inside\n");
        return 0;
}
