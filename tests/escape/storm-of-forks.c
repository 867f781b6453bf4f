/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hundreds of children whose very first call is the deed. */
#include "attack.h"

int main(void)
{
        for (int i = 0; i < 400; i++) {
                if (fork() == 0) {
                        deed_mkdir();
                        _exit(0);
                }
                if (i % 40 == 39)
                        wait_all();
        }
        wait_all();
        return 0;
}
