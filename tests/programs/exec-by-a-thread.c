/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread that is not the leader execs while others sleep and spin. */
#include <pthread.h>

#include "program.h"

static void *sleeper(void *unused)
{
        for (;;)
                pause();
        return unused;
}

static void *spinner(void *unused)
{
        for (;;)
                syscall(SYS_getppid);
        return unused;
}

static void *executor(void *self)
{
        sleep_ms(20);
        execl("/proc/self/exe", self, "again", (char *) NULL);
        _exit(99);
}

int main(int argc, char **argv)
{
        pthread_t thread;

        if (argc > 1) {
                SAY("pid is tid: %d\n", getpid() == syscall(SYS_gettid));
                return 7;
        }
        MUST(pthread_create(&thread, NULL, sleeper, NULL) == 0);
        MUST(pthread_create(&thread, NULL, spinner, NULL) == 0);
        MUST(pthread_create(&thread, NULL, executor, argv[0]) == 0);
        pthread_join(thread, NULL);
        return 98;
}
