/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread that is born while its group is being stopped stands still like the others. */
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>

#include "program.h"

#define ROUNDS 40

static volatile long *progress;

static void *run(void *unused)
{
        for (;;)
                __atomic_add_fetch(progress, 1, __ATOMIC_SEQ_CST);
        return unused;
}

/* Makes one thread after the other, so that the signal meets a birth. */
static void make_threads(void)
{
        pthread_t thread;

        for (int i = 0; i < 12; i++)
                pthread_create(&thread, NULL, run, NULL);
        run(NULL);
}

/* What they counted while they were stopped. */
static long progress_while_stopped(void)
{
        pid_t pid = fork();
        long before;
        int status;

        if (pid == 0)
                make_threads();
        *progress = 0;
        while (*progress < 100)
                sched_yield();
        MUST(kill(pid, SIGSTOP) == 0);
        MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
        before = *progress;
        sleep_ms(5);
        before = *progress - before;
        kill(pid, SIGKILL);
        MUST(waitpid(pid, &status, 0) == pid);
        return before;
}

int main(void)
{
        long moved = 0;

        progress = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        MUST(progress != MAP_FAILED);
        for (int i = 0; i < ROUNDS; i++)
                moved += progress_while_stopped() > 0;
        SAY("rounds in which somebody moved: %ld\n", moved);
        return 0;
}
