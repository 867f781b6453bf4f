/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same by clone3, whose flags no filter sees. */
#include <linux/sched.h>

#include "attack.h"

int main(void)
{
        struct clone_args arguments = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
        long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

        if (pid == 0) {
                deed_mkdir();
                deed_open(secret_path());
                _exit(0);
        }
        wait_all();
        return 0;
}
