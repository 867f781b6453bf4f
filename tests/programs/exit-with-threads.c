/* SPDX-License-Identifier: GPL-3.0-or-later */
/* exit_group while threads sleep, spin and wait. */
#include <pthread.h>

#include "program.h"

static void *run(void *kind)
{
        for (;;) {
                if (!kind)
                        syscall(SYS_getppid);
                else
                        pause();
        }
        return NULL;
}

int main(void)
{
        for (long i = 0; i < 6; i++) {
                pthread_t thread;

                MUST(pthread_create(&thread, NULL, run, (void *) (i % 2)) == 0);
        }
        SAY("going\n");
        _exit(23);
}
