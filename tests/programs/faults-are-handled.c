/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGSEGV with its address, SIGFPE, SIGILL, SIGTRAP and SIGBUS, each handled and jumped out of. */
#include <setjmp.h>
#include <sys/mman.h>

#include "program.h"

static sigjmp_buf back;

static void on_fault(int signal, siginfo_t *info, void *context)
{
        (void) context;
        SAY("signal %d code %d address %d\n", signal, info->si_code,
            signal == SIGSEGV ? (int) (uintptr_t) info->si_addr : 0);
        siglongjmp(back, 1);
}

static void fault(int kind, char *beyond_the_file)
{
        if (kind == 0)
                *(volatile int *) 4096 = 1;
        if (kind == 1)
                __asm__ volatile("idivl %0" : : "r"(0), "a"(1), "d"(0));
        if (kind == 2)
                __asm__ volatile("ud2");
        if (kind == 3)
                __asm__ volatile("int3");
        if (kind == 4)
                *(volatile char *) beyond_the_file = 1;
}

int main(void)
{
        static const int signals[] = {SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGBUS};
        struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
        int fd = memfd_create("empty", MFD_CLOEXEC);
        char *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

        MUST(map != MAP_FAILED);
        for (int i = 0; i < 5; i++)
                MUST(sigaction(signals[i], &action, NULL) == 0);
        for (volatile int i = 0; i < 5; i++)
                if (sigsetjmp(back, 1) == 0)
                        fault(i, map);
        return 0;
}
