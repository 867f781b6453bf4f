/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two processes and two threads play ping-pong over futexes; a robust mutex survives its owner. */
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>

#include "program.h"

typedef struct Table {
        sem_t ping, pong;
        pthread_mutex_t mutex;
} Table;

static void *dies_with_mutex(void *argument)
{
        pthread_mutex_lock(&((Table *) argument)->mutex);
        return NULL;
}

int main(void)
{
        Table *table = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        pthread_mutexattr_t attributes;
        pthread_t thread;
        pid_t pid;

        MUST(table != MAP_FAILED);
        sem_init(&table->ping, 1, 0);
        sem_init(&table->pong, 1, 0);
        pid = fork();
        for (int i = 0; i < 200; i++) {
                MUST(sem_post(pid ? &table->ping : &table->pong) == 0);
                MUST(sem_wait(pid ? &table->pong : &table->ping) == 0);
        }
        if (pid == 0)
                _exit(0);
        say_end_of("partner", pid);

        pthread_mutexattr_init(&attributes);
        pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
        pthread_mutex_init(&table->mutex, &attributes);
        MUST(pthread_create(&thread, NULL, dies_with_mutex, table) == 0);
        pthread_join(thread, NULL);
        SAY("robust: %s\n", strerror(pthread_mutex_lock(&table->mutex)));
        return 0;
}
