/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three children that end differently. */
#include "program.h"

int main(void)
{
        for (int i = 1; i <= 3; i++) {
                pid_t pid = fork();

                MUST(pid >= 0);
                if (pid == 0)
                        _exit(i * 10);
                say_end_of("child", pid);
        }
        return 3;
}
