/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own filter kills the thread, or traps, at numbers that the supervisor may use. */
#include "set-up.h"

int main(void)
{
        static const uint32_t actions[] = {SECCOMP_RET_TRAP, SECCOMP_RET_KILL_THREAD,
                                           SECCOMP_RET_KILL_PROCESS};
        static const int calls[] = {SYS_mmap, SYS_mprotect, SYS_close, 0x3ffffff1, 462};

        for (int i = 0; i < 3; i++)
                if (fork() == 0) {
                        answer_calls(calls, 5, actions[i]);
                        exec_deed();
                        _exit(0);
                }
        wait_all();
        exec_deed();
        return 0;
}
