/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A signal every millisecond through reads, writes, opens and forks: nothing is lost or torn. */
#include <sys/time.h>

#include "program.h"

static volatile sig_atomic_t ticks;

static void on_alarm(int signal)
{
        (void) signal;
        ticks++;
}

int main(void)
{
        struct itimerval every = {{0, 1000}, {0, 1000}};
        /* the kernel begins fork anew when a signal comes meanwhile: on a slow machine for ever */
        struct itimerval less = {{0, 20000}, {0, 20000}};
        struct itimerval off = {{0, 0}, {0, 0}};
        int link[2];
        long sum = 0;
        long before = now_ms();

        MUST(pipe(link) == 0);
        handle(SIGALRM, on_alarm, SA_RESTART);
        MUST(setitimer(ITIMER_REAL, &every, NULL) == 0);
        /* a busy machine gives few ticks in that time: it is waited for them */
        while (now_ms() - before < 300 || (ticks <= 20 && now_ms() - before < 20000)) {
                unsigned char byte = 7;
                int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

                MUST(fd >= 0);
                close(fd);
                MUST(write(link[1], &byte, 1) == 1);
                MUST(read(link[0], &byte, 1) == 1);
                sum |= byte;
        }
        MUST(setitimer(ITIMER_REAL, &less, NULL) == 0);
        for (int i = 0; i < 5; i++) {
                pid_t pid = fork();

                MUST(pid >= 0);
                if (pid == 0)
                        _exit(0);
                while (waitpid(pid, NULL, 0) < 0)
                        MUST(errno == EINTR);
        }
        MUST(setitimer(ITIMER_REAL, &off, NULL) == 0);
        SAY("bytes %ld ticks %s\n", sum, ticks > 20 ? "many" : "few");
        return 0;
}
