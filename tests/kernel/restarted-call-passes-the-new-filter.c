/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A call that waits in the kernel was judged by the filters of its beginning. Interrupted, it is
 * made again, and that passes a filter which another thread has installed for all meanwhile.
 */
#include "harness.h"

#include <pthread.h>
#include <sys/socket.h>

typedef struct Pipes {
        int data[2], go[2], told[2];
} Pipes;

/* recvfrom would wait for ever: nobody sends. */
static void *wait_for_data(void *argument)
{
        Pipes *pipes = argument;
        pid_t tid = (pid_t) syscall(SYS_gettid);
        char byte;

        CHECK_EQUAL(write(pipes->told[1], &tid, sizeof(tid)), sizeof(tid));
        CHECK_EQUAL(syscall(SYS_recvfrom, pipes->data[0], &byte, 1, 0, NULL, NULL), -1);
        CHECK_EQUAL(errno, 71);
        return NULL;
}

static void child(void *argument)
{
        Pipes *pipes = argument;
        pthread_t thread;
        char byte = 0;

        CHECK_EQUAL(pthread_create(&thread, NULL, wait_for_data, pipes), 0);
        CHECK_EQUAL(read(pipes->go[0], &byte, 1), 1);
        CHECK_EQUAL(
                fact_filter_flags(SYS_recvfrom, SECCOMP_RET_ERRNO | 71, SECCOMP_FILTER_FLAG_TSYNC),
                0);
        CHECK_EQUAL(write(pipes->told[1], &byte, 1), 1);
        pthread_join(thread, NULL);
}

int main(void)
{
        Pipes pipes;
        unsigned long born = 0;
        pid_t pid, tid;
        char byte = 0;

        CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM, 0, pipes.data), 0);
        CHECK(pipe(pipes.go) == 0 && pipe(pipes.told) == 0);
        pid = fact_start(child, &pipes);
        fact_expect_event(pid, PTRACE_EVENT_CLONE);
        CHECK_EQUAL(ptrace(PTRACE_GETEVENTMSG, pid, NULL, &born), 0);
        fact_resume(pid, PTRACE_CONT, 0);
        fact_expect_event((pid_t) born, PTRACE_EVENT_STOP);
        fact_resume((pid_t) born, PTRACE_CONT, 0);
        CHECK_EQUAL(read(pipes.told[0], &tid, sizeof(tid)), sizeof(tid));
        CHECK_EQUAL(tid, born);
        CHECK(fact_reaches_state(tid, 'S'));

        CHECK_EQUAL(write(pipes.go[1], &byte, 1), 1);
        CHECK_EQUAL(read(pipes.told[0], &byte, 1), 1);
        CHECK_EQUAL(fact_state(tid), 'S'); /* the filter alone does not break it off */
        CHECK_EQUAL(ptrace(PTRACE_INTERRUPT, tid, NULL, NULL), 0);
        fact_expect_event(tid, PTRACE_EVENT_STOP);
        fact_resume(tid, PTRACE_CONT, 0);
        fact_expect_exit(tid, 0);
        fact_expect_exit(pid, 0);
        return 0;
}
