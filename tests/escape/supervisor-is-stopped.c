/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGSTOP for the supervisor: what it holds must stay held. */
#include "attack.h"

int main(void)
{
        pid_t pid = supervisor_pid();

        signal_process(pid, SIGSTOP);
        syscall(SYS_tgkill, pid, pid, SIGSTOP);
        deed_mkdir();
        deed_open(secret_path());
        signal_process(pid, SIGCONT);
        return 0;
}
