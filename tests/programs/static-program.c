/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Linked statically: no dynamic linker, no preload, the same jail. */
#include "program.h"

int main(void)
{
        pid_t pid = fork();

        if (pid == 0)
                _exit(8);
        say_end_of("child", pid);
        MUST(access("/", F_OK) == 0);
        SAY("static\n");
        return 0;
}
