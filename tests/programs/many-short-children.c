/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three hundred children that end at once, fifty of them alive together. */
#include "program.h"

int main(void)
{
        int sum = 0;

        for (int round = 0; round < 6; round++) {
                int status;

                for (int i = 0; i < 50; i++) {
                        pid_t pid = fork();

                        MUST(pid >= 0);
                        if (pid == 0)
                                _exit(1);
                }
                while (wait(&status) > 0)
                        sum += WEXITSTATUS(status);
        }
        SAY("%d\n", sum);
        return 0;
}
