/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program that becomes itself twenty times. */
#include "program.h"

int main(int argc, char **argv)
{
        int left = argc > 1 ? atoi(argv[1]) : 20;
        char text[16];
        pid_t first = argc > 2 ? atoi(argv[2]) : getpid();
        char pid[16];

        if (left == 0) {
                SAY("the same process: %d\n", first == getpid());
                return 0;
        }
        snprintf(text, sizeof(text), "%d", left - 1);
        snprintf(pid, sizeof(pid), "%d", first);
        execl("/proc/self/exe", argv[0], text, pid, (char *) NULL);
        return 99;
}
