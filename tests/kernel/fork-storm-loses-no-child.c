/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * waitpid(-1, __WALL) from a storm of forks: every child is attached by itself, its first stop is
 * an EVENT_STOP before its first instruction (even when its parent is gone), and every death is
 * reported.
 */
#include "harness.h"

#define CHILDREN 300

static void child(void *unused)
{
        (void) unused;
        for (int i = 0; i < CHILDREN; i++) {
                pid_t pid = fork();

                if (pid == 0)
                        _exit(fork() < 0);
                CHECK(pid > 0);
                if (i % 2)
                        waitpid(pid, NULL, 0);
        }
}

typedef struct Count {
        int forks, births, deaths;
} Count;

static bool account(Count *count, pid_t pid, int status)
{
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
                count->deaths++;
                return true;
        }
        CHECK(WIFSTOPPED(status));
        if (status >> 16 == PTRACE_EVENT_FORK)
                count->forks++;
        if (status >> 16 == PTRACE_EVENT_STOP)
                count->births++;
        /* The process may be killed at any moment: here only SIGCHLD comes, which goes on. */
        ptrace(PTRACE_CONT, pid, NULL, (void *) (long) (status >> 16 ? 0 : WSTOPSIG(status)));
        return false;
}

int main(void)
{
        Count count = {0};
        int status;

        fact_start(child, NULL);
        for (;;) {
                pid_t pid = waitpid(-1, &status, __WALL);

                if (pid < 0 && errno == ECHILD)
                        break;
                CHECK(pid > 0);
                account(&count, pid, status);
        }
        CHECK_EQUAL(count.forks, 2 * CHILDREN);
        CHECK_EQUAL(count.births, 2 * CHILDREN);
        CHECK_EQUAL(count.deaths, 2 * CHILDREN + 1);
        return 0;
}
