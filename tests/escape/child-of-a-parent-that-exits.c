/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parent is gone before anybody could look at its child. */
#include "attack.h"

int main(void)
{
        for (int i = 0; i < 20; i++)
                if (fork() == 0) {
                        if (fork() == 0) {
                                deed_mkdir();
                                _exit(0);
                        }
                        _exit(0);
                }
        wait_all();
        sleep_ms(100);
        return 0;
}
