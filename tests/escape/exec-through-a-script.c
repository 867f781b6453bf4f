/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A script whose interpreter is the deed's program. */
#include "attack.h"

int main(int argc, char **argv)
{
        char self[PATH_MAX] = "";
        char script[] = "/tmp/attack-XXXXXX";
        int fd;

        if (is_second_image(argc, argv)) {
                deed_mkdir();
                deed_open(secret_path());
                return 0;
        }
        if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
                return 1;
        fd = mkstemp(script);
        dprintf(fd, "#!%s deed\n", self);
        fchmod(fd, 0700);
        close(fd);
        if (fork() == 0) {
                execl(script, script, (char *) NULL);
                _exit(1);
        }
        wait_all();
        unlink(script);
        return 0;
}
