/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program that a rule refuses is the interpreter of a script, which nobody refuses. */
#include "attack.h"

int main(void)
{
        char path[PATH_MAX];
        int fd;

        snprintf(path, sizeof(path), "%s/script-%d", setting("ATTACK_WORK"), getpid());
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
        dprintf(fd, "#!%s deed\n", setting("ATTACK_REFUSED"));
        close(fd);
        if (fork() == 0) {
                execl(path, "refused", (char *) NULL);
                _exit(1);
        }
        wait_all();
        return 0;
}
