/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program that closes everything it does not know, and lives on. */
#include "program.h"

int main(void)
{
        pid_t pid;

        MUST(syscall(SYS_close_range, 3, ~0u, 0) == 0);
        for (int fd = 3; fd < 256; fd++)
                MUST(close(fd) < 0);
        SAY("first free %d\n", dup(STDOUT_FILENO));
        pid = fork();
        if (pid == 0) {
                execl("/bin/echo", "echo", "its child too", (char *) NULL);
                _exit(127);
        }
        say_end_of("child", pid);
        return 0;
}
