/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PTRACE_O_EXITKILL: a supervisor that dies takes every traced process with it, and a call that it
 * held is not executed.
 */
#include "harness.h"

#include <poll.h>
#include <sys/socket.h>

static void tracee(void *path)
{
        /* Only the tracer's death may end it. */
        prctl(PR_SET_PDEATHSIG, 0);
        fact_filter(SYS_mkdir, SECCOMP_RET_TRACE);
        syscall(SYS_mkdir, path, 0700);
        for (;;)
                pause();
}

int main(void)
{
        char path[] = "/tmp/kernel-fact-XXXXXX";
        struct pollfd ended = {.events = POLLIN};
        int link[2];
        pid_t tracer, pid;

        CHECK(mkdtemp(path) != NULL);
        CHECK_EQUAL(rmdir(path), 0);
        CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link), 0);
        tracer = fork();
        if (tracer == 0) {
                pid = fact_start(tracee, path);
                fact_expect_event(pid, PTRACE_EVENT_SECCOMP);
                if (write(link[1], &pid, sizeof(pid)) != sizeof(pid))
                        _exit(1);
                for (;;)
                        pause();
        }
        CHECK_EQUAL(read(link[0], &pid, sizeof(pid)), sizeof(pid));
        ended.fd = (int) syscall(SYS_pidfd_open, pid, 0);
        CHECK(ended.fd >= 0);
        CHECK_EQUAL(kill(tracer, SIGKILL), 0);
        CHECK_EQUAL(waitpid(tracer, NULL, 0), tracer);
        CHECK_EQUAL(poll(&ended, 1, 5000), 1);
        CHECK_EQUAL(access(path, F_OK), -1);
        return 0;
}
