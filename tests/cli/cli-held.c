/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A thread that is held at a call (rmdir), and a main thread that waits in vfork for a child that
 * is held (execve). Each tells, once it goes on, what mkdirat answers.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static void report(const char *who)
{
        errno = 0;
        syscall(SYS_mkdirat, AT_FDCWD, "/nonexistent/place", 0700);
        dprintf(STDOUT_FILENO, "%s %s\n", who, errno == EACCES ? "refused" : "allowed");
}

static void *held(void *unused)
{
        syscall(SYS_rmdir, "/nonexistent/held");
        report("thread");
        return unused;
}

int main(void)
{
        pthread_t thread;

        if (pthread_create(&thread, NULL, held, NULL) != 0)
                return 1;
        if (vfork() == 0) {
                execl("/bin/true", "true", NULL);
                _exit(1);
        }
        report("parent");
        pthread_join(thread, NULL);
        return 0;
}
