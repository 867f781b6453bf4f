/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same by ptrace. */
#include <sys/ptrace.h>

#include "victim.h"

int main(void)
{
        if (ptrace(PTRACE_ATTACH, victim_pid(), 0, 0) < 0)
                return 0;
        waitpid(victim_pid(), NULL, __WALL);
        ptrace(PTRACE_POKEDATA, victim_pid(), victim_flag(), 1);
        ptrace(PTRACE_DETACH, victim_pid(), 0, 0);
        victim_acts();
        return 0;
}
