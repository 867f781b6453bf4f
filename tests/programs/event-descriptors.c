/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eventfd, timerfd, signalfd, pidfd and inotify in one epoll set. */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include "program.h"

static void expect(int fd, const char *what)
{
        struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT};
        int queue = epoll_create1(EPOLL_CLOEXEC);

        MUST(epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event) == 0);
        SAY("%s: %d\n", what, epoll_wait(queue, &event, 1, 5000));
        close(queue);
}

int main(void)
{
        struct itimerspec soon = {.it_value.tv_nsec = 20000000};
        char directory[] = "/tmp/program-XXXXXX";
        char path[64];
        sigset_t set;
        uint64_t count;
        int fd = eventfd(0, EFD_CLOEXEC);
        pid_t pid;

        MUST(eventfd_write(fd, 5) == 0);
        expect(fd, "eventfd");
        MUST(eventfd_read(fd, &count) == 0 && count == 5);
        fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
        MUST(timerfd_settime(fd, 0, &soon, NULL) == 0);
        expect(fd, "timerfd");
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        MUST(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
        fd = signalfd(-1, &set, SFD_CLOEXEC);
        raise(SIGUSR1);
        expect(fd, "signalfd");
        pid = fork();
        if (pid == 0)
                _exit(0);
        expect((int) syscall(SYS_pidfd_open, pid, 0), "pidfd");
        say_end_of("child", pid);
        MUST(mkdtemp(directory));
        fd = inotify_init1(IN_CLOEXEC);
        MUST(inotify_add_watch(fd, directory, IN_CREATE) > 0);
        snprintf(path, sizeof(path), "%s/file", directory);
        close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
        expect(fd, "inotify");
        MUST(unlink(path) == 0 && rmdir(directory) == 0);
        return 0;
}
