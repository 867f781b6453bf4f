/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: signals. kill, tkill, pidfd: a dead supervisor must take us along before the deed. */
#include "attack.h"

int main(void)
{
        pid_t pid = supervisor_pid();

        if (fork() == 0) {
                for (int i = 0; i < 200; i++) {
                        deed_mkdir();
                        deed_open(secret_path());
                        sleep_ms(1);
                }
                _exit(0);
        }
        sleep_ms(20);
        signal_process(pid, SIGKILL);
        syscall(SYS_tkill, pid, SIGKILL);
        syscall(SYS_pidfd_send_signal, syscall(SYS_pidfd_open, pid, 0), SIGKILL, NULL, 0);
        for (int i = 0; i < 100; i++) {
                deed_mkdir();
                deed_open(secret_path());
                sleep_ms(1);
        }
        return 0;
}
