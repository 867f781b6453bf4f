/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child that is pid 1 of its own namespace: its numbers are not the supervisor's. */
#include "attack.h"

int main(void)
{
        if (unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0)
                nothing_to_win("machine", "no user namespaces for us");
        if (fork() == 0) {
                deed_mkdir();
                deed_open(secret_path());
                _exit(0);
        }
        wait_all();
        return 0;
}
