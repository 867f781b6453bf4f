/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sibling writes the path with process_vm_writev. */
#include <sys/uio.h>

#include "race.h"

int main(void)
{
        pid_t self = getpid();
        pid_t pid;

        race_begin(race_path);
        prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
        pid = fork();
        for (bool secret = true; pid == 0; secret = !secret) {
                const char *source = secret ? secret_path() : allowed_path();
                struct iovec here = {(void *) source, strlen(source) + 1};
                struct iovec there = {race_path, strlen(source) + 1};

                syscall(SYS_process_vm_writev, self, &here, 1, &there, 1, 0);
        }
        race_open(race_path, ROUNDS);
        signal_process(pid, SIGKILL);
        wait_all();
        return 0;
}
