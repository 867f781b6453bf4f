/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SECCOMP_FILTER_FLAG_TSYNC: one thread installs a filter and all of them have it, which is how a
 * rule gets stricter in a running program.
 */
#include "harness.h"

#include <pthread.h>

#define THREADS 8

typedef struct Turn {
        pthread_barrier_t ready, installed;
        int refused;
} Turn;

static void *run(void *argument)
{
        Turn *turn = argument;

        pthread_barrier_wait(&turn->ready);
        pthread_barrier_wait(&turn->installed);
        if (syscall(SYS_getppid) == -1 && errno == 71)
                __atomic_add_fetch(&turn->refused, 1, __ATOMIC_SEQ_CST);
        return NULL;
}

int main(void)
{
        pthread_t threads[THREADS];
        Turn turn = {.refused = 0};

        pthread_barrier_init(&turn.ready, NULL, THREADS + 1);
        pthread_barrier_init(&turn.installed, NULL, THREADS + 1);
        for (int i = 0; i < THREADS; i++)
                CHECK_EQUAL(pthread_create(&threads[i], NULL, run, &turn), 0);
        pthread_barrier_wait(&turn.ready);
        CHECK_EQUAL(
                fact_filter_flags(SYS_getppid, SECCOMP_RET_ERRNO | 71, SECCOMP_FILTER_FLAG_TSYNC),
                0);
        pthread_barrier_wait(&turn.installed);
        for (int i = 0; i < THREADS; i++)
                pthread_join(threads[i], NULL);
        CHECK_EQUAL(turn.refused, THREADS);
        return 0;
}
