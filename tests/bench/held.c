/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes COUNT calls that are held and prints median and 99th percentile of how long each took. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (double) time.tv_sec * 1e9 + (double) time.tv_nsec;
}

static int compare(const void *left, const void *right)
{
        double difference = *(const double *) left - *(const double *) right;

        return difference < 0 ? -1 : difference > 0;
}

int main(int argc, char **argv)
{
        long count = argc > 1 ? atol(argv[1]) : 100;
        double *times = calloc((size_t) count, sizeof(*times));

        if (!times)
                return 1;
        for (long i = 0; i < count; i++) {
                double before = now();

                syscall(SYS_mkdirat, AT_FDCWD, "/nonexistent/place", 0700);
                times[i] = now() - before;
        }
        qsort(times, (size_t) count, sizeof(*times), compare);
        printf("%.0f %.0f\n", times[count / 2], times[count * 99 / 100]);
        free(times);
        return 0;
}
