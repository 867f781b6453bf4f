/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Guards: clone-untraced. clone3's arguments cannot be read when the supervisor looks, and can when
 * the kernel does: another thread changes the protection of their page. */
#include "race.h"

#include <linux/sched.h>

#ifndef CLONE_UNTRACED
#define CLONE_UNTRACED 0x00800000
#endif
#define PAGE 4096

static struct clone_args *arguments;

static void *hide_and_show(void *unused)
{
        while (!race_over) {
                mprotect(arguments, PAGE, PROT_NONE);
                mprotect(arguments, PAGE, PROT_READ);
        }
        return unused;
}

int main(void)
{
        const struct clone_args wanted = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};
        int born = 0, status, free = 0;

        supervisor_pid();
        arguments = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        *arguments = wanted;
        start_thread(hide_and_show, NULL);
        for (int i = 0; i < ROUNDS; i++) {
                pid_t pid = (pid_t) syscall(SYS_clone3, arguments, sizeof(*arguments));

                if (pid == 0) {
                        /* what the supervisor should decide nobody does */
                        _exit(open(allowed_path(), O_RDONLY | O_CLOEXEC) < 0 && errno == ENOSYS);
                }
                born += pid > 0;
                if (pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status))
                        free++;
        }
        race_over = true;
        SAY("wins: %d of %d (%d children)\n", free, ROUNDS, born);
        if (free > 0)
                SAY("open: children are not traced\n");
        return 0;
}
