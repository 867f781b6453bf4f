/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Megabytes through a pipe, end of file, EPIPE and SIGPIPE. */
#include "program.h"

int main(void)
{
        static unsigned char block[65536];
        int link[2];
        unsigned long sum = 0;
        ssize_t size;
        pid_t pid;

        MUST(pipe(link) == 0);
        pid = fork();
        if (pid == 0) {
                close(link[0]);
                memset(block, 3, sizeof(block));
                for (int i = 0; i < 64; i++)
                        MUST(write(link[1], block, sizeof(block)) == sizeof(block));
                _exit(0);
        }
        close(link[1]);
        while ((size = read(link[0], block, sizeof(block))) > 0)
                for (ssize_t i = 0; i < size; i++)
                        sum += block[i];
        SAY("sum %lu, then %zd\n", sum, size);
        say_end_of("writer", pid);
        close(link[0]);

        MUST(pipe(link) == 0);
        close(link[0]);
        pid = fork();
        if (pid == 0) {
                if (write(link[1], "x", 1) < 0)
                        _exit(1);
                _exit(0);
        }
        say_end_of("no reader", pid);
        handle(SIGPIPE, SIG_IGN, 0);
        size = write(link[1], "x", 1);
        SAY("ignored: %zd %s\n", size, strerror(errno));
        return 0;
}
