/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dynamic linker as the program, the deed's file as its argument. */
#include "attack.h"

int main(int argc, char **argv)
{
        char self[PATH_MAX] = "";

        if (is_second_image(argc, argv)) {
                deed_mkdir();
                deed_open(secret_path());
                return 0;
        }
        if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
                return 1;
        execl("/lib64/ld-linux-x86-64.so.2", "ld.so", self, "deed", (char *) NULL);
        return 1;
}
