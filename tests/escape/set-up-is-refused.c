/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own filter refuses the calls by which the landing page is mapped into the next image. */
#include "set-up.h"

int main(void)
{
        static const int calls[] = {SYS_mmap,         SYS_mprotect, 462,      SYS_close,
                                    SYS_memfd_create, SYS_seccomp,  SYS_prctl};

        for (int i = 0; i < 7; i++)
                if (fork() == 0) {
                        answer_calls(calls + i, 1, SECCOMP_RET_ERRNO | EPERM);
                        exec_deed();
                        _exit(0);
                }
        wait_all();
        return 0;
}
