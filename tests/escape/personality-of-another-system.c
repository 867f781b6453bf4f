/* SPDX-License-Identifier: GPL-3.0-or-later */
/* personality bits that change how the kernel reads calls and memory. */
#include <sys/personality.h>

#include "attack.h"

int main(void)
{
        static const unsigned long personas[] = {PER_LINUX32, ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC,
                                                 MMAP_PAGE_ZERO, PER_SVR4};

        for (int i = 0; i < 4; i++)
                if (fork() == 0) {
                        personality(personas[i]);
                        deed_mkdir();
                        execl(setting("ATTACK_DEED"), "deed", "deed", (char *) NULL);
                        _exit(1);
                }
        wait_all();
        return 0;
}
