/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: own-filter. A filter of our own that says ALLOW for the call: the stricter one must hold.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "attack.h"

int main(void)
{
        static const uint32_t actions[] = {SECCOMP_RET_ALLOW, SECCOMP_RET_LOG};

        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        for (int i = 0; i < 2; i++) {
                struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, actions[i])};
                struct sock_fprog program = {.len = 1, .filter = code};

                if (i == 0)
                        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
                else
                        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
                deed_mkdir();
        }
        return 0;
}
