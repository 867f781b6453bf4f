/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * execve by a thread that is not the leader: the stop comes under the leader's id, GETEVENTMSG has
 * the thread's old one, and the other threads are gone.
 */
#include "harness.h"

#include <pthread.h>

static void *run(void *unused)
{
        (void) unused;
        execl("/bin/true", "true", NULL);
        return NULL;
}

static void child(void *unused)
{
        pthread_t thread;

        (void) unused;
        CHECK_EQUAL(pthread_create(&thread, NULL, run, NULL), 0);
        pause();
}

int main(void)
{
        pid_t pid = fact_start(child, NULL);
        unsigned long thread = 0;
        unsigned long old = 0;
        int status;

        fact_expect_event(pid, PTRACE_EVENT_CLONE);
        CHECK_EQUAL(ptrace(PTRACE_GETEVENTMSG, pid, NULL, &thread), 0);
        fact_expect_event((pid_t) thread, PTRACE_EVENT_STOP);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_resume((pid_t) thread, PTRACE_CONT, 0);

        status = fact_wait(-1);
        CHECK(fact_is_event(status, PTRACE_EVENT_EXEC));
        CHECK_EQUAL(ptrace(PTRACE_GETEVENTMSG, pid, NULL, &old), 0);
        CHECK_EQUAL(old, thread);
        CHECK_EQUAL(ptrace(PTRACE_CONT, (pid_t) thread, NULL, NULL), -1);
        CHECK_EQUAL(errno, ESRCH);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_exit(pid, 0);
        return 0;
}
