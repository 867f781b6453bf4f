/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A write to nowhere ends it. */
#include <sys/resource.h>

#include "program.h"

int main(void)
{
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        SAY("before\n");
        *(volatile int *) 16 = 1;
        return 0;
}
