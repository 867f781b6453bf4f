/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Four threads that compute and call now and then; prints the milliseconds it took. */
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void *run(void *unused)
{
        volatile double value = 1;

        for (int i = 0; i < 200; i++) {
                for (int j = 0; j < 200000; j++)
                        value = value * 1.0000001 + 0.1;
                syscall(SYS_getppid);
        }
        return unused;
}

int main(void)
{
        struct timespec before, after;
        pthread_t threads[4];

        clock_gettime(CLOCK_MONOTONIC, &before);
        for (int i = 0; i < 4; i++)
                if (pthread_create(&threads[i], NULL, run, NULL) != 0)
                        return 1;
        for (int i = 0; i < 4; i++)
                pthread_join(threads[i], NULL);
        clock_gettime(CLOCK_MONOTONIC, &after);
        printf("%.1f\n", (double) (after.tv_sec - before.tv_sec) * 1e3 +
                                 (double) (after.tv_nsec - before.tv_nsec) / 1e6);
        return 0;
}
