/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SIGALRM by default while it sleeps. */
#include "program.h"

int main(void)
{
        SAY("before\n");
        ualarm(50000, 0);
        pause();
        return 0;
}
