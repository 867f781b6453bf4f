/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signals that nobody handles (SIGCHLD by default, SIGWINCH, SIGURG) must not end a wait: untraced
 * programs sleep on, and so must jailed ones, with the right length.
 */
#include <sys/epoll.h>
#include <sys/sem.h>
#include <sys/socket.h>

#include "program.h"

static void start_noise(void)
{
        pid_t self = getpid();

        for (int i = 0; i < 3; i++)
                if (fork() == 0) {
                        sleep_ms(40 + 40 * i);
                        kill(self, SIGWINCH);
                        kill(self, SIGURG);
                        _exit(0);
                }
}

static void end_noise(void)
{
        while (wait(NULL) > 0)
                ;
}

static void say_wait(const char *what, long before, long result)
{
        SAY("%s: %ld %s, %s\n", what, result, result < 0 ? strerror(errno) : "-",
            took(before, 200));
        end_noise();
}

static long begin(void)
{
        start_noise();
        errno = 0;
        return now_ms();
}

int main(void)
{
        struct epoll_event event;
        struct timespec length = {.tv_nsec = 200000000};
        struct timeval timeout = {.tv_usec = 200000};
        struct sembuf take = {.sem_op = -1};
        sigset_t set;
        int queue = epoll_create1(EPOLL_CLOEXEC);
        int pair[2];
        int semaphore = semget(IPC_PRIVATE, 1, 0600);
        long before;
        char byte;

        before = begin();
        say_wait("epoll_wait", before, epoll_wait(queue, &event, 1, 200));

        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        before = begin();
        say_wait("sigtimedwait", before, sigtimedwait(&set, NULL, &length));

        MUST(semaphore >= 0);
        before = begin();
        say_wait("semtimedop", before, semtimedop(semaphore, &take, 1, &length));
        MUST(semctl(semaphore, 0, IPC_RMID) == 0);

        MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
        MUST(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) == 0);
        before = begin();
        say_wait("recv", before, recv(pair[0], &byte, 1, 0));
        return 0;
}
