/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The leader's thread ends, the others go on and give the exit status. */
#include <pthread.h>

#include "program.h"

static void *run(void *unused)
{
        (void) unused;
        sleep_ms(100);
        for (int i = 0; i < 100; i++)
                MUST(access("/", F_OK) == 0);
        SAY("still here\n");
        _exit(31);
}

int main(void)
{
        pthread_t thread;

        MUST(pthread_create(&thread, NULL, run, NULL) == 0);
        pthread_exit(NULL);
}
