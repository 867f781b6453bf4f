/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens the landing page's file through /proc/self/map_files and /proc/self/fd to write it. */
#include "attack.h"

static void reopen(char *start, size_t size)
{
        char path[128];
        int fd;

        snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx", (unsigned long) start,
                 (unsigned long) start + size);
        fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd >= 0 && pwrite(fd, "x", 1, 0) == 1)
                SAY("open: the landing page's file can be written\n");
        if (fd >= 0 && mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED)
                SAY("open: the landing page's file can be mapped for writing\n");
}

int main(void)
{
        if (each_foreign_mapping("r", reopen) == 0)
                supervisor_pid();
        for (int fd = 3; fd < 1024; fd++) {
                char path[64], target[256] = "";

                snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
                if (readlink(path, target, sizeof(target) - 1) > 0 && strstr(target, "memfd:"))
                        SAY("open: descriptor %d is %s\n", fd, target);
        }
        return 0;
}
