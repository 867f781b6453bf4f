/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A forged frame for rt_sigreturn that lands on a `syscall` with the deed in the registers. */
#include <ucontext.h>

#include "attack.h"

static const char *path;

static void on_signal(int signal, siginfo_t *info, void *context)
{
        ucontext_t *frame = context;

        (void) signal;
        (void) info;
        frame->uc_mcontext.gregs[REG_RAX] = SYS_mkdir;
        frame->uc_mcontext.gregs[REG_RDI] = (long) path;
        frame->uc_mcontext.gregs[REG_RSI] = 0700;
        /* Back onto the instruction that raised us. */
        frame->uc_mcontext.gregs[REG_RIP] -= 2;
}

int main(void)
{
        struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};

        path = forbidden_directory();
        sigaction(SIGUSR1, &action, NULL);
        syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), SIGUSR1);
        return 0;
}
