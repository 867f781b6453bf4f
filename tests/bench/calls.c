/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The program that is measured: calls COUNT times and prints nanoseconds per call.
 *
 *   calls COUNT CALL PROCESSES IDLE
 *
 * CALL: mkdirat (of a path in a directory that does not exist), openat (of a file that does, and it
 * is closed again) or getppid. PROCESSES do it side by side, each on its own; the slowest counts.
 * IDLE more processes sleep meanwhile.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (double) time.tv_sec * 1e9 + (double) time.tv_nsec;
}

static double measure(long count, const char *call)
{
        double before = now();

        if (strcmp(call, "mkdirat") == 0)
                for (long i = 0; i < count; i++)
                        syscall(SYS_mkdirat, AT_FDCWD, "/nonexistent/place", 0700);
        else if (strcmp(call, "openat") == 0)
                for (long i = 0; i < count; i++) {
                        long fd = syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);

                        if (fd >= 0)
                                close((int) fd);
                }
        else
                for (long i = 0; i < count; i++)
                        syscall(SYS_getppid);
        return (now() - before) / (double) count;
}

static void start_idle(int count, int go[2])
{
        char byte;

        for (int i = 0; i < count; i++)
                if (fork() == 0) {
                        prctl(PR_SET_PDEATHSIG, SIGKILL);
                        close(go[1]);
                        _exit(read(go[0], &byte, 1) < 0);
                }
}

int main(int argc, char **argv)
{
        long count = argc > 1 ? atol(argv[1]) : 1000;
        const char *call = argc > 2 ? argv[2] : "mkdirat";
        int processes = argc > 3 ? atoi(argv[3]) : 1;
        int go[2], results[2];
        double slowest = 0;

        if (pipe(go) < 0 || pipe(results) < 0)
                return 1;
        start_idle(argc > 4 ? atoi(argv[4]) : 0, go);
        measure(count / 10 + 1, call);
        for (int i = 1; i < processes; i++)
                if (fork() == 0) {
                        double result = measure(count, call);

                        _exit(write(results[1], &result, sizeof(result)) < 0);
                }
        slowest = measure(count, call);
        for (int i = 1; i < processes; i++) {
                double result = 0;

                if (read(results[0], &result, sizeof(result)) != sizeof(result))
                        return 1;
                slowest = result > slowest ? result : slowest;
        }
        close(go[1]);
        while (wait(NULL) > 0)
                ;
        printf("%.1f\n", slowest);
        return 0;
}
