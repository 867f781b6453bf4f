/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many threads that live for a moment, four at a time. */
#include <pthread.h>

#include "program.h"

static int count;

static void *run(void *unused)
{
        (void) unused;
        syscall(SYS_getppid);
        __atomic_add_fetch(&count, 1, __ATOMIC_SEQ_CST);
        return NULL;
}

int main(void)
{
        for (int round = 0; round < 100; round++) {
                pthread_t threads[4];

                for (int i = 0; i < 4; i++)
                        MUST(pthread_create(&threads[i], NULL, run, NULL) == 0);
                for (int i = 0; i < 4; i++)
                        MUST(pthread_join(threads[i], NULL) == 0);
        }
        SAY("%d threads\n", count);
        return 0;
}
