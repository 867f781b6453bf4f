/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vfork with exec, with a failed exec, and with a child that ends at once. */
#include "program.h"

int main(void)
{
        pid_t pid = vfork();

        if (pid == 0) {
                execl("/bin/echo", "echo", "from the vfork child", (char *) NULL);
                _exit(127);
        }
        say_end_of("exec", pid);
        pid = vfork();
        if (pid == 0) {
                execl("/nonexistent", "x", (char *) NULL);
                _exit(errno);
        }
        say_end_of("no such program", pid);
        pid = vfork();
        if (pid == 0)
                _exit(5);
        say_end_of("end", pid);
        return 0;
}
