/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A handler that opens the allowed file interrupts opens of the secret: slots must not mix. */
#include <sys/time.h>

#include "race.h"

static void on_alarm(int signal)
{
        int fd = open(allowed_path(), O_RDONLY | O_CLOEXEC);

        (void) signal;
        if (fd >= 0)
                close(fd);
}

int main(void)
{
        struct itimerval every = {{0, 300}, {0, 300}};
        struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};

        sigaction(SIGALRM, &action, NULL);
        setitimer(ITIMER_REAL, &every, NULL);
        race_open(secret_path(), ROUNDS);
        return 0;
}
