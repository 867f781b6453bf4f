/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A held call (rmdir asks in this jail), and a child that answers it. */
#include "ask.h"

int main(void)
{
        pid_t pid;

        supervisor_pid();
        pid = fork();
        if (pid == 0) {
                rmdir("/nonexistent");
                if (errno == ENOENT)
                        SAY("open: approved from inside\n");
                _exit(0);
        }
        sleep_ms(100);
        for (int i = 0; i < 3; i++) {
                ASK("decide", "1.1", "allow");
                ASK("decide", "1", "allow");
        }
        signal_process(pid, SIGKILL);
        wait_all();
        return 0;
}
