/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A filter of our own that answers a call for the next image, where the supervisor sets itself up.
 */
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "attack.h"

/* no_new_privs and `action` for each of the calls from now on. */
static inline void answer_calls(const int *calls, int count, uint32_t action)
{
        for (int i = 0; i < count; i++) {
                struct sock_filter code[] = {
                        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t) calls[i], 0, 1),
                        BPF_STMT(BPF_RET | BPF_K, action),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
                };
                struct sock_fprog program = {.len = 4, .filter = code};

                prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
                prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
        }
}

static inline void exec_deed(void)
{
        if (fork() == 0) {
                /* Linked statically: it needs none of these calls itself. */
                execl(setting("ATTACK_DEED"), "deed", "deed", (char *) NULL);
                _exit(1);
        }
        wait_all();
}
