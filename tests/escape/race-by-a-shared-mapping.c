/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The path lies in a shared mapping that another process writes. */
#include "race.h"

int main(void)
{
        char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        pid_t pid;

        race_begin(path);
        pid = fork();
        if (pid == 0)
                for (bool secret = true;; secret = !secret)
                        race_flip(path, secret);
        race_open(path, ROUNDS);
        signal_process(pid, SIGKILL);
        wait_all();
        return 0;
}
