/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nanosleep ended by a handler tells what is left, and the rest is slept. */
#include "program.h"

static void on_signal(int signal)
{
        (void) signal;
}

/* The sleep is the only thing that the process waits in; before it, a signal would be too early. */
static void wait_until_it_sleeps(pid_t pid)
{
        char name[32], line[256] = "";

        snprintf(name, sizeof(name), "/proc/%d/stat", pid);
        while (!strstr(line, ") S ")) {
                FILE *file = fopen(name, "re");

                MUST(file && fgets(line, sizeof(line), file));
                fclose(file);
        }
}

int main(void)
{
        struct timespec length = {.tv_sec = 2};
        struct timespec left = {0};
        long before = now_ms();
        pid_t self = getpid();
        pid_t pid;
        int result;

        handle(SIGUSR1, on_signal, 0);
        pid = fork();
        if (pid == 0) {
                wait_until_it_sleeps(self);
                sleep_ms(100);
                kill(self, SIGUSR1);
                _exit(0);
        }
        result = nanosleep(&length, &left);
        SAY("nanosleep %d %s\n", result, strerror(errno));
        SAY("left: %s\n", left.tv_sec < 2 && (left.tv_sec == 0 || left.tv_nsec < 905000000)
                                  ? "plausible"
                                  : "wrong");
        MUST(nanosleep(&left, NULL) == 0);
        SAY("together %s\n", took(before, 1999));
        say_end_of("sender", pid);
        return 0;
}
