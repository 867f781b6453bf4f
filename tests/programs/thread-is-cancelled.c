/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pthread_cancel ends a thread in read, in a sleep and in a condition. */
#include <pthread.h>

#include "program.h"

static int link_[2];
static int cleaned;

static void clean(void *unused)
{
        (void) unused;
        cleaned++;
}

static void *run(void *kind)
{
        char byte;

        pthread_cleanup_push(clean, NULL);
        if (!kind)
                MUST(read(link_[0], &byte, 1) == 1);
        else
                sleep(100);
        pthread_cleanup_pop(0);
        return NULL;
}

int main(void)
{
        MUST(pipe(link_) == 0);
        for (long i = 0; i < 4; i++) {
                pthread_t thread;
                void *result;

                MUST(pthread_create(&thread, NULL, run, (void *) (i % 2)) == 0);
                sleep_ms(i < 2 ? 30 : 0);
                MUST(pthread_cancel(thread) == 0);
                MUST(pthread_join(thread, &result) == 0);
                SAY("cancelled %d\n", result == PTHREAD_CANCELED);
        }
        SAY("cleaned at least twice: %d\n", cleaned >= 2);
        return 0;
}
