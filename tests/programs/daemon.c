/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Double fork with setsid; the daemon tells through a pipe what it became. */
#include "program.h"

int main(void)
{
        int link[2];
        char text[64] = "";

        MUST(pipe(link) == 0);
        if (fork() == 0) {
                MUST(setsid() == getpid());
                if (fork() == 0) {
                        sleep_ms(50);
                        dprintf(link[1], "own session %d, leader %d\n", getsid(0) != getpid(),
                                getpgrp() == getpid());
                        _exit(0);
                }
                _exit(0);
        }
        wait(NULL);
        close(link[1]);
        MUST(read(link[0], text, sizeof(text) - 1) > 0);
        SAY("%s", text);
        MUST(read(link[0], text, sizeof(text)) == 0);
        return 0;
}
