/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waitid by pidfd, WNOWAIT, WNOHANG, and ECHILD at the end. */
#include "program.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

int main(void)
{
        siginfo_t info = {0};
        pid_t pid = fork();
        int pidfd;

        if (pid == 0) {
                pause();
                _exit(0);
        }
        MUST(waitpid(pid, NULL, WNOHANG) == 0);
        pidfd = (int) syscall(SYS_pidfd_open, pid, 0);
        MUST(pidfd >= 0);
        MUST(kill(pid, SIGTERM) == 0);
        MUST(waitid(P_PIDFD, (id_t) pidfd, &info, WEXITED | WNOWAIT) == 0);
        SAY("code %d status %d\n", info.si_code, info.si_status);
        MUST(waitid(P_PID, (id_t) pid, &info, WEXITED) == 0);
        SAY("code %d status %d\n", info.si_code, info.si_status);
        SAY("then %s\n", wait(NULL) < 0 ? strerror(errno) : "a child");
        return 0;
}
