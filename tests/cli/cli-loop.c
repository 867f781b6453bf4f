/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calls getpid again and again and says what came of it whenever that changes, until its standard
 * input ends. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        int before = -1;

        while (poll(&input, 1, 5) == 0) {
                int result = syscall(SYS_getpid) < 0 ? errno : 0;

                if (result != before)
                        dprintf(STDOUT_FILENO, "%d\n", result);
                before = result;
        }
        return 0;
}
