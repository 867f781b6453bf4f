/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A nanosleep that is stopped and continued half-way is neither cut short nor EINTR. */
#include "program.h"

int main(void)
{
        pid_t pid = fork();
        int status;

        if (pid == 0) {
                struct timespec length = {.tv_nsec = 400000000};
                long before = now_ms();
                int result = nanosleep(&length, NULL);

                SAY("nanosleep %d, %s\n", result, took(before, 400));
                _exit(0);
        }
        wait_until_asleep(pid);
        MUST(kill(pid, SIGSTOP) == 0);
        MUST(waitpid(pid, &status, WUNTRACED) == pid);
        sleep_ms(50);
        MUST(kill(pid, SIGCONT) == 0);
        say_end_of("sleeper", pid);
        return 0;
}
