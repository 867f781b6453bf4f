/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Its own limits on descriptors, file size and processor time act as without a jail. */
#include <sys/resource.h>

#include "program.h"

int main(void)
{
        char path[] = "/tmp/program-XXXXXX";
        int fd = mkstemp(path);
        pid_t pid;

        MUST(fd >= 0 && unlink(path) == 0);
        pid = fork();
        if (pid == 0) {
                setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, 1000});
                for (int i = 0; i < 20; i++)
                        MUST(write(fd,
                                   "0123456789012345678901234567890123456789012345678901234567890"
                                   "12345678901234567890123456789012345678",
                                   100) > 0);
                _exit(0);
        }
        say_end_of("file size", pid);
        pid = fork();
        if (pid == 0) {
                setrlimit(RLIMIT_NOFILE, &(struct rlimit){8, 8});
                for (int i = 0; i < 10; i++)
                        dup(0);
                _exit(errno == EMFILE ? 1 : 0);
        }
        say_end_of("descriptors", pid);
        pid = fork();
        if (pid == 0) {
                setrlimit(RLIMIT_CPU, &(struct rlimit){1, 2});
                for (volatile long i = 0;; i++)
                        ;
        }
        say_end_of("processor time", pid);
        return 0;
}
