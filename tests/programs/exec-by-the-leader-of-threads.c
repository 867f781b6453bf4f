/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The leader execs while four threads are busy. */
#include <pthread.h>

#include "program.h"

static void *spinner(void *unused)
{
        for (;;)
                syscall(SYS_getppid);
        return unused;
}

int main(void)
{
        for (int i = 0; i < 4; i++) {
                pthread_t thread;

                MUST(pthread_create(&thread, NULL, spinner, NULL) == 0);
        }
        sleep_ms(20);
        execl("/bin/echo", "echo", "the leader's program", (char *) NULL);
        return 99;
}
