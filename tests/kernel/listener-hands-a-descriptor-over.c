/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SECCOMP_ADDFD_FLAG_SEND: the answer to a notified call is a descriptor put into the caller, which
 * is the call's result. So the landing page's memfd reaches a program without a path.
 */
#include "harness.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#define MAGIC_CALL 0x3ffffff1

static void child(void *argument)
{
        int *link = argument;
        int listener = fact_filter_flags(MAGIC_CALL, SECCOMP_RET_USER_NOTIF,
                                         SECCOMP_FILTER_FLAG_NEW_LISTENER);
        char text[8] = "";
        long fd;

        CHECK(listener >= 0);
        CHECK_EQUAL(write(link[1], &listener, sizeof(listener)), sizeof(listener));
        fd = syscall(MAGIC_CALL);
        CHECK(fd >= 0);
        CHECK_EQUAL(pread((int) fd, text, sizeof(text), 0), 4);
        CHECK_EQUAL(strcmp(text, "from"), 0);
}

int main(void)
{
        int link[2];
        int number, pidfd, listener, memory;
        pid_t pid;
        struct seccomp_notif notification = {0};
        struct seccomp_notif_addfd give = {.flags = SECCOMP_ADDFD_FLAG_SEND};

        CHECK_EQUAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link), 0);
        pid = fact_start_free(child, link);
        CHECK_EQUAL(read(link[0], &number, sizeof(number)), sizeof(number));
        pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
        CHECK(pidfd >= 0);
        listener = (int) syscall(SYS_pidfd_getfd, pidfd, number, 0);
        CHECK(listener >= 0);
        memory = memfd_create("given", MFD_CLOEXEC);
        CHECK_EQUAL(write(memory, "from", 4), 4);

        CHECK_EQUAL(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification), 0);
        CHECK_EQUAL(notification.data.nr, MAGIC_CALL);
        give.id = notification.id;
        give.srcfd = (uint32_t) memory;
        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &give) < 0) {
                fact_end(pid);
                fact_skip("SECCOMP_ADDFD_FLAG_SEND came with Linux 5.14");
        }
        fact_expect_exit(pid, 0);
        return 0;
}
