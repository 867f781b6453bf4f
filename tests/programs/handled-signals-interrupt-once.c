/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a handler ends with EINTR, and what SA_RESTART restarts. */
#include <poll.h>
#include <sys/epoll.h>

#include "program.h"

static void on_signal(int signal)
{
        (void) signal;
}

/* A child that sends `count` signals, each when we sleep again. */
static pid_t sender(int count)
{
        pid_t self = getpid();
        pid_t pid = fork();

        if (pid == 0) {
                for (int i = 0; i < count; i++) {
                        sleep_ms(30);
                        wait_until_asleep(self);
                        kill(self, SIGUSR1);
                }
                _exit(0);
        }
        return pid;
}

static void say_call(const char *what, long result)
{
        SAY("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : "-");
}

int main(void)
{
        int link[2];
        char byte;
        struct pollfd poller;
        struct epoll_event event;
        int queue = epoll_create1(EPOLL_CLOEXEC);
        pid_t pid;

        MUST(pipe(link) == 0);
        poller = (struct pollfd){.fd = link[0], .events = POLLIN};
        handle(SIGUSR1, on_signal, 0);
        pid = sender(1);
        say_call("read", read(link[0], &byte, 1));
        say_end_of("sender", pid);
        handle(SIGUSR1, on_signal, SA_RESTART);
        pid = sender(1);
        say_call("poll, SA_RESTART", poll(&poller, 1, -1));
        say_end_of("sender", pid);
        pid = sender(1);
        say_call("epoll_wait, SA_RESTART", epoll_wait(queue, &event, 1, -1));
        say_end_of("sender", pid);
        pid = sender(3);
        if (fork() == 0) {
                sleep_ms(250);
                MUST(write(link[1], "x", 1) == 1);
                _exit(0);
        }
        say_call("read, SA_RESTART", read(link[0], &byte, 1));
        while (wait(NULL) > 0)
                ;
        return 0;
}
