/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same through /proc/PID/mem. */
#include "victim.h"

int main(void)
{
        char path[64];
        int one = 1;
        int fd;

        snprintf(path, sizeof(path), "/proc/%d/mem", victim_pid());
        fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd >= 0 &&
            pwrite(fd, &one, sizeof(one), (off_t) (uintptr_t) victim_flag()) == sizeof(one))
                victim_acts();
        return 0;
}
