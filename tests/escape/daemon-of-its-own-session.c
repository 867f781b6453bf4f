/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Double fork and setsid: a daemon that acts after the program has ended. */
#include "attack.h"

int main(void)
{
        if (fork() == 0) {
                setsid();
                if (fork() == 0) {
                        sleep_ms(100);
                        deed_mkdir();
                        deed_open(secret_path());
                        _exit(0);
                }
                _exit(0);
        }
        wait_all();
        return 0;
}
