/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same DONTFORK by process_madvise on ourselves. */
#include <sys/uio.h>

#include "attack.h"

static void forget(char *start, size_t size)
{
        struct iovec range = {start, size};
        int pidfd = (int) syscall(SYS_pidfd_open, getpid(), 0);

        syscall(SYS_process_madvise, pidfd, &range, 1, MADV_DONTFORK, 0);
        if (fork() == 0) {
                char *page = mmap(start, size, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

                if (page == start)
                        SAY("open: a child without the landing page\n");
                deed_open(secret_path());
                _exit(0);
        }
        wait_all();
        close(pidfd);
}

int main(void)
{
        if (each_foreign_mapping("r", forget) == 0)
                supervisor_pid();
        return 0;
}
