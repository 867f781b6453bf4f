/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Handlers on an alternative stack, nested, and one that jumps out. */
#include <setjmp.h>

#include "program.h"

static char stack[65536];
static sigjmp_buf back;

static bool on_stack(void)
{
        char here;

        return &here >= stack && &here < stack + sizeof(stack);
}

static void inner(int signal)
{
        (void) signal;
        SAY("inner on stack %d\n", on_stack());
        siglongjmp(back, 3);
}

static void outer(int signal)
{
        (void) signal;
        SAY("outer on stack %d\n", on_stack());
        raise(SIGUSR2);
}

int main(void)
{
        stack_t alternative = {.ss_sp = stack, .ss_size = sizeof(stack)};
        int value;

        MUST(sigaltstack(&alternative, NULL) == 0);
        handle(SIGUSR1, outer, SA_ONSTACK);
        handle(SIGUSR2, inner, SA_ONSTACK);
        value = sigsetjmp(back, 1);
        if (value == 0)
                raise(SIGUSR1);
        SAY("back with %d\n", value);
        return 0;
}
