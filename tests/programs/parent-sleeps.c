/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A parent that sleeps through all that its child does. */
#include "program.h"

int main(void)
{
        long before = now_ms();
        pid_t pid = fork();

        MUST(pid >= 0);
        if (pid == 0) {
                for (int i = 0; i < 1000; i++)
                        MUST(access("/", F_OK) == 0);
                _exit(4);
        }
        sleep_ms(400);
        SAY("parent slept %s\n", took(before, 400));
        say_end_of("child", pid);
        return 0;
}
