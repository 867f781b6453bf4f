/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * More threads than the supervisor has room for copies of arguments: each has opened a file and
 * lives on, then all open at once. None is refused for want of room.
 */
#include <pthread.h>

#include "program.h"

#define THREADS 260
#define STACK   65536

static pthread_barrier_t all_opened;
static int opened;

static void open_one(void)
{
        int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

        if (fd < 0)
                return;
        close(fd);
        __atomic_add_fetch(&opened, 1, __ATOMIC_RELAXED);
}

static void *run(void *turn)
{
        pthread_mutex_t *one_by_one = turn;

        pthread_mutex_lock(one_by_one);
        open_one();
        pthread_mutex_unlock(one_by_one);
        pthread_barrier_wait(&all_opened);
        for (int i = 0; i < 3; i++)
                open_one();
        return NULL;
}

int main(void)
{
        static pthread_mutex_t one_by_one = PTHREAD_MUTEX_INITIALIZER;
        static pthread_t threads[THREADS];
        pthread_attr_t attributes;

        pthread_attr_init(&attributes);
        pthread_attr_setstacksize(&attributes, STACK);
        MUST(pthread_barrier_init(&all_opened, NULL, THREADS) == 0);
        for (int i = 0; i < THREADS; i++)
                MUST(pthread_create(&threads[i], &attributes, run, &one_by_one) == 0);
        for (int i = 0; i < THREADS; i++)
                MUST(pthread_join(threads[i], NULL) == 0);
        SAY("opened %d of %d\n", opened, 4 * THREADS);
        return 0;
}
