/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recursion without end, handled on an alternative stack. */
#include "program.h"

static void on_fault(int signal)
{
        SAY("signal %d\n", signal);
        _exit(14);
}

static int recurse(int depth)
{
        volatile char frame[4096];

        frame[0] = (char) depth;
        frame[4095] = frame[0];
        return recurse(depth + 1) + frame[4095];
}

int main(void)
{
        static char stack[65536];
        stack_t alternative = {.ss_sp = stack, .ss_size = sizeof(stack)};

        MUST(sigaltstack(&alternative, NULL) == 0);
        handle(SIGSEGV, on_fault, SA_ONSTACK);
        return recurse(0);
}
