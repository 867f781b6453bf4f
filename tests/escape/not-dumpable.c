/* SPDX-License-Identifier: GPL-3.0-or-later */
/* PR_SET_DUMPABLE 0 hides our memory from a supervisor without privilege: he must not guess. */
#include "attack.h"

int main(void)
{
        char copy[PATH_MAX];

        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
        strcpy(copy, secret_path());
        deed_open(copy);
        deed_mkdir();
        if (fork() == 0) {
                deed_open(copy);
                _exit(0);
        }
        wait_all();
        return 0;
}
