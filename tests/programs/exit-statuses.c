/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exit statuses of every size: the low eight bits count. */
#include "program.h"

int main(void)
{
        static const int statuses[] = {0, 1, 125, 126, 127, 128, 255, 256, -1};

        for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
                pid_t pid = fork();

                if (pid == 0)
                        _exit(statuses[i]);
                say_end_of("child", pid);
        }
        return 200;
}
