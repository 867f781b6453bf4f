/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll, ppoll, select, clock_nanosleep relative and absolute, futex and condition time out right.
 */
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sys/select.h>

#include "program.h"

static void say_timeout(const char *what, long before, long result)
{
        SAY("%s: %ld, %s\n", what, result, took(before, 60));
}

int main(void)
{
        struct timespec length = {.tv_nsec = 60000000};
        struct timespec when;
        struct timeval interval = {.tv_usec = 60000};
        pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
        pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
        sigset_t none;
        uint32_t word = 0;
        long before = now_ms();
        long result;

        say_timeout("poll", before, poll(NULL, 0, 60));
        sigemptyset(&none);
        before = now_ms();
        say_timeout("ppoll", before, ppoll(NULL, 0, &length, &none));
        before = now_ms();
        say_timeout("select", before, select(0, NULL, NULL, NULL, &interval));
        before = now_ms();
        say_timeout("clock_nanosleep", before, clock_nanosleep(CLOCK_MONOTONIC, 0, &length, NULL));
        before = now_ms();
        clock_gettime(CLOCK_MONOTONIC, &when);
        when.tv_nsec += 60000000;
        when.tv_sec += when.tv_nsec / 1000000000;
        when.tv_nsec %= 1000000000;
        say_timeout("clock_nanosleep absolute", before,
                    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL));
        before = now_ms();
        result = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &length, NULL, 0);
        say_timeout("futex", before, result < 0 ? errno : 0);
        before = now_ms();
        clock_gettime(CLOCK_REALTIME, &when);
        when.tv_nsec += 60000000;
        when.tv_sec += when.tv_nsec / 1000000000;
        when.tv_nsec %= 1000000000;
        pthread_mutex_lock(&mutex);
        say_timeout("condition", before, pthread_cond_timedwait(&condition, &mutex, &when));
        return 0;
}
