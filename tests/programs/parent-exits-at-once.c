/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program ends while its child still works: the child's words come all the same. */
#include "program.h"

int main(void)
{
        pid_t pid = fork();

        MUST(pid >= 0);
        if (pid == 0) {
                sleep_ms(150);
                for (int i = 0; i < 10; i++)
                        MUST(access("/", F_OK) == 0);
                SAY("the orphan goes on\n");
                _exit(0);
        }
        return 11;
}
