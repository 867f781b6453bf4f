/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Under a load that lets the supervisor move it, a program has its own mask whenever it asks: so
 * have its threads' and children's, and one that it sets stays. */
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>

#include "program.h"

static void be_hot(void)
{
        for (int i = 0; i < 2000; i++)
                syscall(SYS_getppid);
}

static void *count_in_thread(void *argument)
{
        (void) argument;
        be_hot();
        return (void *) (long) sysconf(_SC_NPROCESSORS_ONLN);
}

static int count(void)
{
        cpu_set_t mask;

        return sched_getaffinity(0, sizeof(mask), &mask) == 0 ? CPU_COUNT(&mask) : -1;
}

static int count_in_child(void)
{
        int status;
        pid_t pid = fork();

        if (pid == 0)
                _exit(count());
        MUST(waitpid(pid, &status, 0) == pid);
        return WEXITSTATUS(status);
}

int main(void)
{
        cpu_set_t mask, one;
        pthread_t thread;
        void *found;

        for (int i = 0; i < 3; i++) {
                be_hot();
                SAY("own %d, child %d\n", count(), count_in_child());
                MUST(pthread_create(&thread, NULL, count_in_thread, NULL) == 0);
                MUST(pthread_join(thread, &found) == 0);
                SAY("thread %ld\n", (long) found);
        }
        MUST(sched_getaffinity(0, sizeof(mask), &mask) == 0);
        CPU_ZERO(&one);
        for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++)
                if (CPU_ISSET(i, &mask))
                        CPU_SET(i, &one);
        be_hot();
        MUST(sched_setaffinity(0, sizeof(one), &one) == 0);
        be_hot();
        SAY("set: %d\n", count());
        MUST(sched_setaffinity(0, sizeof(mask), &mask) == 0);
        be_hot();
        SAY("set back: %s\n", count() == CPU_COUNT(&mask) ? "yes" : "no");
        return 0;
}
