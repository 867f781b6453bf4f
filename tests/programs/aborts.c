/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGABRT is its own end. */
#include <sys/resource.h>

#include "program.h"

int main(void)
{
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        SAY("before\n");
        abort();
}
