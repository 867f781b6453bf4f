/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clone3, and fork where it is refused with ENOSYS, as C libraries do it. */
#include <linux/sched.h>

#include "program.h"

int main(void)
{
        struct clone_args arguments = {.exit_signal = SIGCHLD};
        long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));

        if (pid < 0 && errno == ENOSYS)
                pid = fork();
        MUST(pid >= 0);
        if (pid == 0)
                _exit(6);
        say_end_of("child", (pid_t) pid);
        return 0;
}
