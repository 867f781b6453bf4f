/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGKILL from its own hand, with children that stay. */
#include "program.h"

int main(void)
{
        if (fork() == 0) {
                sleep_ms(100);
                SAY("the child lives on\n");
                _exit(0);
        }
        SAY("before\n");
        kill(getpid(), SIGKILL);
        return 0;
}
