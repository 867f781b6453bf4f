/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A pidfd that still takes signal 0 after PTRACE_SEIZE of the number proves that the number was not
 * reused; a pidfd of a dead process answers ESRCH for ever.
 */
#include "harness.h"

static void child(void *unused)
{
        (void) unused;
        for (;;)
                pause();
}

int main(void)
{
        pid_t pid = fact_start_free(child, NULL);
        int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);

        if (pidfd < 0)
                fact_skip("pidfd_open came with Linux 5.3");
        CHECK_EQUAL(ptrace(PTRACE_SEIZE, pid, NULL, (void *) FACT_OPTIONS), 0);
        CHECK_EQUAL(syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0), 0);
        fact_end(pid);
        CHECK_EQUAL(syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0), -1);
        CHECK_EQUAL(errno, ESRCH);
        return 0;
}
