/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TIOCSTI and TIOCLINUX: words for whoever reads the terminal after us. */
#include <sys/ioctl.h>
#include <termios.h>

#include "attack.h"

int main(void)
{
        int master = posix_openpt(O_RDWR | O_NOCTTY);
        int slave;
        char sub = 2;

        if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0)
                nothing_to_win("machine", "no pseudo terminals");
        slave = open(ptsname(master), O_RDWR | O_NOCTTY);
        if (fork() == 0) {
                setsid();
                ioctl(slave, TIOCSCTTY, 0);
                if (ioctl(slave, TIOCSTI, "x") == 0)
                        SAY("open: TIOCSTI\n");
                _exit(0);
        }
        wait_all();
        if (ioctl(slave, TIOCLINUX, &sub) == 0)
                SAY("open: TIOCLINUX\n");
        return 0;
}
