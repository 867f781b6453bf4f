/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: seccomp-listener. A filter with a listener of our own: USER_NOTIF outranks TRACE, and
 * CONTINUE skips the tracer. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>

#include "attack.h"

static int listener;

static void *approve(void *unused)
{
        struct seccomp_notif call = {0};
        struct seccomp_notif_resp answer = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

        if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0) {
                answer.id = call.id;
                ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
        }
        return unused;
}

int main(void)
{
        struct sock_filter code[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog program = {.len = 4, .filter = code};

        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        listener = (int) syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                 SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
        if (listener < 0)
                return 0;
        SAY("open: a listener of its own\n");
        start_thread(approve, NULL);
        deed_mkdir();
        return 0;
}
