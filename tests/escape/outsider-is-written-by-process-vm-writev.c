/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes into a process that is not in the jail. */
#include <sys/uio.h>

#include "victim.h"

int main(void)
{
        int one = 1;
        struct iovec here = {&one, sizeof(one)};
        struct iovec there = {victim_flag(), sizeof(one)};

        process_vm_writev(victim_pid(), &here, 1, &there, 1, 0);
        victim_acts();
        return 0;
}
