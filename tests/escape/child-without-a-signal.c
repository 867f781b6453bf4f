/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Children that report to nobody: exit signal 0, CLONE_PARENT, CLONE_VM. */
#include "attack.h"

int main(void)
{
        static const long flags[] = {0, CLONE_PARENT | SIGCHLD, SIGUSR2, CLONE_PTRACE | SIGCHLD};

        signal(SIGUSR2, SIG_IGN);
        for (int i = 0; i < 4; i++)
                if (syscall(SYS_clone, flags[i], 0, 0, 0, 0) == 0) {
                        deed_mkdir();
                        _exit(0);
                }
        sleep_ms(200);
        return 0;
}
