/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PR_SET_SYSCALL_USER_DISPATCH comes before seccomp: it may stop calls, never let one through. */
#include "attack.h"

static volatile char selector;

int main(void)
{
        if (prctl(59, 1, 0, 0, &selector) < 0)
                nothing_to_win("kernel", "no syscall user dispatch");
        selector = 0;
        deed_mkdir();
        deed_open(secret_path());
        return 0;
}
