/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PR_SET_CHILD_SUBREAPER: orphans come to us, not to init. */
#include <sys/prctl.h>

#include "program.h"

int main(void)
{
        int ends = 0;

        MUST(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
        if (fork() == 0) {
                for (int i = 0; i < 3; i++)
                        if (fork() == 0) {
                                sleep_ms(30);
                                _exit(0);
                        }
                _exit(0);
        }
        while (wait(NULL) > 0)
                ends++;
        SAY("%d children ended\n", ends);
        return 0;
}
