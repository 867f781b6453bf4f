/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "supervisor/decoy-listener.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "base/cleanup.h"

#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1)
#endif

const struct sock_filter *decoy_filter(size_t *ret_count)
{
        static const struct sock_filter filter[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 3),
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DECOY_NUMBER, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };

        *ret_count = ELEMENTS_OF(filter);
        return filter;
}

static int refuse(int listener, uint64_t id)
{
        struct seccomp_notif_resp answer = {.id = id, .error = -ENOSYS};

        return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) < 0 ? -errno : 0;
}

static int receive(int listener, struct seccomp_notif *ret)
{
        memset(ret, 0, sizeof(*ret)); /* the kernel insists */
        return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, ret) < 0 ? -errno : 0;
}

/* Whether the thread stopped or ended instead of waiting for us: a filter of the program's own
 * answers the private call too. Its stop stays to be waited for. */
static bool has_stopped(pid_t tid)
{
        siginfo_t info = {0};

        return waitid(P_PID, (id_t) tid, &info, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) <
                       0 ||
               info.si_pid != 0;
}

/* How long to wait for the call before looking whether it will come at all. */
#define LOOK_AGAIN_MSEC 5

static int serve(int listener, int pidfd, pid_t tid, int fd)
{
        for (;;) {
                struct pollfd fds[] = {{.fd = listener, .events = POLLIN},
                                       {.fd = pidfd, .events = POLLIN}};
                struct seccomp_notif request;
                struct seccomp_notif_addfd answer;
                int r = poll(fds, ELEMENTS_OF(fds), LOOK_AGAIN_MSEC);

                if (r < 0 && errno != EINTR)
                        return -errno;
                if (r <= 0) {
                        if (has_stopped(tid))
                                return -EPROTO;
                        continue;
                }
                if (!(fds[0].revents & POLLIN))
                        return -ESRCH;
                r = receive(listener, &request);
                if (r == -ENOENT || r == -EINTR)
                        continue; /* it was killed or stopped just now */
                if (r < 0)
                        return r;
                if (request.pid != (uint32_t) tid) {
                        refuse(listener, request.id);
                        continue;
                }
                answer = (struct seccomp_notif_addfd){
                        .id = request.id,
                        .flags = SECCOMP_ADDFD_FLAG_SEND,
                        .srcfd = (uint32_t) fd,
                        .newfd_flags = O_CLOEXEC,
                };
                if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &answer) < 0) {
                        int error =
                                -errno; /* RLIMIT_NOFILE, say: the call must not wait for ever */

                        refuse(listener, request.id);
                        /* broken off by a stop signal: the thread will make the call again */
                        return error == -ENOENT || error == -EINPROGRESS ? -EPROTO : error;
                }
                return 0;
        }
}

/* A descriptor that is being handed over counts as answered before it has arrived: a signal, such
 * as our doorbell's, would leave the program without it, and nothing could be sent a second time.
 */
int decoy_serve(int listener, int pidfd, pid_t tid, int fd)
{
        sigset_t all, before;
        int r;

        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before);
        r = serve(listener, pidfd, tid, fd);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        return r;
}

int decoy_refuse(int listener)
{
        struct seccomp_notif request;
        int r = receive(listener, &request);

        return r < 0 ? r : refuse(listener, request.id);
}
