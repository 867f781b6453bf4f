/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Eight threads that call and compute; their results are put together. */
#include <pthread.h>

#include "program.h"

static void *run(void *argument)
{
        long number = (long) argument;
        long sum = 0;

        for (long i = 0; i < 200; i++)
                sum += syscall(SYS_gettid) > 0 ? number : 0;
        return (void *) sum;
}

int main(void)
{
        pthread_t threads[8];
        long sum = 0;

        for (long i = 0; i < 8; i++)
                MUST(pthread_create(&threads[i], NULL, run, (void *) (i + 1)) == 0);
        for (int i = 0; i < 8; i++) {
                void *result;

                MUST(pthread_join(threads[i], &result) == 0);
                sum += (long) result;
        }
        SAY("sum %ld\n", sum);
        return 0;
}
