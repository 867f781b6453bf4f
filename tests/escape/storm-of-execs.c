/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs whose first act is the deed, one after the other and side by side. */
#include "attack.h"

int main(int argc, char **argv)
{
        if (is_second_image(argc, argv)) {
                deed_mkdir();
                deed_open(secret_path());
                return 0;
        }
        for (int i = 0; i < 60; i++) {
                if (fork() == 0) {
                        execl("/proc/self/exe", argv[0], "deed", (char *) NULL);
                        _exit(1);
                }
                if (i % 6 == 5)
                        wait_all();
        }
        wait_all();
        return 0;
}
